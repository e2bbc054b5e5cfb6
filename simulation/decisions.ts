/** Once a day: who comes and goes, what is staked, and who sells CXT to whom. */
import { minimumStakeDown } from '#protocol/economy/stake.ts';
import { parseCxt } from '#protocol/ids.ts';
import { lesser } from './amounts.ts';
import { type Cohort, renew } from './cohort.ts';
import { clearMarket } from './market.ts';
import { outsideOf, type World, yearOf } from './world.ts';

/** A margin above the minimum stake, which grows while they work. */
const ABOVE_MINIMUM_PERCENT = 105n;
const DAYS_TO_MINIMUM = 30n;
/** Days of their budget that submitters like to have in their wallets. */
const DAYS_AHEAD = 7n;

export function decide(world: World): void {
  refund(world);
  for (const cohort of world.cohorts) comeAndGo(world, cohort);
  trade(world);
  for (const cohort of world.cohorts) if (cohort.active) stakeIncome(cohort);
  clearMarket(world);
  for (const cohort of world.cohorts) cohort.walletBefore = cohort.wallet;
  world.weightsChanged = true;
}

/** Fees of work that was not accepted return to whoever put them up. */
function refund(world: World): void {
  const { submitters } = world;
  submitters.wallet += submitters.escrow;
  submitters.escrow = 0n;
  for (const cohort of world.cohorts) {
    cohort.wallet += cohort.escrow;
    cohort.walletBefore += cohort.escrow;
    cohort.escrow = 0n;
  }
}

function comeAndGo(world: World, cohort: Cohort): void {
  const { plan, sums } = cohort;
  const year = yearOf(world);
  if (plan.leaves !== undefined && year >= plan.leaves && !cohort.gone) {
    [cohort.gone, cohort.active] = [true, false];
    [cohort.unbonding, cohort.staked] = [cohort.unbonding + cohort.staked, 0n];
    cohort.releasedAt = world.epoch + world.rules.unbond;
  } else if (!cohort.gone && !cohort.active && year >= plan.joins) {
    // After a slash it is a fresh account.
    if (sums.faults > 0) renew(cohort);
    cohort.active = true;
  }
  if (plan.conduct.kind === 'renews' && world.epoch % (plan.conduct.days * world.rules.perDay) === 0) renew(cohort);
  if (cohort.unbonding !== 0n && world.epoch >= cohort.releasedAt) {
    cohort.wallet += cohort.unbonding;
    cohort.unbonding = 0n;
  }
}

function stakeIncome(cohort: Cohort): void {
  const { plan } = cohort;
  const income = cohort.wallet - cohort.walletBefore;
  if (income <= 0n) return;
  const amount = (income * plan.stakes) / 100n;
  cohort.staked += amount;
  cohort.wallet -= amount;
}

/** Buyers get what sellers offer, everybody the same part of what he asked for. */
function trade(world: World): void {
  const wants = world.cohorts.map((cohort) => wantedBy(world, cohort));
  const budget = parseCxt((world.plan.demand.budget(yearOf(world)) * world.rules.perDay).toFixed(6)) * DAYS_AHEAD;
  const forJobs = budget > world.submitters.wallet ? budget - world.submitters.wallet : 0n;
  const wanted = world.cohorts.reduce((sum, { count }, i) => sum + count * (wants[i] ?? 0n), forJobs);
  const offers = world.cohorts.map(offeredBy);
  const offered = world.cohorts.reduce((sum, { count }, i) => sum + count * (offers[i] ?? 0n), 0n);
  if (wanted === 0n || offered === 0n) return;
  const traded = lesser(wanted, offered);
  let unspent = 0n;
  for (const [i, cohort] of world.cohorts.entries()) {
    const sold = ((offers[i] ?? 0n) * traded) / offered;
    cohort.wallet -= sold;
    cohort.walletBefore -= sold;
    cohort.sums.sold += sold;
    unspent += sold * cohort.count;
  }
  const got = unspent;
  for (const [i, cohort] of world.cohorts.entries()) {
    const bought = ((wants[i] ?? 0n) * got) / wanted;
    if (bought === 0n) continue;
    cohort.staked += bought;
    cohort.sums.bought += bought;
    unspent -= bought * cohort.count;
  }
  world.submitters.wallet += unspent;
}

function wantedBy(world: World, { active, plan, staked }: Cohort): bigint {
  if (!active) return 0n;
  if (!plan.buysMinimum) return plan.buys;
  const least = (minimumStakeDown(outsideOf(world)) * ABOVE_MINIMUM_PERCENT) / 100n;
  return plan.buys + (staked < least ? (least - staked) / DAYS_TO_MINIMUM : 0n);
}

function offeredBy({ wallet, gone, plan }: Cohort): bigint {
  if (wallet <= 0n) return 0n;
  return gone ? wallet : (wallet * plan.sells) / 100n;
}
