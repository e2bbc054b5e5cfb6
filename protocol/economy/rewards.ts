/** What an account may claim of a settled epoch, to the wei. MiningPool.sol is the master. */
import { type Wei, wei } from '../ids.ts';
import { partsOf } from './emission.ts';

/** A tenth of the work part is for market work. */
export const MARKET_PART = 10n;
/** What market work earns on top of its fees stays below 90 % of what of them is burned. */
export const MARKET_PERCENT = 90n;

/** A worker's part in the score of an epoch: base tasks only, as nobody can shape those. */
export interface WorkShare {
  readonly score: bigint;
  /** Of all accepted commitments of the epoch; above 0 where `score` is. */
  readonly totalScore: bigint;
}

/** What the work part is cut into. */
export function workParts(released: Wei): { readonly base: Wei; readonly market: Wei } {
  const { work } = partsOf(released);
  const market = work / MARKET_PART;
  return { base: wei(work - market), market: wei(market) };
}

/** For base tasks, rounded down. */
export function baseReward(released: Wei, { score, totalScore }: WorkShare): Wei {
  return score === 0n ? wei(0n) : wei((workParts(released).base * score) / totalScore);
}

/** What an epoch paid for market work so far. */
export interface MarketPaid {
  /** Burned parts of the fees that the worker was paid for its work of the epoch. */
  readonly burned: Wei;
  readonly toWorker: Wei;
  readonly toAll: Wei;
}

/** For market work, as far as its fees and the epoch's part for it go; who comes first is paid. */
export function marketReward(released: Wei, { burned, toWorker, toAll }: MarketPaid): Wei {
  const backed = (burned * MARKET_PERCENT) / 100n - toWorker;
  const left = workParts(released).market - toAll;
  return wei(backed < left ? backed : left);
}

/** A reveal is a share of the auditors' part. */
export function auditReward(released: Wei, reveals: bigint, totalReveals: bigint): Wei {
  return reveals === 0n ? wei(0n) : wei((partsOf(released).audit * reveals) / totalReveals);
}
