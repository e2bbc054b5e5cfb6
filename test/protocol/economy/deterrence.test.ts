/** Does cheating pay under config/corex.yaml? As designed it never does; under the vote that is built, a little of it does. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { readProfile } from '#node/profile.ts';
import {
  asNumber,
  atLeast,
  atRisk,
  captured,
  deters,
  type Exposure,
  exposureNeeded,
  foundByOne,
  foundByVote,
  gainUnderVote,
  type Jury,
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

/** The most that forging any part gains. */
function best(at: Exposure, by: Jury): bigint {
  let most = 0n;
  for (const part of parts) {
    const gain = gainUnderVote(at, part, COST, foundByVote(part, by));
    if (gain > most) most = gain;
  }
  return most;
}

t.test('the attacks of the Foundry tests run under the numbers of config/corex.yaml', async (t) => {
  const ground = readFileSync(new URL('../../../contracts/test/attacks/Ground.sol', import.meta.url), 'utf8');
  const written = Object.fromEntries(
    [...ground.matchAll(/law\.(\w+) = ([\d_]+);/g)].map(([, name = '', number = '']) => [
      name,
      BigInt(number.replaceAll('_', '')),
    ]),
  );
  const { samples: _, ...onChain } = law;
  const expected = Object.fromEntries(Object.entries(onChain).map(([name, value]) => [name, BigInt(value)]));
  t.same(written, { ...expected, maxBaseUnits: MAX_BASE_UNITS, ...emissionRates(law.epochSeconds) });
});

t.test('q(f) = (1 - (1 - f)^4)(1 - r^8)', async (t) => {
  t.equal(asNumber(foundByOne(share(1, 2), jury(share(0, 1)))), 15 / 16);
  t.equal(asNumber(foundByOne(whole, jury(share(1, 2)))), 1 - 2 ** -8);
  t.equal(asNumber(foundByOne(share(1, 10), jury(share(0, 1)))), 0.3439);
  t.equal(asNumber(foundByOne(whole, jury(share(1, 1)))), 0, 'nobody is left who would tell');
});

t.test('as designed: R + S + V > f C / q(f) for everything that can be forged, with no stake at all', async (t) => {
  for (const colluding of [share(0, 1), share(1, 10), share(1, 3), share(1, 2)]) {
    const needed = parts.map((part) => exposureNeeded(part, COST, foundByOne(part, jury(colluding))) ?? 0n);
    const last = needed.at(-1) ?? 0n;
    t.ok(
      needed.every((amount) => amount <= last),
      'the worst is to forge all of it',
    );
    const enough = { ...withNothing, reward: parseCxt('1.01') };
    t.ok(
      parts.every((part) => deters(enough, part, COST, foundByOne(part, jury(colluding)))),
      'a hundredth above its costs is enough, up to half of the weight',
    );
    t.ok(last <= atRisk(enough));
  }
  t.equal(exposureNeeded(smallest, COST, foundByOne(smallest, jury(share(1, 1)))), null, 'all collude: nothing is');
  const ninetenths = exposureNeeded(whole, COST, foundByOne(whole, jury(share(9, 10)))) ?? 0n;
  t.ok(ninetenths > parseCxt('1.75') && ninetenths < parseCxt('1.76'), 'nine tenths: 1.76 times its costs');
});

t.test('as built: the vote deters who forges much, and not who forges little', async (t) => {
  const holds = (part: Ratio, colluding: Ratio) => deters(barest, part, COST, foundByVote(part, jury(colluding)).fault);
  t.ok(holds(whole, share(1, 3)), 'all of it');
  t.ok(holds(share(4, 100), share(0, 1)), 'from 4 % on, with a day that vests and no stake');
  t.notOk(holds(share(3, 100), share(0, 1)), 'but not 3 %');
  t.ok(holds(share(6, 100), share(1, 3)), 'a third colludes: from 6 % on');
  t.notOk(holds(share(5, 100), share(1, 3)), 'but not 5 %');
  const needed = (part: Ratio, r: Ratio): number =>
    Number(((exposureNeeded(part, COST, foundByVote(part, jury(r)).fault) ?? 0n) * 100n) / COST) / 100;
  const rows = [1, 3, 5, 10, 20, 100].map((hundredths) => share(hundredths, 100));
  t.same(
    rows.map((part) => needed(part, share(0, 1))),
    [2077.63, 36.43, 6.7, 1, 0.34, 1],
  );
  t.same(
    rows.map((part) => needed(part, share(1, 3))),
    [15254.11, 249.49, 42.73, 5.29, 1.22, 1.34],
  );
  t.ok(
    needed(smallest, share(0, 1)) > 300_000_000,
    'no stake makes one forged segment a loss: five of eight must see it',
  );
});

t.test(
  'as built: what forging a little gains is a few hundredths of the cost, whoever colludes less than a third',
  async (t) => {
    const staked = { ...barest, stake: wei(1_000n * COST) };
    const per10_000 = (at: Exposure): number[] =>
      [share(0, 1), share(1, 4), share(1, 3)].map((r) => Number((best(at, jury(r)) * 10_000n) / COST));
    t.same(per10_000(withNothing), [217, 336, 879], 'when only the epoch is lost: a newcomer, or silence');
    t.same(per10_000(barest), [149, 220, 259], 'and a day that vests');
    t.same(per10_000(staked), [62, 90, 105], 'and a thousand epochs staked');
  },
);

t.test('a committee is captured once in so many', async (t) => {
  const once = (colluding: Ratio): number => Math.round(1 / asNumber(captured(jury(colluding))));
  t.same([share(1, 10), share(1, 5), share(1, 4), share(1, 3), share(1, 2)].map(once), [2317, 96, 37, 11, 3]);
  t.equal(asNumber(captured({ ...jury(share(1, 3)), committee: 64 })) < 0.003, true, 'of 64, once in hundreds');
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
      const [few, many] = [foundByVote(low, by), foundByVote(high, by)];
      const worse = foundByVote(low, { ...by, colluding: share(r - 1, 40) });
      return (
        less(meets(low, samples), meets(low, samples + 1)) &&
        less(few.fault, many.fault) &&
        less(few.fault, few.unpaid) &&
        less(few.fault, worse.fault) &&
        less(foundByOne(low, by), foundByOne(high, by))
      );
    }),
  );
  t.equal(asNumber(atLeast(0, 8, share(1, 3))), 1, 'all cases together are certain');
});
