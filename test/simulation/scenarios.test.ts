/** What the scenarios are there to show: who gains and who loses. */
import t from 'tap';
import { MAX_PROOFS } from '#protocol/limits.ts';
import { step } from '#simulation/epoch.ts';
import { runWorld, type MemberSample } from '#simulation/sample.ts';
import { scenarios } from '#simulation/scenarios/all.ts';
import { createWorld, type WorldPlan } from '#simulation/world.ts';
import { halfDaily, hourly } from './rules.ts';

const YEARS = 4;

function planOf(scenario: string, world: string): WorldPlan {
  const plan = scenarios.find(({ name }) => name === scenario)?.worlds.find(({ name }) => name === world);
  if (plan === undefined) throw new RangeError(`no world ${world}`);
  return plan;
}

/** The people of a world after four years of half-day epochs, by name. */
function peopleOf(
  scenario: string,
  world: string,
  { rules, years } = { rules: halfDaily, years: YEARS },
): (name: string) => MemberSample {
  const run = runWorld(planOf(scenario, world), { rules, seed: 1, epochs: years * rules.perYear });
  return (name) => {
    const member = run.samples.at(-1)?.members.find((candidate) => candidate.name === name);
    if (member === undefined) throw new RangeError(`nobody is called ${name}`);
    return member;
  };
}

t.test('who pays himself loses', async (t) => {
  const honest = peopleOf('self-dealing', 'nobody deals');
  t.equal(honest('dealer').balance, honest('twin').balance, 'they are twins');
  const dealing = peopleOf('self-dealing', 'pays the best fee');
  const [dealer, twin] = [dealing('dealer'), dealing('twin')];
  t.ok(dealer.emission > twin.emission, 'he gets more emission');
  t.ok(
    dealer.earned < twin.earned / 10n,
    'and pays more for it: a tenth of each fee and more, all that he has every day',
  );
  t.ok(dealer.balance < twin.balance);
  // Nine tenths of the work part are not his to take: all that others may lose is the tenth on top of their fees.
  t.ok(dealing('miners').emission > (honest('miners').emission * 9n) / 10n);
  t.ok(twin.emission > (honest('twin').emission * 9n) / 10n);
});

t.test('validators of his own do not make it pay', async (t) => {
  const together = (world: string): bigint => {
    const people = peopleOf('self-dealing', world);
    const his = people('his validators');
    t.ok(his.weight > 0.3, 'and he has many');
    return people('dealer').earned + his.earned * BigInt(his.count);
  };
  t.ok(together('has validators, deals') < together('has validators, does not deal'));
});

t.test('units that nobody pays for dilute nobody', async (t) => {
  const honest = peopleOf('self-dealing', 'nobody deals');
  const wei = peopleOf('self-dealing', 'pays a wei');
  for (const name of ['miners', 'later miners', 'validators', 'twin', 'dealer'])
    t.same(wei(name), honest(name), `${name}: to the wei`);
  const world = createWorld(planOf('self-dealing', 'pays a wei'), halfDaily, 1);
  while (world.epoch < YEARS * halfDaily.perYear) step(world);
  const dealer = world.cohorts.find(({ plan }) => plan.name === 'dealer');
  t.ok((dealer?.sums.paid ?? 0n) > 1_000n, 'though he does pay his wei each epoch');
  t.equal(dealer?.worked?.market, BigInt(MAX_PROOFS) * (dealer?.plan.units ?? 0n), 'for as much as can be committed');
});

t.test('a hundred identities earn no more than one, and fresh ones less', async (t) => {
  const all = (world: string): bigint => {
    const operator = peopleOf('newcomers', world)('operator');
    return operator.earned * BigInt(operator.count);
  };
  const [one, hundred, fresh] = [all('1 identity'), all('100 identities'), all('10000 fresh daily')];
  t.ok(hundred < one);
  t.ok(fresh < (hundred * 3n) / 4n, 'a newcomer counts a third of a veteran, who is not alone');
});

t.test('forging is slashed unless most do not look', async (t) => {
  // A day of vesting is 24 epochs of risk here, as on the network.
  const hours = { rules: hourly, years: 2 };
  const looking = peopleOf('lazy', '0 % lazy', hours);
  const sleeping = peopleOf('lazy', '70 % lazy', hours);
  const honest = looking('miners');
  for (const name of ['forges 100 %', 'forges 30 %', 'forges 10 %']) {
    t.ok(looking(name).faults > 50, name);
    t.ok(looking(name).earned < honest.earned / 10n, `${name} does not pay`);
    t.ok(sleeping(name).accepted > looking(name).accepted, `${name} gets through`);
  }
  t.equal(looking('looking').faults, 0, 'nobody honest is slashed');
  t.equal(honest.faults, 0);
});

t.test('a whale takes most while it is there', async (t) => {
  const six = { rules: halfDaily, years: 6 };
  const [beside, without] = [peopleOf('whale', 'whale', six), peopleOf('whale', 'no whale', six)];
  t.ok(beside('miners').emission < without('miners').emission);
  t.ok(beside('whale').emission > 10n * beside('miners').emission);
});
