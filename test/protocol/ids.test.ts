/** Names and amounts: what is accepted, what is refused, and CXT as text both ways. */
import fc from 'fast-check';
import t from 'tap';
import { address, epoch, formatCxt, hash, isAddress, isHash, parseCxt, units, wei } from '#protocol/ids.ts';

t.test('hashes and addresses are lower-cased and have their length', async (t) => {
  t.equal(hash(`0x${'AB'.repeat(32)}`), `0x${'ab'.repeat(32)}`);
  t.equal(address(`0x${'AB'.repeat(20)}`), `0x${'ab'.repeat(20)}`);
  t.equal(isHash(`0x${'AB'.repeat(32)}`), false, 'the form on the wire has lower case only');
  t.equal(isAddress(`0x${'AB'.repeat(20)}`), false);
  for (const bad of [
    '',
    '0x',
    'ab'.repeat(32),
    `0x${'ab'.repeat(31)}`,
    `0x${'ab'.repeat(33)}`,
    `0x${'zz'.repeat(32)}`,
  ]) {
    t.throws(() => hash(bad), RangeError, bad);
    t.throws(() => address(bad), RangeError, bad);
  }
});

t.test('numbers out of range are refused', async (t) => {
  t.equal(epoch(0), 0);
  for (const bad of [-1, 0.5, Number.NaN, 2 ** 53]) t.throws(() => epoch(bad), RangeError, `${bad}`);
  t.equal(units((1n << 128n) - 1n), (1n << 128n) - 1n);
  for (const bad of [-1n, 1n << 128n]) t.throws(() => units(bad), RangeError, `${bad}`);
  t.throws(() => wei(-1n), RangeError);
});

t.test('CXT is exact text', async (t) => {
  t.equal(parseCxt('1.5'), 1_500_000_000_000_000_000n);
  t.equal(parseCxt(' 0.000000000000000001 '), 1n);
  t.equal(formatCxt(1_500_000_000_000_000_000n), '1.5');
  t.equal(formatCxt(10n ** 18n), '1.0');
  t.equal(formatCxt(-1n), '-0.000000000000000001');
  for (const bad of ['', '.5', '1.', '-1', '1e3', '1,5', '0.0000000000000000001'])
    t.throws(() => parseCxt(bad), RangeError, bad);
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 27n }), (amount) => parseCxt(formatCxt(amount)) === amount));
});
