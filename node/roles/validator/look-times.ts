/** When a member of a committee says what, in parts of the verdict window: it listens before it commits, and asks until the last third. */
import type { Law } from '#protocol/limits.ts';

export interface LookTimes {
  /** From here on a fetch that is still under way is told to the others: slowness is no way around silence. */
  readonly tells: number;
  /** Until here nobody says ok, as a hint may come. Well before half time, when the committee doubles if few have answered. */
  readonly listens: number;
  /** Until here whoever is not served asks again; what is refused then is unavailable. */
  readonly insists: number;
  /** Fetches that began before the last third end here, and who was refused says so, also if it was served at last and has not finished: its voice is not to be had by delay. */
  readonly ends: number;
}

/** Fractions of a second on short windows: the chain's are whole. */
export function lookTimes({ auditSeconds }: Pick<Law, 'auditSeconds'>, drawnAt: number): LookTimes {
  return {
    tells: drawnAt + auditSeconds / 8,
    listens: drawnAt + auditSeconds / 4,
    insists: drawnAt + (auditSeconds * 2) / 3,
    ends: drawnAt + (auditSeconds * 5) / 6,
  };
}
