/** What a world looks like at a moment: the figures of a row of the table, of a line of the CSV and of a point of a plot. */
import { balanceOf, type Cohort } from './cohort.ts';
import { step } from './epoch.ts';
import type { Rules } from './rules.ts';
import { createWorld, outsideOf, type Supply, supplyOf, type World, type WorldPlan } from './world.ts';

/** Amounts in wei. Those of rewards, fees and burning are sums since genesis. */
export interface Sample {
  readonly epoch: number;
  readonly year: number;
  readonly supply: Supply;
  readonly released: bigint;
  readonly expired: bigint;
  /** Of the last settled epoch. */
  readonly emission: bigint;
  readonly cap: bigint;
  readonly work: bigint;
  readonly mark: bigint;
  readonly utilisation: number;
  readonly marketPart: number;
  readonly stakeRatio: number;
  /** Wei for 10^18 units. */
  readonly price: bigint;
  readonly computing: bigint;
  readonly fees: bigint;
  readonly auditing: bigint;
  readonly auditFees: bigint;
  readonly spent: bigint;
  readonly members: readonly MemberSample[];
}

/** One member of a cohort. */
export interface MemberSample {
  readonly name: string;
  readonly count: number;
  readonly balance: bigint;
  readonly staked: bigint;
  /** All that it was ever paid, less what it paid itself. */
  readonly earned: bigint;
  readonly emission: bigint;
  readonly slashed: bigint;
  readonly forfeited: bigint;
  readonly faults: number;
  readonly accepted: number;
  readonly refused: number;
  /** Part of all validators' weight that the whole cohort has. */
  readonly weight: number;
}

export interface Run {
  readonly world: string;
  readonly samples: readonly Sample[];
}

/** Twelve samples a year, and one at the end. */
export function runWorld(plan: WorldPlan, options: { rules: Rules; seed: number; epochs: number }): Run {
  const { rules, seed, epochs } = options;
  const world = createWorld(plan, rules, seed);
  const samples: Sample[] = [sampleOf(world)];
  let next = 1;
  while (world.epoch < epochs) {
    step(world);
    if (world.epoch < Math.round((next * rules.perYear) / 12) && world.epoch < epochs) continue;
    samples.push(sampleOf(world));
    next++;
  }
  return { world: plan.name, samples };
}

const part = (a: bigint, b: bigint): number => (b === 0n ? 0 : Number((a * 1_000_000n) / b) / 1e6);

export function sampleOf(world: World): Sample {
  const { submitters, totals } = world;
  const supply = supplyOf(world);
  return {
    epoch: world.epoch,
    year: world.epoch / world.rules.perYear,
    supply,
    released: totals.released,
    expired: totals.expired,
    emission: world.released,
    cap: world.cap,
    work: world.work,
    mark: world.mark,
    utilisation: part(world.work, world.mark),
    marketPart: part(world.marketWork, world.work + world.marketWork),
    stakeRatio: part(supply.staked, outsideOf(world)),
    price: world.price,
    computing: totals.computing,
    fees: totals.fees,
    auditing: totals.auditing,
    auditFees: totals.auditFees,
    spent: submitters.spent,
    members: world.cohorts.map((cohort, i) => memberOf(world, cohort, i)),
  };
}

function memberOf(world: World, cohort: Cohort, i: number): MemberSample {
  const { plan, sums } = cohort;
  const emission = sums.base + sums.market + sums.audits;
  const committees = world.committees[0];
  return {
    name: plan.name,
    count: plan.count,
    balance: balanceOf(cohort),
    staked: cohort.staked,
    emission,
    earned: emission + sums.fees + sums.auditFees + sums.bounties - sums.paid - sums.slashed - sums.forfeited,
    slashed: sums.slashed,
    forfeited: sums.forfeited,
    faults: sums.faults,
    accepted: sums.accepted,
    refused: sums.refused,
    weight: committees === null ? 0 : part((committees.weights[i] ?? 0n) * cohort.count, committees.total),
  };
}
