/** What an epoch releases: worked by hand, and bounded whatever happens. */
import fc from 'fast-check';
import t from 'tap';
import { capDown, emissionRates, highWaterUp, MARK_START, partsOf, releasedDown } from '#protocol/economy/emission.ts';
import { ONE } from '#protocol/economy/fixed-point.ts';
import { formatCxt, parseCxt, units, wei } from '#protocol/ids.ts';

const amounts = fc.bigInt({ min: 0n, max: 10n ** 26n }).map(wei);
const works = fc.bigInt({ min: 0n, max: (1n << 120n) - 1n }).map(units);
const rates = fc.bigInt({ min: 0n, max: ONE });

t.test('the rates of hourly epochs are those of Parameters.sol', async (t) => {
  t.same(emissionRates(3600), { releaseRate: 19767862466298n, decayRate: 999920930894714225n });
  t.equal(formatCxt(capDown(parseCxt('100000000'), 19767862466298n)), '1976.7862466298', 'the first cap');
});

t.test('four years of full epochs release half, and no more', async (t) => {
  for (const [seconds, epochs] of [
    [3600, 35_064],
    [86_400, 1_461],
  ] as const) {
    const { releaseRate } = emissionRates(seconds);
    let left = parseCxt('100000000');
    for (let i = 0; i < epochs; i++) left = wei(left - capDown(left, releaseRate));
    t.ok(left >= parseCxt('50000000') && left < parseCxt('50000001'), formatCxt(left));
  }
});

t.test('the mark follows work up to twice itself, and decays', async (t) => {
  const half = ONE / 2n;
  t.equal(highWaterUp(units(0n), half, 0, units(5n)), 5n, 'from nothing to the first work');
  t.equal(highWaterUp(units(0n), half, 0, units(1n << 104n)), MARK_START, 'not beyond its start');
  t.equal(highWaterUp(units(100n), half, 1, units(10n)), 50n);
  t.equal(highWaterUp(units(101n), half, 1, units(10n)), 51n, 'rounded up');
  t.equal(highWaterUp(units(100n), half, 3, units(0n)), 13n, 'over three epochs: 12.5');
  const mark = units(1n << 60n);
  t.equal(highWaterUp(mark, half, 1, units(1n << 100n)), 2n * mark + MARK_START);
});

t.test('the mark is never below its decay, nor above its bound', async (t) => {
  fc.assert(
    fc.property(works, rates, fc.nat(5_000), works, (mark, rate, epochs, work) => {
      const next = highWaterUp(mark, rate, epochs, work);
      return (next <= mark || next <= work) && next <= 2n * mark + MARK_START && (work > mark || next >= work);
    }),
  );
  t.pass('for every example');
});

t.test('an epoch releases its part of the cap', async (t) => {
  t.equal(releasedDown(wei(1000n), units(1n), units(3n)), 333n, 'rounded down');
  t.equal(releasedDown(wei(1000n), units(3n), units(3n)), 1000n);
  t.equal(releasedDown(wei(1000n), units(9n), units(3n)), 1000n, 'never more than the cap');
  t.equal(releasedDown(wei(1000n), units(0n), units(0n)), 0n, 'nothing for nothing');
  fc.assert(
    fc.property(amounts, works, works, (cap, work, mark) => {
      const released = releasedDown(cap, work, mark);
      return released <= cap && (work >= mark || released * mark <= cap * work);
    }),
  );
});

t.test('the two parts add up, and the odd wei is the auditors’', async (t) => {
  t.same(partsOf(wei(100n)), { work: 80n, audit: 20n });
  t.same(partsOf(wei(1n)), { work: 0n, audit: 1n });
  t.same(partsOf(wei(9n)), { work: 7n, audit: 2n });
  fc.assert(
    fc.property(amounts, (amount) => {
      const { work, audit } = partsOf(amount);
      return work + audit === amount && work * 100n <= amount * 80n;
    }),
  );
});
