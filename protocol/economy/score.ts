/** What a worker's verified units count: rate of the tier, quality and reputation. ScoreLib.sol is the master. */
import type { Units } from '../ids.ts';
import { type Fraction, ONE } from './fixed-point.ts';

/** A fresh identity is worth less than an old one. */
export const NEWCOMER: Fraction = ONE / 2n;
export const VETERAN: Fraction = (3n * ONE) / 2n;

/** What a unit counts, in hundredths, by the memory that its task needs: 4, 8, 22 GB and more. */
export const RATES: readonly bigint[] = [100n, 125n, 150n, 200n];
export const TIER_NAMES: readonly string[] = ['Tide Pool', 'Blue Surge', 'Open Ocean', 'Mariana Depth'];

/** What became of a worker's claims on shards. */
export interface Deliveries {
  readonly claimed: bigint;
  readonly lapsed: bigint;
}

/** Shards delivered over shards claimed; one of each is given to everybody, so that nobody starts at 0 / 0. */
export function qualityOf({ claimed, lapsed }: Deliveries): Fraction {
  return ((claimed - lapsed + 1n) * ONE) / (claimed + 1n);
}

/** rate x quality x reputation in millionths, rounded down, at least 1. @throws RangeError on an unknown tier */
export function meritDown(tier: number, quality: Fraction, reputation: Fraction): bigint {
  const rate = RATES[tier];
  if (rate === undefined) throw new RangeError(`no tier ${tier}`);
  const merit = (rate * quality * reputation) / 10n ** 32n;
  return merit === 0n ? 1n : merit;
}

export function scoreOf(work: Units, merit: bigint): bigint {
  return work * merit;
}

/** A sixteenth of the way to 1.5 for each accepted epoch. */
export function raised(reputation: Fraction): Fraction {
  return reputation + (VETERAN - reputation) / 16n;
}

/** A quarter of the way back to 0.5 for an epoch whose data was not served. */
export function lowered(reputation: Fraction): Fraction {
  return reputation - (reputation - NEWCOMER) / 4n;
}
