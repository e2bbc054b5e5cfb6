/** What units count: tiers, quality, and a reputation that is earned slowly and lost quickly. */
import fc from 'fast-check';
import t from 'tap';
import { ONE } from '#protocol/economy/fixed-point.ts';
import {
  lowered,
  meritDown,
  NEWCOMER,
  qualityOf,
  raised,
  RATES,
  scoreOf,
  TIER_NAMES,
  VETERAN,
} from '#protocol/economy/score.ts';
import { units } from '#protocol/ids.ts';

const reputations = fc.bigInt({ min: NEWCOMER, max: VETERAN });

t.test('merit by hand, in millionths', async (t) => {
  t.equal(meritDown(0, ONE, NEWCOMER), 500_000n, 'a newcomer counts half');
  t.equal(meritDown(1, ONE, NEWCOMER), 625_000n);
  t.equal(meritDown(2, ONE / 2n, ONE), 750_000n);
  t.equal(meritDown(3, ONE, VETERAN), 3_000_000n, 'the most there is');
  t.equal(meritDown(0, 1n, NEWCOMER), 1n, 'accepted work always counts');
  t.throws(() => meritDown(4, ONE, ONE), RangeError);
  t.equal(RATES.length, TIER_NAMES.length);
  t.equal(scoreOf(units(7n), 500_000n), 3_500_000n);
});

t.test('quality is shards delivered over shards claimed', async (t) => {
  t.equal(qualityOf({ claimed: 0n, lapsed: 0n }), ONE, 'nobody starts below');
  t.equal(qualityOf({ claimed: 9n, lapsed: 5n }), ONE / 2n);
  t.equal(qualityOf({ claimed: 2n, lapsed: 2n }), ONE / 3n, 'rounded down');
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 17n }), fc.bigInt({ min: 0n, max: 10n ** 17n }), (a, b) => {
      const quality = qualityOf({ claimed: a + b, lapsed: b });
      return quality > 0n && quality <= ONE;
    }),
  );
});

t.test('reputation stays between a newcomer’s and a veteran’s', async (t) => {
  t.equal(raised(NEWCOMER), (ONE * 9n) / 16n, 'a sixteenth of the way');
  t.equal(lowered(VETERAN), (ONE * 5n) / 4n, 'a quarter of the way back');
  t.equal(raised(VETERAN), VETERAN);
  t.equal(lowered(NEWCOMER), NEWCOMER);
  fc.assert(
    fc.property(reputations, (before) => {
      const [up, down] = [raised(before), lowered(before)];
      return up >= before && up <= VETERAN && down <= before && down >= NEWCOMER;
    }),
  );
  t.pass('for every example');
});
