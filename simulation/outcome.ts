/** What becomes of a commitment: who looks and meets forged units disputes it, and one is enough. */
import { slashDown } from '#protocol/economy/stake.ts';
import { wei } from '#protocol/ids.ts';
import type { Cohort } from './cohort.ts';
import type { Committees } from './committee.ts';
import type { World } from './world.ts';

export type Outcome = 'accepted' | 'fault' | 'unaudited';

/** Members of a forging cohort share the fate of one draw, so that they stay identical. */
export function outcomeOf(world: World, cohort: Cohort, committees: Committees | null): Outcome {
  if (committees === null || committees.allVerdicts === 0n) return 'unaudited';
  const { conduct } = cohort.plan;
  if (conduct.kind !== 'forges') return 'accepted';
  const sees = 1 - (1 - conduct.part) ** world.rules.samples;
  // Members are Poisson, as sortition of many small weights gives; who loses a dispute is slashed (docs/disputes.md).
  const found = 1 - Math.exp(-committees.size * committees.looking * sees);
  return world.random.next() < found ? 'fault' : 'accepted';
}

/** Stake is burned and, on average over many disputes, shared alike among those who looked; what vests stays in the pool and expires. */
export function slash(world: World, cohort: Cohort, committees: Committees): void {
  const staked = cohort.staked + cohort.unbonding;
  const { burned, bounty } = slashDown(wei(staked));
  world.burned += burned * cohort.count;
  world.court += bounty * cohort.count;
  payLookers(world, bounty * cohort.count, committees);
  for (const [slot, amount] of cohort.vesting.entries()) {
    cohort.sums.forfeited += amount;
    cohort.vesting[slot] = 0n;
  }
  cohort.sums.slashed += staked;
  cohort.sums.faults++;
  [cohort.staked, cohort.unbonding] = [0n, 0n];
  cohort.active = false;
  world.weightsChanged = true;
}

function payLookers(world: World, bounty: bigint, committees: Committees): void {
  let shares = 0n;
  for (const [i, { count, plan }] of world.cohorts.entries())
    if (plan.conduct.kind !== 'lazy') shares += count * (committees.verdicts[i] ?? 0n);
  if (shares === 0n) return;
  for (const [i, cohort] of world.cohorts.entries()) {
    if (cohort.plan.conduct.kind === 'lazy') continue;
    const part = (bounty * (committees.verdicts[i] ?? 0n)) / shares;
    if (part === 0n) continue;
    cohort.wallet += part;
    cohort.sums.bounties += part;
    world.court -= part * cohort.count;
  }
}
