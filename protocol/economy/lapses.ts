/** When a claim lapses; who let one of a job lapse waits, each time twice as long. LapseLib.sol is the master. */
import type { Address } from '../ids.ts';
import { GAME_MOVES, type Law } from '../limits.ts';

/** Doublings at most. LapseLib.sol MAX_DOUBLINGS */
const MAX_DOUBLINGS = 32;

/** Seconds that a claim waits for disputes at most. LapseLib.sol patienceOf says why. */
export function patience(law: Law): number {
  const voted = law.epochSeconds + law.commitSeconds + law.auditSeconds + law.revealSeconds;
  return law.claimTimeoutSeconds + GAME_MOVES * law.disputeSeconds + voted;
}

/**
 * A timeout after the claim was made, or after the last dispute against its holder ended, but only so much later. Seconds.
 * @param busyUntil when that dispute ended, or now while one is open; 0: never
 */
export function lapsesAt(claimedAt: number, busyUntil: number, law: Law): number {
  return Math.max(claimedAt, Math.min(busyUntil, claimedAt + patience(law))) + law.claimTimeoutSeconds;
}

interface Wait {
  readonly until: number;
  readonly times: number;
}

/** Of one job. */
export class Lapses {
  readonly #waits = new Map<Address, Wait>();

  /** @param claimedAt of the claim that lapsed: claims from before the last waiting are part of the same lapse */
  add(worker: Address, claimedAt: number, now: number, timeout: number): void {
    const { until, times } = this.#waits.get(worker) ?? { until: 0, times: 0 };
    if (claimedAt < until) return;
    const doublings = Math.min(times, MAX_DOUBLINGS);
    this.#waits.set(worker, { until: now + timeout * 2 ** doublings, times: doublings + 1 });
  }

  /** Seconds; 0: never. */
  waitsUntil(worker: Address): number {
    return this.#waits.get(worker)?.until ?? 0;
  }
}
