/** When a member of a committee says what, in parts of the verdict window: it listens before it commits, and asks until the last third. */
import type { Law } from '#protocol/limits.ts';

export interface LookTimes {
  /** From here on a fetch that is still under way is told to the others: slowness is no way around silence. */
  readonly tells: number;
  /** Until here nobody says ok, as a hint may come. Well before half time, when the committee doubles if few have answered. */
  readonly listens: number;
  /** Until here whoever is not served asks again; what has not come then is unavailable. */
  readonly insists: number;
  /** Whoever was refused says so from here on, also if it was served at last and has not finished: its voice is not to be had by delay. */
  readonly ends: number;
  /** A fetch of the worker's data that takes this long ends then. */
  readonly patience: number;
}

/** Fractions of a second on short windows: the chain's are whole. */
export function lookTimes({ auditSeconds }: Pick<Law, 'auditSeconds'>, drawnAt: number): LookTimes {
  return {
    tells: drawnAt + auditSeconds / 8,
    listens: drawnAt + auditSeconds / 4,
    insists: drawnAt + (auditSeconds * 2) / 3,
    ends: drawnAt + (auditSeconds * 5) / 6,
    patience: auditSeconds / 8,
  };
}
