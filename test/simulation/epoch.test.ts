/** Worlds keep the law: every wei is somewhere, the pool halves in four years, and an epoch pays what the contracts say. */
import t from 'tap';
import { capDown } from '#protocol/economy/emission.ts';
import { parseCxt, wei } from '#protocol/ids.ts';
import { step } from '#simulation/epoch.ts';
import { SUPPLY } from '#simulation/rules.ts';
import { runWorld } from '#simulation/sample.ts';
import { scenarios } from '#simulation/scenarios/all.ts';
import { HOUR_OF_100_TERAFLOPS, miners } from '#simulation/scenarios/population.ts';
import { assertConserved, createWorld, supplyOf, type WorldPlan } from '#simulation/world.ts';
import { halfDaily, hourly } from './rules.ts';

const plan: WorldPlan = {
  name: 'three miners',
  cohorts: [miners({ name: 'miners', count: 3 })],
  demand: { units: () => 0, budget: () => 0 },
};

for (const scenario of scenarios) {
  t.test(`${scenario.name}: every wei is somewhere, in twelve years of half-day epochs`, async (t) => {
    for (const world of scenario.worlds) {
      const { samples } = runWorld(world, { rules: halfDaily, seed: 1, epochs: 12 * halfDaily.perYear });
      t.equal(samples.length, 12 * 12 + 1, world.name);
      for (const { supply, marketPart, utilisation } of samples) {
        const { pool, unclaimed, wallets, staked, escrowed, burned } = supply;
        if (pool + unclaimed + wallets + staked + escrowed + burned !== SUPPLY) t.fail(world.name);
        if (marketPart > 1 || utilisation > 1) t.fail(`${world.name}: more than all`);
      }
      t.ok((samples.at(-1)?.released ?? 0n) > parseCxt('30000000'), 'something happened');
    }
  });
}

t.test('a wei too many is noticed', async (t) => {
  const world = createWorld(plan, hourly, 1);
  for (let epoch = 0; epoch < 100; epoch++) step(world);
  assertConserved(world);
  world.burned++;
  t.throws(() => assertConserved(world), { message: /1 wei too many/ });
  t.throws(() => step(world), RangeError);
});

t.test('what is released halves the pool in four years of full epochs', async (t) => {
  const epochs = 4 * hourly.perYear;
  t.equal(epochs, 35_064);
  let left: bigint = SUPPLY;
  for (let epoch = 0; epoch < epochs; epoch++) left -= capDown(wei(left), hourly.rates.releaseRate);
  // The rate is rounded to 1e-18 of what remains, and each epoch's cap to a wei.
  const rounding = SUPPLY / 10n ** 18n + 1n;
  t.ok(left >= SUPPLY / 2n, 'rounding favours the pool');
  t.ok(left - SUPPLY / 2n <= BigInt(epochs) * rounding, `${left - SUPPLY / 2n} wei above half`);
});

t.test('without market work its part returns, and the pool halves later', async (t) => {
  const epochs = 4 * hourly.perYear;
  const world = createWorld(plan, hourly, 1);
  let left: bigint = SUPPLY;
  const back: bigint[] = [];
  step(world);
  for (let epoch = 0; epoch < epochs; epoch++) {
    step(world);
    left += back[epoch - hourly.expire] ?? 0n;
    const cap = capDown(wei(left), hourly.rates.releaseRate);
    left -= cap;
    const work = (cap * 80n) / 100n;
    const base = work - work / 10n;
    // Three equal miners, who are the validators too: what they leave is the tenth, and what does not divide by three.
    back.push(cap - (base - (base % 3n)) - (cap - work - ((cap - work) % 3n)));
  }
  t.equal(world.work, world.mark, 'full use');
  t.equal(world.remaining, left, 'the law to the wei');
  t.equal(
    world.totals.expired,
    back.slice(0, -hourly.expire).reduce((sum, amount) => sum + amount),
  );
  // If it came back at once, the pool would shrink at 92 % of the rate: 2^-0.92 is left. It comes back after three months.
  t.ok(left > SUPPLY / 2n && left < (SUPPLY * 5286n) / 10_000n, `${left}`);
});

t.test('an epoch of three equal miners, by hand', async (t) => {
  const world = createWorld(plan, hourly, 1);
  step(world);
  t.same(supplyOf(world).unclaimed, 0n, 'nothing is settled before it is over');
  step(world);
  const cap = capDown(SUPPLY, hourly.rates.releaseRate);
  t.equal(world.released, cap);
  t.equal(world.owed, cap);
  const [miner] = world.cohorts;
  const work = (cap * 80n) / 100n;
  const base = work - work / 10n;
  t.equal(miner?.sums.base, base / 3n, 'nine tenths of the work part');
  t.equal(miner?.sums.market, 0n);
  t.equal(miner?.sums.audits, (cap - work) / 3n);
  t.equal(miner?.wallet, 0n, 'vesting');
  for (let epoch = 2; epoch <= hourly.vest; epoch++) step(world);
  t.equal(miner?.wallet, 0n);
  step(world);
  t.equal(miner?.wallet, base / 3n + (cap - work) / 3n);
});

t.test('who is alone is audited by nobody, and paid nothing', async (t) => {
  const lone = createWorld({ ...plan, cohorts: [miners({ name: 'lone', count: 1 })] }, hourly, 1);
  for (let epoch = 0; epoch < 50; epoch++) step(lone);
  t.equal(lone.totals.released, 0n);
  const two = createWorld({ ...plan, cohorts: [miners({ name: 'two names', count: 2 })] }, hourly, 1);
  for (let epoch = 0; epoch < 50; epoch++) step(two);
  t.ok(two.totals.released > parseCxt('90000'));
});

t.test('less work than before releases less, and the mark decays', async (t) => {
  const leaving: WorldPlan = {
    ...plan,
    cohorts: [
      miners({ name: 'stay', count: 3 }),
      miners({ name: 'leave', count: 1, units: HOUR_OF_100_TERAFLOPS * 9n, leaves: 0.5 }),
    ],
  };
  const { samples } = runWorld(leaving, { rules: halfDaily, seed: 1, epochs: 2 * halfDaily.perYear });
  t.equal(samples[5]?.utilisation, 1);
  const [month, later] = [samples[7]?.utilisation ?? 0, samples[19]?.utilisation ?? 0];
  t.ok(Math.abs(month - 0.25 * 2 ** (1 / 12)) < 0.001);
  t.ok(Math.abs(later / month - 2) < 0.01, 'a year later it is half');
});

t.test('market work shares a tenth of the work part, first come first paid', async (t) => {
  const deals = { kind: 'deals', times: 10n, fee: 'best' } as const;
  // Buys more than the minimum stake grows.
  const dealer = { validates: false, stakes: 0n, sells: 0n, buys: parseCxt('100'), conduct: deals };
  const world = createWorld(
    {
      ...plan,
      cohorts: [
        miners({ name: 'miners', count: 3 }),
        miners({ ...dealer, name: 'first', units: HOUR_OF_100_TERAFLOPS * 10n }),
        miners({ ...dealer, name: 'second' }),
      ],
    },
    hourly,
    1,
  );
  const [, first, second] = world.cohorts;
  if (first === undefined || second === undefined) throw new RangeError('nobody');
  let [full, shared, free] = [0, 0, 0];
  for (let epoch = 0; epoch < 120 * hourly.perDay; epoch++) {
    const backed = [first, second].map(({ worked }) => ((worked?.fee.burned ?? 0n) * 90n) / 100n);
    const before = [first.sums.market, second.sums.market];
    step(world);
    const [mine = 0n, yours = 0n] = [first, second].map(({ sums }, i) => sums.market - (before[i] ?? 0n));
    const all = (world.released * 80n) / 100n / 10n;
    const [most = 0n, least = 0n] = backed;
    const [his, rest] = most < all ? [most, all - most] : [all, 0n];
    if (mine !== his || yours !== (least < rest ? least : rest)) t.fail(`epoch ${epoch}`);
    if (all === 0n) continue;
    if (mine === all) full++;
    else if (mine > 0n && mine + yours === all) shared++;
    else if (mine > 0n) free++;
    if (epoch > 0 && world.work !== 14n * HOUR_OF_100_TERAFLOPS) t.fail('units of jobs count in no sum');
  }
  t.ok(full > 0 && shared > 0 && free > 0, `all to the first ${full} times, shared ${shared}, some left ${free}`);
});
