/** Fees: parts that add up to the last wei, and shares that never exceed the whole. */
import fc from 'fast-check';
import t from 'tap';
import { feeOfUnits, splitFee } from '#protocol/economy/fees.ts';
import { parseCxt, units, wei } from '#protocol/ids.ts';

const amounts = fc.bigInt({ min: 0n, max: 10n ** 26n });

t.test('5 % burned, 10 % to the auditors, 85 % to the worker', async (t) => {
  t.same(splitFee(parseCxt('100')), { burned: parseCxt('5'), auditors: parseCxt('10'), worker: parseCxt('85') });
  t.same(splitFee(wei(19n)), { burned: 0n, auditors: 1n, worker: 18n }, 'the rest is the worker’s');
});

t.test('no wei is made or lost', async (t) => {
  fc.assert(
    fc.property(amounts, (paid) => {
      const { burned, auditors, worker } = splitFee(wei(paid));
      return burned + auditors + worker === paid && burned <= auditors && auditors <= worker;
    }),
  );
  t.pass('for every example');
});

t.test('the leaves of a job share its fee, and the dust is smaller than their number', async (t) => {
  const parts = fc.array(fc.bigInt({ min: 1n, max: 10n ** 12n }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(amounts, parts, (fee, leaves) => {
      const whole = units(leaves.reduce((a, b) => a + b, 0n));
      const dust = fee - leaves.reduce((sum, leaf) => sum + feeOfUnits(wei(fee), units(leaf), whole), 0n);
      return dust >= 0n && dust < BigInt(leaves.length);
    }),
  );
  t.equal(feeOfUnits(wei(100n), units(1n), units(3n)), 33n);
});
