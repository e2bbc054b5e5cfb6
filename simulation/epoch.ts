/** One epoch of a world: the one before it is audited, settled and paid, and this one's work is done. */
import { creditDown } from '#protocol/economy/bootstrap.ts';
import { capDown, highWaterUp, releasedDown } from '#protocol/economy/emission.ts';
import { auditReward, baseReward, marketReward, workParts } from '#protocol/economy/rewards.ts';
import { meritDown, qualityOf, raised, scoreOf } from '#protocol/economy/score.ts';
import { type Units, units, type Wei, wei } from '#protocol/ids.ts';
import type { Cohort, Duty } from './cohort.ts';
import { type Committees, committeesOf, moveWindow } from './committee.ts';
import { decide } from './decisions.ts';
import { EXA } from './market.ts';
import { outcomeOf, slash } from './outcome.ts';
import { assertConserved, type World } from './world.ts';

/** Nobody of these lets a claim lapse. */
const QUALITY = qualityOf({ claimed: 0n, lapsed: 0n });

/** @throws RangeError when a wei is missing or too much */
export function step(world: World): void {
  const [audits, works] = world.committees;
  payVested(world);
  expire(world);
  if (world.epoch > 0) conclude(world, audits);
  if (world.epoch % world.rules.perDay === 0) decide(world);
  for (const cohort of world.cohorts) cohort.worked = cohort.active ? cohort.duty : null;
  world.committees = [works ?? committeesOf(world), nextCommittees(world, works)];
  assertConserved(world);
  world.epoch++;
}

/** A change counts from the next epoch, so that nobody moves weight after a seed is known. */
function nextCommittees(world: World, before: Committees | null): Committees {
  if (before !== null && !before.bootstrapping && !world.weightsChanged) return before;
  world.weightsChanged = false;
  return committeesOf(world);
}

/** What was settled a vesting time ago is claimed now. */
function payVested(world: World): void {
  const { rules, cohorts } = world;
  const slot = world.epoch % rules.vest;
  let paid = 0n;
  for (const cohort of cohorts) {
    const amount = cohort.vesting[slot] ?? 0n;
    if (amount === 0n) continue;
    cohort.vesting[slot] = 0n;
    cohort.wallet += amount;
    paid += amount * cohort.count;
  }
  if (paid === 0n) return;
  world.owed -= paid;
  const settled = (world.epoch - rules.vest + rules.expire) % rules.expire;
  world.left[settled] = (world.left[settled] ?? 0n) - paid;
}

/** What nobody claimed returns to the pool. */
function expire(world: World): void {
  const slot = world.epoch % world.rules.expire;
  const left = world.left[slot] ?? 0n;
  if (left === 0n) return;
  world.left[slot] = 0n;
  world.owed -= left;
  world.remaining += left;
  world.totals.expired += left;
}

function conclude(world: World, committees: Committees | null): void {
  const credited = new Array<bigint>(world.cohorts.length).fill(0n);
  let [work, score, auditFees, committed] = [0n, 0n, 0n, false];
  for (const [i, cohort] of world.cohorts.entries()) {
    [cohort.score, cohort.accepted] = [0n, false];
    const { worked } = cohort;
    if (worked === null || worked.units === 0n) continue;
    committed = true;
    if (!isAccepted(world, cohort, committees)) continue;
    cohort.accepted = true;
    // Units of jobs are what submitters say: only base tasks count.
    const base = units(worked.units - worked.market);
    cohort.score = accept(cohort, base);
    work += base * cohort.count;
    score += cohort.score * cohort.count;
    // Only a giant meets the bound; its members then all get what the first of them does.
    if (cohort.plan.validates) credited[i] = creditDown(base, world.recent);
    auditFees += redeem(world, cohort, worked);
  }
  moveWindow(world, credited);
  if (committed) settle(world, work);
  else world.elapsed++;
  payAuditors(world, committees, auditFees);
  if (committed) share(world, committees, score);
}

function isAccepted(world: World, cohort: Cohort, committees: Committees | null): boolean {
  const outcome = outcomeOf(world, cohort, committees);
  if (outcome === 'accepted') cohort.sums.accepted++;
  else cohort.sums.refused++;
  if (outcome === 'fault' && committees !== null) slash(world, cohort, committees);
  return outcome === 'accepted';
}

/** @returns the score of a member */
function accept(cohort: Cohort, base: Units): bigint {
  const reputation = raised(cohort.reputation);
  if (cohort.merit === 0n || reputation !== cohort.reputation)
    cohort.merit = meritDown(cohort.plan.tier, QUALITY, cohort.reputation);
  cohort.reputation = reputation;
  return scoreOf(base, cohort.merit);
}

/** @returns what is due to those who audited it */
function redeem(world: World, cohort: Cohort, { fee, paid }: Duty): bigint {
  if (paid === 0n) return 0n;
  const { count, sums } = cohort;
  const all = paid * count;
  if (cohort.plan.conduct.kind === 'deals') {
    cohort.escrow -= paid;
    sums.paid += paid;
    // It was his before: no income.
    cohort.walletBefore += fee.worker;
  } else {
    world.submitters.escrow -= all;
    world.submitters.spent += all;
  }
  world.burned += fee.burned * count;
  cohort.wallet += fee.worker;
  sums.fees += fee.worker;
  world.totals.fees += fee.worker * count;
  return fee.auditors * count;
}

function settle(world: World, work: bigint): void {
  const { rates } = world.rules;
  world.elapsed++;
  const cap = capDown(wei(world.remaining), rates.releaseRate);
  const epochs = world.settled ? world.elapsed : 0;
  const mark = highWaterUp(units(world.mark), rates.decayRate, epochs, units(work));
  const released = releasedDown(cap, units(work), mark);
  [world.cap, world.mark, world.released, world.work] = [cap, mark, released, work];
  [world.settled, world.elapsed] = [true, 0];
  world.remaining -= released;
  world.owed += released;
  world.left[world.epoch % world.rules.expire] = released;
  world.totals.released += released;
  world.workParts = workParts(released);
  if (work !== 0n) world.perExa = (world.workParts.base * EXA) / work;
}

/** By verdicts given; what does not divide is burned. */
function payAuditors(world: World, committees: Committees | null, due: bigint): void {
  if (due === 0n || committees === null) return;
  let paid = 0n;
  for (const [i, cohort] of world.cohorts.entries()) {
    const part = (due * (committees.verdicts[i] ?? 0n)) / committees.allVerdicts;
    cohort.wallet += part;
    cohort.sums.auditFees += part;
    paid += part * cohort.count;
  }
  world.totals.auditFees += paid;
  world.burned += due - paid;
}

/** Each member's part of what was released starts to vest. */
function share(world: World, committees: Committees | null, totalScore: bigint): void {
  const slot = world.epoch % world.rules.vest;
  const released = wei(world.released);
  const markets = marketRewards(world, released);
  for (const [i, cohort] of world.cohorts.entries()) {
    let due = 0n;
    const { sums } = cohort;
    if (cohort.accepted) {
      const base = baseReward(released, { score: cohort.score, totalScore });
      const market = markets.get(cohort) ?? 0n;
      sums.base += base;
      sums.market += market;
      due = base + market;
      world.totals.computing += due * cohort.count;
    }
    const verdicts = committees?.verdicts[i] ?? 0n;
    if (verdicts !== 0n && committees !== null) {
      const audit = auditReward(released, verdicts, committees.allVerdicts);
      sums.audits += audit;
      due += audit;
      world.totals.auditing += audit * cohort.count;
    }
    cohort.vesting[slot] = due;
  }
}

/** Who comes first is paid: dealers, who mean harm, and then everybody in turns. The members of a cohort come together. */
function marketRewards({ cohorts, epoch }: World, released: Wei): ReadonlyMap<Cohort, bigint> {
  const rewards = new Map<Cohort, bigint>();
  const paid = cohorts.filter(({ accepted, worked }) => accepted && worked !== null && worked.fee.burned !== 0n);
  const [dealers, others] = [true, false].map((deals) =>
    paid.filter(({ plan }) => (plan.conduct.kind === 'deals') === deals),
  );
  const first = epoch % Math.max(1, others?.length ?? 0);
  let toAll = 0n;
  for (const cohort of [...(dealers ?? []), ...(others?.slice(first) ?? []), ...(others?.slice(0, first) ?? [])]) {
    const burned = wei((cohort.worked?.fee.burned ?? 0n) * cohort.count);
    const reward = marketReward(released, { burned, toWorker: wei(0n), toAll: wei(toAll) }) / cohort.count;
    toAll += reward * cohort.count;
    rewards.set(cohort, reward);
  }
  return rewards;
}
