/** What an account may claim of a settled epoch, to the wei. MiningPool.sol is the master. */
import { type Units, type Wei, wei } from '../ids.ts';
import { partsOf } from './emission.ts';
import { ceilDiv } from './fixed-point.ts';

/** Emission for market work stays below 90 % of the part of its fees that a payer cannot get back. */
export const MARKET_PERCENT = 90n;

/** What a worker did in an epoch, and what all did. */
export interface WorkShare {
  readonly units: Units;
  /** Of `units`, what was done for jobs of the market. */
  readonly marketUnits: Units;
  readonly score: bigint;
  /** Scores of all accepted commitments of the epoch; above 0 where `score` is. */
  readonly totalScore: bigint;
  /** Burned and auditors' parts of the fees that were redeemed for this epoch so far. */
  readonly feeLost: Wei;
}

export interface WorkReward {
  readonly base: Wei;
  /** For market work: bounded by the fees that it left behind, so it grows as they are redeemed. */
  readonly market: Wei;
}

/** Rounds down at each step, in favour of the pool. */
export function workReward(released: Wei, share: WorkShare): WorkReward {
  if (share.score === 0n) return { base: wei(0n), market: wei(0n) };
  const whole = (partsOf(released).work * share.score) / share.totalScore;
  const market = ceilDiv(whole * share.marketUnits, share.units);
  const bound = (share.feeLost * MARKET_PERCENT) / 100n;
  return { base: wei(whole - market), market: wei(market < bound ? market : bound) };
}

/** A reveal is a share of the auditors' part. */
export function auditReward(released: Wei, reveals: bigint, totalReveals: bigint): Wei {
  return reveals === 0n ? wei(0n) : wei((partsOf(released).audit * reveals) / totalReveals);
}
