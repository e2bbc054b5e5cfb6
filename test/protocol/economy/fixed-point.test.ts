/** Fractions of 1e18: powers that round up, halvings that round down, both within a part of the last digit. */
import fc from 'fast-check';
import t from 'tap';
import { ceilDiv, halvingDown, ONE, powerUp } from '#protocol/economy/fixed-point.ts';

t.test('divisions that round up', async (t) => {
  t.equal(ceilDiv(0n, 7n), 0n);
  t.equal(ceilDiv(14n, 7n), 2n);
  t.equal(ceilDiv(15n, 7n), 3n);
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 1n << 200n }), fc.bigInt({ min: 1n, max: 1n << 100n }), (a, b) => {
      const up = ceilDiv(a, b);
      return up * b >= a && (up - 1n) * b < a;
    }),
  );
});

t.test('powers by hand', async (t) => {
  t.equal(powerUp(ONE / 2n, 0n), ONE);
  t.equal(powerUp(ONE / 2n, 1n), ONE / 2n);
  t.equal(powerUp(ONE / 2n, 3n), ONE / 8n);
  t.equal(powerUp(ONE / 2n, 60n), 1n, '2^-60 is less than 10^-18 and rounds up to it');
  t.equal(powerUp(ONE / 2n, 1_000_000n), 1n, 'and never reaches nothing');
  t.equal(powerUp(0n, 5n), 0n);
  t.equal(powerUp(ONE, 12_345n), ONE);
});

t.test('a power is never below the exact one, and above it by less than a part for each product', async (t) => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: ONE }), fc.bigInt({ min: 0n, max: 40n }), (base, exponent) => {
      const exact = base ** exponent;
      const scaled = powerUp(base, exponent) * ONE ** exponent;
      return scaled >= exact * ONE && scaled - exact * ONE <= 60n * ONE ** exponent;
    }),
  );
  t.pass('for every example');
});

t.test('halvings', async (t) => {
  t.equal(halvingDown(0n, 10n), ONE);
  t.ok(ONE / 2n - halvingDown(10n, 10n) <= 1n, 'a half-life leaves half, rounded down');
  // 1/sqrt(2) = 0.7071067811865475244…
  t.equal(halvingDown(1n, 2n), 707106781186547524n);
  // 2^(-1/8766) = 0.999920930894714224…
  t.equal(halvingDown(3600n, 31_557_600n), 999920930894714224n);
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 500n }), (n) => {
      const part = halvingDown(1n, n);
      return part ** n <= (ONE ** n + 1n) / 2n && (part + 1n) ** n >= ONE ** n / 2n;
    }),
  );
});
