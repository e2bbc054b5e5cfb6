/** Rounding, in the places where it is easily got wrong. */
import t from 'tap';
import { Numbers, type Kind } from '#tools/adjudicate-numbers.ts';
import { bitsOf32, bitsOf64, float32Of, float64Of, NAN32, NAN64 } from '#verifier/arithmetic/bits.ts';
import * as f32 from '#verifier/arithmetic/float32.ts';
import { int64ToFloat32 } from '#verifier/arithmetic/float64.ts';
import { blockOf, product } from '#verifier/arithmetic/product.ts';

/** A finite float32 as an integer count of 2^-298, of which any product is a whole number. */
function counted(value: number): bigint {
  const bits = bitsOf32(value);
  const field = (bits >>> 23) & 255;
  const digits = BigInt(bits & 0x7fffff) + (field === 0 ? 0n : 0x800000n);
  const size = digits << BigInt(Math.max(field, 1) - 1 + 149);
  return bits >>> 31 === 1 ? -size : size;
}

/** The float32 nearest to count × 2^-298, ties to even. */
function nearest(count: bigint): number {
  const size = count < 0n ? -count : count;
  const last = BigInt(Math.max(size.toString(2).length - 24, 149));
  const half = 1n << (last - 1n);
  let whole = size >> last;
  const rest = size - (whole << last);
  if (rest > half || (rest === half && whole % 2n === 1n)) whole += 1n;
  const value = Number(whole) * 2 ** (Number(last) - 298);
  const float = value >= 2 ** 128 ? Number.POSITIVE_INFINITY : value;
  return count < 0n ? -float : float;
}

t.test('a fused multiply-add rounds once: the same as whole numbers of any length', async (t) => {
  const numbers = new Numbers(11);
  const kinds: Kind[] = ['usual', 'wide', 'tiny', 'huge', 'raw'];
  let compared = 0;
  for (let i = 0; i < 40_000; i++) {
    const kind = numbers.pick(kinds);
    const [a, b] = [numbers.float32(kind), numbers.float32(numbers.pick([kind, 'usual']))];
    const near = Math.fround(-a * b * (1 + (numbers.below(9) - 4) * 2 ** -numbers.below(28)));
    const c = numbers.below(2) === 0 ? near : numbers.float32(kind);
    if (!Number.isFinite(a) || !Number.isFinite(b) || !Number.isFinite(c)) continue;
    // a b in counts of 2^-596, of which 2^298 are one of 2^-298.
    const exact = ((counted(a) * counted(b)) >> 298n) + counted(c);
    if (exact === 0n) continue;
    compared++;
    const found = f32.fma(a, b, c);
    if (!Object.is(found, nearest(exact))) t.fail(`fma(${a}, ${b}, ${c}) is ${nearest(exact)}, found ${found}`);
  }
  t.ok(compared > 20_000, `${compared} compared`);
});

t.test('what rounding twice gets wrong', async (t) => {
  // (1 + 2^-12)² × … lies a hair above the middle of two float32, further than float64 sees.
  const [a, b, c] = [1 + 2 ** -12, 1 + 2 ** -12, 2 ** -80];
  t.equal(Math.fround(a * b + c), 1 + 2 ** -11);
  t.equal(f32.fma(a, b, c), 1 + 2 ** -11 + 2 ** -23);
  t.equal(f32.fma(a, b, -c), 1 + 2 ** -11);
  t.equal(f32.fma(-a, b, -c), -(1 + 2 ** -11 + 2 ** -23));
});

t.test('zeros, infinities and NaN', async (t) => {
  t.ok(Object.is(f32.fma(-1, 0, 0), 0) && Object.is(f32.fma(-1, 0, -0), -0), 'two zeros of one sign keep it');
  t.ok(Object.is(f32.fma(2, 3, -6), 0), 'what cancels is +0');
  t.ok(Object.is(f32.fma(2 ** -100, -(2 ** -100), 0), -0), 'what vanishes keeps its sign');
  t.equal(f32.fma(2 ** 100, 2 ** 100, 1), Number.POSITIVE_INFINITY);
  t.ok(Number.isNaN(f32.fma(Number.POSITIVE_INFINITY, 0, 1)));
  t.ok(Object.is(f32.relu(-0), -0) && Object.is(f32.max(-0, 0), 0) && Object.is(f32.min(0, -0), -0), 'of two zeros');
  t.ok(
    Number.isNaN(f32.max(Number.NaN, 1)) && Number.isNaN(f32.min(1, Number.NaN)) && Number.isNaN(f32.sign(Number.NaN)),
  );
  t.ok(Object.is(f32.where(true, -0, 1), 0) && Object.is(f32.where(false, 1, -0), -0), 'a zero that is chosen');
});

t.test('to the even integer', async (t) => {
  const rounded = [0.5, 1.5, 2.5, -0.5, -1.5, -0.2, 8388609, -0].map(f32.round);
  t.ok(
    [0, 2, 2, -0, -2, -0, 8388609, -0].every((value, i) => Object.is(value, rounded[i])),
    rounded.join(' '),
  );
});

t.test('int64 to float32 in one rounding', async (t) => {
  // A tie of 24 bits, and one above it that float64 loses.
  const tie = 2n ** 62n + 2n ** 38n;
  t.equal(int64ToFloat32(tie), 2 ** 62);
  t.equal(int64ToFloat32(tie + 1n), 2 ** 62 + 2 ** 39);
  t.equal(int64ToFloat32(-tie - 1n), -(2 ** 62 + 2 ** 39));
  t.equal(int64ToFloat32(-7n), -7);
});

t.test('blocks', async (t) => {
  t.same([blockOf(300, 64), blockOf(700, 600), blockOf(30, 700), blockOf(5, 1500)], [64, 128, 512, 1024]);
  t.equal(blockOf(30, 700, true), 128);
  const [left, right] = [Float32Array.from([1, 2 ** -24, 2 ** -24]), Float32Array.from([1, 1, 1])];
  t.equal(product(left, right, 3, null), 1);
  t.equal(product(left, right, 1, null), 1, 'each addition to 1 is a tie');
  t.equal(product(left, right, 3, 2 ** -24), 1, 'the bias comes after the block');
  t.equal(product(left, right, 1, 2 ** -22), 1 + 2 ** -22);
  t.ok(
    Object.is(product(Float32Array.of(2 ** -100), Float32Array.of(-(2 ** -100)), 256, null), -0),
    'nothing is added',
  );
  t.ok(Object.is(product(Float32Array.of(2 ** -100), Float32Array.of(-(2 ** -100)), 256, 0), 0), 'to a bias of 0');
});

t.test('bits and numbers', async (t) => {
  t.equal(bitsOf32(Number.NaN), NAN32);
  t.equal(bitsOf64(Number.NaN), NAN64);
  t.ok(Object.is(float32Of(bitsOf32(-0)), -0));
  t.equal(float64Of(bitsOf64(0.1)), 0.1);
});
