/** The market of a day: what submitters bid, who may take their work, and who deals with himself. */
import { BURN_BPS } from '#protocol/economy/fees.ts';
import { MARKET_PERCENT } from '#protocol/economy/rewards.ts';
import { minimumStakeDown } from '#protocol/economy/stake.ts';
import { parseCxt } from '#protocol/ids.ts';
import { lesser } from './amounts.ts';
import { type Cohort, dutyOf, idle } from './cohort.ts';
import { outsideOf, type World, yearOf } from './world.ts';

/** Prices are in wei for so many units. */
export const EXA = 10n ** 18n;
/** Base tasks are always there, so submitters outbid what they pay: of a fee, 85 % and 4.5 % at most reach the worker. */
const OUTBID_PERCENT = 120n;
/** Parts of 10,000 of a fee that its emission may bring back. */
const BACK_BPS = (BURN_BPS * MARKET_PERCENT) / 100n;

/** Sets the duty of every cohort for the coming day, and puts the fees in escrow. */
export function clearMarket(world: World): void {
  const { submitters, rules } = world;
  const perDay = BigInt(rules.perDay);
  const minimum = minimumStakeDown(outsideOf(world));
  const takers = world.cohorts.filter((c) => c.active && c.plan.units !== 0n && isTaker(c) && c.staked >= minimum);
  const capacity = takers.reduce((sum, c) => sum + c.plan.units * c.count, 0n);
  const { price, bought } = clearing(world, capacity);
  for (const cohort of world.cohorts) {
    if (!cohort.active || cohort.plan.units === 0n) {
      cohort.duty = idle;
      continue;
    }
    const { units } = cohort.plan;
    const { conduct } = cohort.plan;
    const market = takers.includes(cohort) ? (bought * units) / capacity : 0n;
    const paid = (market * price) / EXA;
    cohort.duty = dutyOf(units - market, market, paid);
    submitters.wallet -= paid * cohort.count * perDay;
    submitters.escrow += paid * cohort.count * perDay;
    if (conduct.kind === 'deals' && conduct.times !== 0n && cohort.staked >= minimum)
      dealWithSelf(world, cohort, conduct);
  }
  [world.price, world.marketWork] = [price, bought];
}

/** Who deals with himself has his hands full. */
function isTaker(cohort: Cohort): boolean {
  return cohort.plan.conduct.kind !== 'deals' && cohort.plan.conduct.kind !== 'renews';
}

/** Too little compute: the budget makes the price. Enough: what base tasks pay does. */
function clearing(world: World, capacity: bigint): { readonly price: bigint; readonly bought: bigint } {
  const none = { price: 0n, bought: 0n };
  const year = yearOf(world);
  const wanted = BigInt(Math.round(world.plan.demand.units(year)));
  const willing = parseCxt(world.plan.demand.budget(year).toFixed(6));
  const has = world.submitters.wallet / BigInt(world.rules.perDay);
  const budget = lesser(willing, has);
  const floor = (world.perExa * OUTBID_PERCENT) / 100n;
  if (capacity === 0n || wanted === 0n) return none;
  const bid = wanted < capacity ? 0n : (budget * EXA) / capacity;
  const price = bid > floor ? bid : floor;
  if (price === 0n) return none;
  const affordable = (budget * EXA) / price;
  return { price, bought: lesser(lesser(wanted, capacity), affordable) };
}

/** The best fee is the one that brings all there is for market work: less loses emission, more loses fee. */
function dealWithSelf(world: World, cohort: Cohort, { times, fee }: { times: bigint; fee: 'best' | 'least' }): void {
  const perDay = BigInt(world.rules.perDay);
  const fake = cohort.plan.units * times;
  const most = cohort.wallet / perDay;
  const best = (world.workParts.market * 10_000n) / BACK_BPS;
  const paid = fee === 'least' ? 1n : lesser(best, most);
  if (paid === 0n || paid > most) return;
  cohort.duty = dutyOf(cohort.plan.units, fake, paid);
  cohort.wallet -= paid * perDay;
  cohort.escrow += paid * perDay;
}
