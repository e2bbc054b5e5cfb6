/** Weight of recently verified work, for as long as little is staked. BootstrapLib.sol is the master and says why. */
import type { Units } from '../ids.ts';

/** M: a thousandth of all CXT, in gwei. */
export const MASS = 100_000n * 10n ** 9n;
/** Epochs that count as recent. */
export const WINDOW = 24;
/** One commitment counts for an eighth of the window's units at most. */
export const PART = 8n;
/** What one may count for when nobody has worked yet: 2^60 units. */
export const CREDIT_START = 1n << 60n;

/** How many of an accepted commitment's units count, after `recent` units in the window. */
export function creditDown(work: Units, recent: bigint): bigint {
  const most = CREDIT_START + recent / PART;
  return work < most ? work : most;
}

/** All weight of an epoch, in gwei. @param staked weight of all stakes */
export function totalWeight(staked: bigint, recent: bigint): bigint {
  return recent === 0n || staked > MASS ? staked : MASS;
}

/** What a validator's part of the window's units adds to its stake's weight. */
export function workWeightDown(staked: bigint, mine: bigint, recent: bigint): bigint {
  return staked >= MASS || mine === 0n ? 0n : ((MASS - staked) * mine) / recent;
}
