/** The people of all scenarios: miners who come in waves, validators who buy in, and what submitters want. */
import { parseCxt } from '#protocol/ids.ts';
import type { CohortPlan } from '../cohort.ts';
import { sShaped } from '../curve.ts';
import type { Demand } from '../world.ts';

/** What a node of 100 TFLOP/s computes in an hour. */
export const HOUR_OF_100_TERAFLOPS = 360_000n * 10n ** 12n;

const nobody: CohortPlan = {
  name: '',
  count: 1,
  joins: 0,
  units: 0n,
  tier: 0,
  validates: false,
  stakes: 0n,
  sells: 0n,
  buysMinimum: false,
  buys: parseCxt('0'),
  conduct: { kind: 'honest' },
};

export function cohort(plan: Partial<CohortPlan> & { readonly name: string }): CohortPlan {
  return { ...nobody, ...plan };
}

/** An operator who computes and, with a third of his income staked, validates. */
export function miners(plan: Partial<CohortPlan> & { readonly name: string }): CohortPlan {
  return cohort({
    units: HOUR_OF_100_TERAFLOPS,
    tier: 1,
    validates: true,
    stakes: 30n,
    sells: 2n,
    buysMinimum: true,
    ...plan,
  });
}

/** They compute nothing, so they buy what they stake. */
export function validators(plan: Partial<CohortPlan> & { readonly name: string }): CohortPlan {
  return cohort({ validates: true, stakes: 60n, sells: 2n, buys: parseCxt('40'), ...plan });
}

/** S-shaped: a few operators, then many with larger machines, then fewer newcomers. */
export function wavesOfMiners(): CohortPlan[] {
  const waves: ReadonlyArray<readonly [joins: number, count: number, times: bigint]> = [
    [0, 12, 1n],
    [1, 20, 1n],
    [2, 40, 2n],
    [3, 60, 2n],
    [4, 60, 3n],
    [5.5, 40, 4n],
    [7.5, 20, 5n],
  ];
  return waves.map(([joins, count, times], i) =>
    miners({
      name: `wave ${i + 1}`,
      joins,
      count,
      units: HOUR_OF_100_TERAFLOPS * times,
      tier: Math.min(3, Math.floor(i / 2) + 1),
    }),
  );
}

/** As many operators as on an ordinary day, for scenarios about somebody else. */
export function settledMiners(count: number): CohortPlan[] {
  return [
    miners({ name: 'miners', count: Math.ceil(count / 2) }),
    miners({ name: 'later miners', count: Math.floor(count / 2), joins: 0.5 }),
  ];
}

/** Grows to more than all compute there is in the sixth year or so. */
export const growingDemand: Demand = {
  units: sShaped(3e20, 4.5, 7),
  budget: sShaped(800, 4.5, 7),
};

/** A market of half a network of `count` machines from the second year on. */
export function steadyDemand(count: number): Demand {
  return { units: sShaped(count * 1.8e17, 1, 1.5), budget: sShaped(500, 1, 1.5) };
}
