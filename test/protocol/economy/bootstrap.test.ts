/** Work as weight while little is staked: bounded for one commitment, nothing once enough is staked, indifferent to splitting. */
import fc from 'fast-check';
import t from 'tap';
import { CREDIT_START, creditDown, MASS, totalWeight, workWeightDown } from '#protocol/economy/bootstrap.ts';
import { units } from '#protocol/ids.ts';

t.test('by hand', async (t) => {
  t.equal(creditDown(units(5n), 0n), 5n);
  t.equal(creditDown(units(1n << 104n), 0n), CREDIT_START, 'what one counts for when nobody has worked');
  t.equal(creditDown(units(1n << 104n), 80n), CREDIT_START + 10n, 'an eighth of the window more');
  t.equal(totalWeight(7n, 0n), 7n, 'no work, only stake');
  t.equal(totalWeight(7n, 1n), MASS);
  t.equal(totalWeight(MASS + 1n, 1n), MASS + 1n);
  t.equal(workWeightDown(0n, 1n, 4n), MASS / 4n);
  t.equal(workWeightDown(MASS - 3n, 1n, 2n), 1n, 'half of three gwei, rounded down');
  t.equal(workWeightDown(MASS, 1n, 2n), 0n, 'the phase is over');
  t.equal(workWeightDown(0n, 0n, 2n), 0n);
});

const works = fc.array(fc.bigInt({ min: 0n, max: 1n << 104n }), { minLength: 1, maxLength: 10 });

t.test('all weights together are the total at most, and lose less than a gwei each', async (t) => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n * MASS }), works, (staked, parts) => {
      const recent = parts.reduce((a, b) => a + b, 0n);
      fc.pre(recent > 0n);
      const sum = parts.reduce((all, mine) => all + workWeightDown(staked, mine, recent), staked);
      const total = totalWeight(staked, recent);
      return sum <= total && total - sum < BigInt(parts.length);
    }),
  );
  t.pass('for every example');
});

t.test('who splits itself weighs no more', async (t) => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: MASS }), works, works, (staked, mine, others) => {
      const sum = (parts: readonly bigint[]): bigint => parts.reduce((a, b) => a + b, 0n);
      const recent = sum(mine) + sum(others);
      fc.pre(recent > 0n);
      return sum(mine.map((part) => workWeightDown(staked, part, recent))) <= workWeightDown(staked, sum(mine), recent);
    }),
  );
  t.pass('for every example');
});
