/** Who audits whom: the weight of each validator, and how many verdicts it gives in an epoch on average. */
import { MASS, totalWeight, WINDOW, workWeightDown } from '#protocol/economy/bootstrap.ts';
import { stakeWeight } from '#protocol/economy/stake.ts';
import { wei } from '#protocol/ids.ts';
import type { Cohort } from './cohort.ts';
import type { World } from './world.ts';

/** Verdicts are counted in millionths. */
const SCALE = 1_000_000n;

export interface Committees {
  /** Weight of one member of each cohort, in gwei. */
  readonly weights: readonly bigint[];
  readonly total: bigint;
  /** Expected verdicts of one member of each cohort, over all workers, in millionths. */
  readonly verdicts: readonly bigint[];
  readonly allVerdicts: bigint;
  /** Part of the verdicts that are given by those who look. */
  readonly looking: number;
  /** Expected members of a committee. */
  readonly size: number;
  /** Does recent work still weigh? */
  readonly bootstrapping: boolean;
}

/** Expected seats: the court counts each of them alike, and only an account above a seat's weight for more. */
export function committeesOf(world: World): Committees {
  const { cohorts, rules } = world;
  const stakes = cohorts.map((c) => (c.active && c.plan.validates ? stakeWeight(wei(c.staked)) : 0n));
  const staked = cohorts.reduce((sum, c, i) => sum + c.count * (stakes[i] ?? 0n), 0n);
  const total = totalWeight(staked, world.recent);
  const weights = cohorts.map((c, i) => {
    const own = stakes[i] ?? 0n;
    return own === 0n || world.recent === 0n ? own : own + workWeightDown(staked, c.recent, world.recent);
  });
  const workers = workersByWeight(cohorts, weights);
  const verdicts = cohorts.map((c, i) => verdictsOf(c, weights[i] ?? 0n, { workers, total, members: rules.committee }));
  let [all, looking, audited] = [0n, 0n, 0n];
  for (const [i, c] of cohorts.entries()) {
    const given = c.count * (verdicts[i] ?? 0n);
    all += given;
    if (c.plan.conduct.kind !== 'lazy') looking += given;
    if (c.active && c.plan.units !== 0n) audited += c.count;
  }
  return {
    weights,
    total,
    verdicts,
    allVerdicts: all,
    looking: all === 0n ? 0 : Number(looking) / Number(all),
    size: audited === 0n ? 0 : Number(all) / Number(audited * SCALE),
    bootstrapping: staked < MASS,
  };
}

function workersByWeight(cohorts: readonly Cohort[], weights: readonly bigint[]): ReadonlyMap<bigint, bigint> {
  const workers = new Map<bigint, bigint>();
  for (const [i, { active, plan, count }] of cohorts.entries()) {
    if (!active || plan.units === 0n) continue;
    const weight = weights[i] ?? 0n;
    workers.set(weight, (workers.get(weight) ?? 0n) + count);
  }
  return workers;
}

/** AuditCourt.sol draws a validator with probability m x weight / weight of all but the worker, and never the worker. */
function verdictsOf(
  validator: Cohort,
  weight: bigint,
  drawn: { readonly workers: ReadonlyMap<bigint, bigint>; readonly total: bigint; readonly members: number },
): bigint {
  if (weight === 0n) return 0n;
  let sum = 0n;
  for (const [own, count] of drawn.workers) {
    const isSelf = own === weight && validator.plan.units !== 0n;
    sum += (isSelf ? count - 1n : count) * chanceDown(weight, drawn.total - own, drawn.members);
  }
  return sum;
}

function chanceDown(weight: bigint, others: bigint, members: number): bigint {
  if (others <= 0n) return 0n;
  const chance = (BigInt(members) * weight * SCALE) / others;
  return chance < SCALE ? chance : SCALE;
}

/** Moves the bootstrap's window on by one epoch; `credited` is what each cohort's member was credited in this one. */
export function moveWindow(world: World, credited: readonly bigint[]): void {
  const slot = world.epoch % WINDOW;
  let sum = 0n;
  for (const [i, cohort] of world.cohorts.entries()) {
    const credit = credited[i] ?? 0n;
    const old = cohort.works[slot] ?? 0n;
    if (credit === 0n && old === 0n) continue;
    cohort.recent += credit - old;
    cohort.works[slot] = credit;
    sum += credit * cohort.count;
  }
  world.recent += sum - (world.recents[slot] ?? 0n);
  world.recents[slot] = sum;
}
