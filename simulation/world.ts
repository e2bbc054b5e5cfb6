/** A world: the pool, the cohorts, the submitters, and where every wei of the supply is. */
import { workParts } from '#protocol/economy/rewards.ts';
import { type Wei, wei } from '#protocol/ids.ts';
import { type Cohort, type CohortPlan, createCohort } from './cohort.ts';
import type { Committees } from './committee.ts';
import type { Curve } from './curve.ts';
import { type Random, seededRandom } from './random.ts';
import { type Rules, SUPPLY } from './rules.ts';

/** What honest submitters want of the market. */
export interface Demand {
  /** Units of an epoch. */
  readonly units: Curve;
  /** CXT that they would spend in an epoch. */
  readonly budget: Curve;
}

export interface WorldPlan {
  /** Unique within its scenario. */
  readonly name: string;
  readonly cohorts: readonly CohortPlan[];
  readonly demand: Demand;
}

/** A question about the economy, and the worlds that answer it. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly worlds: readonly WorldPlan[];
}

export interface Submitters {
  wallet: bigint;
  /** Fees of today's jobs that are not redeemed yet. */
  escrow: bigint;
  spent: bigint;
}

export interface World {
  readonly plan: WorldPlan;
  readonly rules: Rules;
  readonly random: Random;
  readonly cohorts: readonly Cohort[];
  readonly submitters: Submitters;
  epoch: number;
  remaining: bigint;
  /** Released and neither claimed nor returned, and of which epoch. */
  owed: bigint;
  readonly left: bigint[];
  mark: bigint;
  elapsed: number;
  settled: boolean;
  burned: bigint;
  /** What is left of bounties that did not divide. */
  court: bigint;
  /** Units of validators that count in the bootstrap's window. */
  recent: bigint;
  readonly recents: bigint[];
  /** Who audits the last epoch that was worked, and the one after it. */
  committees: readonly [Committees | null, Committees | null];
  weightsChanged: boolean;
  /** Of the last settled epoch. */
  cap: bigint;
  released: bigint;
  work: bigint;
  workParts: ReturnType<typeof workParts>;
  /** The work part of emission for 10^18 units. */
  perExa: bigint;
  price: bigint;
  marketWork: bigint;
  totals: { released: bigint; expired: bigint; computing: bigint; auditing: bigint; fees: bigint; auditFees: bigint };
}

export function createWorld(plan: WorldPlan, rules: Rules, seed: number): World {
  return {
    plan,
    rules,
    random: seededRandom(seed, plan.name),
    cohorts: plan.cohorts.map((cohort) => createCohort(cohort, rules)),
    submitters: { wallet: 0n, escrow: 0n, spent: 0n },
    epoch: 0,
    remaining: SUPPLY,
    owed: 0n,
    left: new Array<bigint>(rules.expire).fill(0n),
    mark: 0n,
    elapsed: 0,
    settled: false,
    burned: 0n,
    court: 0n,
    recent: 0n,
    recents: new Array<bigint>(24).fill(0n),
    committees: [null, null],
    weightsChanged: true,
    cap: 0n,
    released: 0n,
    work: 0n,
    workParts: workParts(wei(0n)),
    perExa: 0n,
    price: 0n,
    marketWork: 0n,
    totals: { released: 0n, expired: 0n, computing: 0n, auditing: 0n, fees: 0n, auditFees: 0n },
  };
}

export interface Supply {
  /** In the pool and free to be released. */
  readonly pool: bigint;
  readonly unclaimed: bigint;
  readonly wallets: bigint;
  /** With what is unbonding. */
  readonly staked: bigint;
  readonly escrowed: bigint;
  readonly burned: bigint;
}

export function supplyOf(world: World): Supply {
  let [wallets, staked, escrowed] = [world.submitters.wallet, 0n, world.submitters.escrow + world.court];
  for (const { count, wallet, staked: stake, unbonding, escrow } of world.cohorts) {
    wallets += wallet * count;
    staked += (stake + unbonding) * count;
    if (escrow !== 0n) escrowed += escrow * count;
  }
  return { pool: world.remaining, unclaimed: world.owed, wallets, staked, escrowed, burned: world.burned };
}

/** @throws RangeError when a wei is missing or too much */
export function assertConserved(world: World): void {
  const { pool, unclaimed, wallets, staked, escrowed, burned } = supplyOf(world);
  const sum = pool + unclaimed + wallets + staked + escrowed + burned;
  if (sum !== SUPPLY || pool < 0n || unclaimed < 0n || world.submitters.wallet < 0n || escrowed < 0n)
    throw new RangeError(`${world.plan.name}, epoch ${world.epoch}: ${sum - SUPPLY} wei too many`);
}

/** CXT that exists and is not the pool's. */
export function outsideOf(world: World): Wei {
  return (SUPPLY - world.burned - world.remaining - world.owed) as Wei;
}

export function yearOf(world: World): number {
  return world.epoch / world.rules.perYear;
}
