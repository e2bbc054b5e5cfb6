/** Shares of an epoch: by hand, never more than was released, and market work never above what was burned for it. */
import fc from 'fast-check';
import t from 'tap';
import { partsOf } from '#protocol/economy/emission.ts';
import { auditReward, baseReward, MARKET_PERCENT, marketReward, workParts } from '#protocol/economy/rewards.ts';
import { wei } from '#protocol/ids.ts';

const paid = (of: { burned: bigint; toWorker?: bigint; toAll?: bigint }) => ({
  burned: wei(of.burned),
  toWorker: wei(of.toWorker ?? 0n),
  toAll: wei(of.toAll ?? 0n),
});

t.test('by hand: 80 of 100 wei for work, 8 of them for market work', async (t) => {
  const released = wei(100n);
  t.same(workParts(released), { base: 72n, market: 8n });
  t.equal(baseReward(released, { score: 1n, totalScore: 4n }), 18n);
  t.equal(baseReward(released, { score: 1n, totalScore: 5n }), 14n, 'rounded down');
  t.equal(baseReward(released, { score: 0n, totalScore: 0n }), 0n);
  t.equal(marketReward(released, paid({ burned: 0n })), 0n, 'no fee yet, nothing');
  t.equal(marketReward(released, paid({ burned: 5n })), 4n, '90 % of what was burned, rounded down');
  t.equal(marketReward(released, paid({ burned: 5n, toWorker: 3n, toAll: 3n })), 1n, 'less what was paid');
  t.equal(marketReward(released, paid({ burned: 1000n })), 8n, 'or what there is');
  t.equal(marketReward(released, paid({ burned: 1000n, toAll: 6n })), 2n, 'and others have left');
  t.equal(auditReward(released, 1n, 3n), 6n);
  t.equal(auditReward(released, 0n, 0n), 0n);
});

const released = fc.bigInt({ min: 0n, max: 10n ** 26n }).map(wei);
const worker = fc.record({
  score: fc.bigInt({ min: 0n, max: 1n << 126n }),
  burned: fc.bigInt({ min: 0n, max: 10n ** 24n }),
});

t.test('all shares together are no more than the part for work', async (t) => {
  fc.assert(
    fc.property(released, fc.array(worker, { minLength: 1, maxLength: 12 }), (amount, workers) => {
      const totalScore = workers.reduce((sum, { score }) => sum + score, 0n);
      let [sum, toAll, bounded] = [0n, 0n, true];
      for (const { score, burned } of workers) {
        const market = marketReward(amount, paid({ burned, toAll }));
        bounded &&= market * 100n <= burned * MARKET_PERCENT;
        toAll += market;
        sum += baseReward(amount, { score, totalScore });
      }
      return bounded && toAll <= workParts(amount).market && sum + toAll <= partsOf(amount).work;
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
