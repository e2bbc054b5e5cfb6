/** A cohort: identical participants as one, every amount that of a single member, so that no share is ever an average. */
import { NEWCOMER } from '#protocol/economy/score.ts';
import { splitFee, type FeeSplit } from '#protocol/economy/fees.ts';
import type { Fraction } from '#protocol/economy/fixed-point.ts';
import { WINDOW } from '#protocol/economy/bootstrap.ts';
import { type Units, units, type Wei, wei } from '#protocol/ids.ts';
import type { Rules } from './rules.ts';

/** How members behave; whatever is not said is done honestly. */
export type Conduct =
  | { readonly kind: 'honest' }
  /** Says ok without looking. */
  | { readonly kind: 'lazy' }
  /** Computes all but `part` of its units and forges the rest; once slashed it comes back under a fresh identity. */
  | { readonly kind: 'forges'; readonly part: number }
  /** Posts jobs for itself that cost nothing to compute: `times` its real units. Pays the best fee, or a wei. Claims first. */
  | { readonly kind: 'deals'; readonly times: bigint; readonly fee: 'best' | 'least' }
  /** Drops its identity for a fresh one every so many days. */
  | { readonly kind: 'renews'; readonly days: number };

export interface CohortPlan {
  readonly name: string;
  readonly count: number;
  /** In years since genesis. */
  readonly joins: number;
  readonly leaves?: number;
  /** What a member computes in an epoch; 0 for who only validates. */
  readonly units: bigint;
  readonly tier: number;
  readonly validates: boolean;
  /** Percent of a day's income. */
  readonly stakes: bigint;
  /** Percent of what is in the wallet, offered to whoever buys. */
  readonly sells: bigint;
  /** Buys what the minimum stake lacks, over a month. */
  readonly buysMinimum: boolean;
  /** Buys and stakes so much a day. */
  readonly buys: Wei;
  readonly conduct: Conduct;
}

/** What a member does in each epoch of a day. */
export interface Duty {
  readonly market: Units;
  readonly units: Units;
  readonly fee: FeeSplit;
  readonly paid: Wei;
}

/** Since genesis, of one member (all identities that it ever had). */
export interface Sums {
  base: bigint;
  market: bigint;
  fees: bigint;
  audits: bigint;
  auditFees: bigint;
  bounties: bigint;
  paid: bigint;
  bought: bigint;
  sold: bigint;
  slashed: bigint;
  forfeited: bigint;
  faults: number;
  accepted: number;
  refused: number;
}

export interface Cohort {
  readonly plan: CohortPlan;
  readonly count: bigint;
  active: boolean;
  gone: boolean;
  wallet: bigint;
  /** Of the wallet, what was there at the last decision: income is what came since. */
  walletBefore: bigint;
  staked: bigint;
  unbonding: bigint;
  releasedAt: number;
  /** Fees that a member put up for jobs of its own. */
  escrow: bigint;
  reputation: Fraction;
  merit: bigint;
  /** Today's work, and that of the epoch before, which is under audit. */
  duty: Duty;
  worked: Duty | null;
  /** Score of the epoch under audit, 0 unless it was accepted. */
  score: bigint;
  /** Was the epoch's commitment accepted? */
  accepted: boolean;
  readonly vesting: bigint[];
  /** Credited units of the last epochs, and their sum. */
  readonly works: bigint[];
  recent: bigint;
  readonly sums: Sums;
}

export const noFee: FeeSplit = splitFee(wei(0n));

export function dutyOf(own: bigint, market: bigint, paid: bigint): Duty {
  return {
    market: units(market),
    units: units(own + market),
    fee: paid === 0n ? noFee : splitFee(wei(paid)),
    paid: wei(paid),
  };
}

export const idle: Duty = dutyOf(0n, 0n, 0n);

export function createCohort(plan: CohortPlan, rules: Rules): Cohort {
  return {
    plan,
    count: BigInt(plan.count),
    active: false,
    gone: false,
    wallet: 0n,
    walletBefore: 0n,
    staked: 0n,
    unbonding: 0n,
    releasedAt: 0,
    escrow: 0n,
    reputation: NEWCOMER,
    merit: 0n,
    duty: idle,
    worked: null,
    score: 0n,
    accepted: false,
    vesting: new Array<bigint>(rules.vest).fill(0n),
    works: new Array<bigint>(WINDOW).fill(0n),
    recent: 0n,
    sums: {
      base: 0n,
      market: 0n,
      fees: 0n,
      audits: 0n,
      auditFees: 0n,
      bounties: 0n,
      paid: 0n,
      bought: 0n,
      sold: 0n,
      slashed: 0n,
      forfeited: 0n,
      faults: 0,
      accepted: 0,
      refused: 0,
    },
  };
}

/** A fresh account of the same owner: no reputation, no work that counts, nothing vesting. */
export function renew(cohort: Cohort): void {
  cohort.reputation = NEWCOMER;
  cohort.merit = 0n;
  cohort.works.fill(0n);
  cohort.recent = 0n;
}

/** What a member owns, with what vests. */
export function balanceOf(cohort: Cohort): bigint {
  const vesting = cohort.vesting.reduce((sum, amount) => sum + amount, 0n);
  return cohort.wallet + cohort.staked + cohort.unbonding + cohort.escrow + vesting;
}
