/** Shares of an epoch: by hand, never more than was released, and market work never above the fees it left behind. */
import fc from 'fast-check';
import t from 'tap';
import { partsOf } from '#protocol/economy/emission.ts';
import { auditReward, MARKET_PERCENT, type WorkShare, workReward } from '#protocol/economy/rewards.ts';
import { units, wei } from '#protocol/ids.ts';

const share = (of: { units: bigint; market?: bigint; score: bigint; total: bigint; fee?: bigint }): WorkShare => ({
  units: units(of.units),
  marketUnits: units(of.market ?? 0n),
  score: of.score,
  totalScore: of.total,
  feeLost: wei(of.fee ?? 0n),
});

t.test('by hand: 80 of 100 wei for work', async (t) => {
  const released = wei(100n);
  t.same(workReward(released, share({ units: 10n, score: 1n, total: 4n })), { base: 20n, market: 0n });
  t.same(workReward(released, share({ units: 10n, score: 1n, total: 3n })), { base: 26n, market: 0n }, 'rounded down');
  const half = { units: 10n, market: 5n, score: 1n, total: 4n };
  t.same(workReward(released, share(half)), { base: 10n, market: 0n }, 'no fee yet, nothing for market work');
  t.same(workReward(released, share({ ...half, fee: 10n })), { base: 10n, market: 9n }, '90 % of what was lost');
  t.same(workReward(released, share({ ...half, fee: 1000n })), { base: 10n, market: 10n }, 'or its share');
  t.same(workReward(released, share({ units: 10n, score: 0n, total: 0n })), { base: 0n, market: 0n });
  t.equal(auditReward(released, 1n, 3n), 6n);
  t.equal(auditReward(released, 0n, 0n), 0n);
});

const released = fc.bigInt({ min: 0n, max: 10n ** 26n }).map(wei);
const worker = fc.record({
  units: fc.bigInt({ min: 1n, max: (1n << 104n) - 1n }),
  part: fc.bigInt({ min: 0n, max: 100n }),
  merit: fc.bigInt({ min: 1n, max: 3_000_000n }),
  fee: fc.bigInt({ min: 0n, max: 10n ** 24n }),
});

t.test('all shares together are no more than the part for work', async (t) => {
  fc.assert(
    fc.property(released, fc.array(worker, { minLength: 1, maxLength: 12 }), (amount, workers) => {
      const total = workers.reduce((sum, w) => sum + w.units * w.merit, 0n);
      const rewards = workers.map((w) => {
        const market = (w.units * w.part) / 100n;
        const reward = workReward(amount, share({ ...w, market, score: w.units * w.merit, total }));
        return { ...reward, bound: (w.fee * MARKET_PERCENT) / 100n };
      });
      const sum = rewards.reduce((all, { base, market }) => all + base + market, 0n);
      return sum <= partsOf(amount).work && rewards.every(({ market, bound }) => market <= bound);
    }),
  );
  t.pass('for every example');
});

t.test('all auditors together get no more than their part', async (t) => {
  fc.assert(
    fc.property(released, fc.array(fc.bigInt({ min: 0n, max: 1000n }), { minLength: 1 }), (amount, reveals) => {
      const total = reveals.reduce((a, b) => a + b, 0n);
      const sum = reveals.reduce((all, by) => all + auditReward(amount, by, total), 0n);
      return (
        sum <= partsOf(amount).audit &&
        partsOf(amount).audit - sum < (total === 0n ? 1n << 90n : BigInt(reveals.length))
      );
    }),
  );
  t.pass('for every example');
});
