/** Does cheating pay under config/corex.yaml? Never, as one honest member that finds it is enough; and what the audits find and cost. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { readProfile } from '#node/profile.ts';
import {
  asNumber,
  atLeast,
  atRisk,
  auditCost,
  captured,
  deters,
  type Exposure,
  exposureNeeded,
  foundByAny,
  foundByDraw,
  foundByOne,
  gain,
  type Jury,
  juryCaptured,
  meets,
  type Ratio,
} from '#protocol/economy/deterrence.ts';
import { capDown, emissionRates } from '#protocol/economy/emission.ts';
import { minimumStakeDown } from '#protocol/economy/stake.ts';
import { parseCxt, wei } from '#protocol/ids.ts';
import { exposure } from '#protocol/limits.ts';
import { BASE_SHARD, MAX_BASE_SHARDS, MAX_BASE_UNITS } from '#protocol/work/base-task.ts';
import { segmentsOf } from '#protocol/work/shard.ts';

const { law } = readProfile('corex');
const NOTHING = wei(0n);
/** What an honest epoch costs its worker; nobody works for less. */
const COST = parseCxt('1');
/** Segments of an epoch of base tasks: the smallest thing to forge is one of them. */
const SEGMENTS = BigInt(MAX_BASE_SHARDS * segmentsOf(BASE_SHARD));

const share = (n: number, d: number): Ratio => ({ n: BigInt(n), d: BigInt(d) });
const jury = (colluding: Ratio): Jury => ({ committee: law.committee, samples: law.samples, colluding });
const parts = Array.from({ length: Number(SEGMENTS) }, (_, i): Ratio => ({ n: BigInt(i + 1), d: SEGMENTS }));
const [whole, smallest] = [share(1, 1), parts[0] ?? share(1, 1)];

/** Somebody who just earns its costs, with nothing staked: what vests is all that there is to lose. */
const barest: Exposure = {
  reward: COST,
  stake: NOTHING,
  unvested: wei((BigInt(law.vestSeconds) / BigInt(law.epochSeconds)) * COST),
};
const withNothing: Exposure = { reward: COST, stake: NOTHING, unvested: NOTHING };

/** No stake and nothing that vests, a hundredth above its costs. */
const newcomer: Exposure = { ...withNothing, reward: parseCxt('1.01') };
const [none, half] = [share(0, 1), share(1, 2)];

t.test('the attacks of the Foundry tests run under the numbers of config/corex.yaml', async (t) => {
  const ground = readFileSync(new URL('../../../contracts/test/attacks/Ground.sol', import.meta.url), 'utf8');
  const written = Object.fromEntries(
    [...ground.matchAll(/law\.(\w+) = ([\d_]+);/g)].map(([, name = '', number = '']) => [
      name,
      BigInt(number.replaceAll('_', '')),
    ]),
  );
  // What the contracts do not know: how many samples a member draws, and whom it checks.
  const { samples: _samples, crossCheckOneIn: _oneIn, crossCheckFrom: _from, ...onChain } = law;
  const expected = Object.fromEntries(Object.entries(onChain).map(([name, value]) => [name, BigInt(value)]));
  t.same(written, { ...expected, maxBaseUnits: MAX_BASE_UNITS, ...emissionRates(law.epochSeconds) });
});

t.test('q(f) = (1 - (1 - f)^1)(1 - r^10)', async (t) => {
  t.equal(asNumber(foundByOne(half, jury(none))), 1 / 2);
  t.equal(asNumber(foundByOne(whole, jury(half))), 1 - 2 ** -10);
  t.equal(asNumber(foundByOne(share(1, 10), jury(none))), 0.1);
  t.equal(asNumber(foundByOne(whole, jury(share(1, 1)))), 0, 'nobody is left who would tell');
});

t.test('R + S + V > max f C / q(f), with no stake at all, up to half of the weight', async (t) => {
  for (const colluding of [none, share(1, 10), share(1, 3), half]) {
    for (const found of [foundByOne, foundByAny, foundByDraw]) {
      const by = jury(colluding);
      t.ok(
        parts.every((part) => deters(newcomer, part, COST, found(part, by))),
        `${asNumber(colluding)}, ${found.name}: every part is a loss`,
      );
      const needed = parts.map((part) => exposureNeeded(part, COST, found(part, by)) ?? 0n);
      const last = needed.at(-1) ?? 0n;
      t.ok(
        needed.every((amount) => amount <= last + 1n),
        'the worst is to forge all of it',
      );
      t.ok(last <= atRisk(newcomer));
    }
  }
});

t.test('and with a day that vests, up to nineteen twentieths', async (t) => {
  const by = jury(share(19, 20));
  t.ok(parts.every((part) => deters(barest, part, COST, foundByDraw(part, by))));
  t.notOk(deters(newcomer, whole, COST, foundByDraw(whole, by)), 'which a newcomer has not');
  t.equal(
    exposureNeeded(smallest, COST, foundByOne(smallest, jury(share(1, 1)))),
    null,
    'all collude: nothing is enough',
  );
  const needed = (r: Ratio): string =>
    asNumber({ n: exposureNeeded(whole, COST, foundByDraw(whole, jury(r))) ?? 0n, d: COST }).toFixed(4);
  t.same([none, share(1, 3), half, share(9, 10), share(19, 20)].map(needed), [
    '1.0000',
    '1.0013',
    '1.0068',
    '1.5820',
    '2.5415',
  ]);
});

t.test('what a cheat keeps of an epoch beside an honest one, in hundredths of the cost', async (t) => {
  const kept = (at: Exposure, r: Ratio): number[] =>
    [1, 10, 100].map((f) => Number((gain(at, share(f, 100), COST, foundByDraw(share(f, 100), jury(r))) * 100n) / COST));
  t.same(kept(newcomer, none), [-8, -53, 0], 'a newcomer');
  t.same(kept(barest, none), [-236, -1570, -2399], 'a day vests');
  t.same(kept(barest, half), [-120, -973, -2383], 'half of the weight looks away');
  const most = parts.map((part) => gain(newcomer, part, COST, foundByDraw(part, jury(half))));
  t.ok(
    most.every((amount) => amount < 0n),
    'nothing is ever gained',
  );
});

t.test('a tenth forged is found within three epochs, for a twentieth of the execution', async (t) => {
  const tenth = share(1, 10);
  t.equal(asNumber(foundByDraw(tenth, jury(none), 3)).toFixed(6), (1 - Math.exp(-3)).toFixed(6));
  t.ok(asNumber(foundByDraw(tenth, jury(none), 3)) >= 0.95);
  t.equal(asNumber(foundByAny(tenth, jury(none))).toFixed(4), '0.6513');
  t.equal(asNumber(auditCost(law, 200)), 0.05);
  t.ok(asNumber(auditCost(law, Number(SEGMENTS))) < 0.005, 'an epoch of base tasks costs less than half a hundredth');
  // Another split of the same cost finds less: two samples of one member fall together where a member is missing.
  for (const [committee, samples] of [
    [5, 2],
    [2, 5],
    [9, 1],
  ] as const)
    t.ok(asNumber(foundByDraw(tenth, { committee, samples, colluding: none }, 3)) < 0.95, `${committee} x ${samples}`);
});

t.test('a committee is captured once in so many, and then slashes nobody', async (t) => {
  const once = (colluding: Ratio): number => Math.round(1 / asNumber(captured(jury(colluding))));
  t.same([share(1, 10), share(1, 5), share(1, 4), share(1, 3), half].map(once), [6807, 157, 51, 13, 3]);
  const jurors = (n: number, r: Ratio): number => Math.round(1 / asNumber(juryCaptured(n, r)));
  t.same(
    [share(1, 4), share(1, 3), half].map((r) => jurors(48, r)),
    [4319246702, 1747499, 151],
    'more than two thirds of 48',
  );
});

t.test('who is exposed how long, and for how much', async (t) => {
  const timed = { ...law, genesis: 0 };
  t.equal(law.vestSeconds / law.epochSeconds, 24, 'epochs of emission vest');
  t.equal(exposure(timed), 3_000, 'seconds from the end of an epoch to the finality of its work');
  t.equal(Math.floor(law.unbondSeconds / (law.epochSeconds + exposure(timed))), 183, 'times that is the unbonding');
  const { releaseRate } = emissionRates(law.epochSeconds);
  let pool = parseCxt('100000000');
  const first = capDown(pool, releaseRate);
  t.equal(first, 1_976_786_246_629_800_000_000n, 'the first cap');
  for (let e = 0; e < 24; e++) pool = wei(pool - capDown(pool, releaseRate));
  const outside = wei(parseCxt('100000000') - pool);
  t.equal(outside / 10n ** 18n, 47_432n, 'CXT outside the pool after a day of full epochs');
  t.equal(minimumStakeDown(outside) / 10n ** 16n, 4_743n, 'of which the minimum stake is 47.43');
});

t.test('more forged, more samples or a larger honest share never help the cheat', async (t) => {
  const size = fc.integer({ min: 1, max: 40 });
  const less = (a: Ratio, b: Ratio): boolean => a.n * b.d <= b.n * a.d;
  fc.assert(
    fc.property(size, size, size, size, size, (committee, samples, a, b, r) => {
      const [low, high] = [share(Math.min(a, b), 40), share(Math.max(a, b), 40)];
      const by = { committee, samples, colluding: share(r, 40) };
      const fewer = { ...by, colluding: share(r - 1, 40) };
      return (
        less(meets(low, samples), meets(low, samples + 1)) &&
        less(foundByOne(low, by), foundByOne(high, by)) &&
        less(foundByOne(low, by), foundByOne(low, fewer)) &&
        less(foundByAny(low, by), foundByAny(high, by)) &&
        less(foundByAny(low, by), foundByAny(low, fewer)) &&
        less(foundByDraw(low, by), foundByAny(low, by))
      );
    }),
  );
  t.equal(asNumber(atLeast(0, 8, share(1, 3))), 1, 'all cases together are certain');
});
