/** float32 as the exact class computes it, on numbers that are float32 already; contracts/src/libraries/Float32Lib.sol does the same. */
// A float64 has more than twice the bits of a float32, and two: rounding a sum, product, quotient or root to float64 first and to
// float32 then is rounding once. That is not so of a fused multiply-add, whose exact value can be longer than any float64.

const wide = new Float64Array(1);
const words = new BigInt64Array(wide.buffer);
const halves = new Int32Array(wide.buffer);
const LOW = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;

export const add = (a: number, b: number): number => Math.fround(a + b);
export const sub = (a: number, b: number): number => Math.fround(a - b);
export const mul = (a: number, b: number): number => Math.fround(a * b);
export const div = (a: number, b: number): number => Math.fround(a / b);
export const sqrt = (a: number): number => Math.fround(Math.sqrt(a));

/** a × b + c, rounded once. */
export function fma(a: number, b: number, c: number): number {
  // Exact: 48 bits.
  const product = a * b;
  const sum = product + c;
  // What the sum has lost (Knuth); NaN where something is infinite.
  const back = sum - product;
  const lost = product - (sum - back) + (c - back);
  if (lost === 0 || Number.isNaN(lost)) return Math.fround(sum);
  // Rounded to odd: a last bit of 1 says that there is more, on the side where it is, and no tie is seen that is none.
  wide[0] = sum;
  if (((halves[LOW] as number) & 1) === 0) {
    if (lost > 0 === sum > 0) words[0] = (words[0] as bigint) + 1n;
    else words[0] = (words[0] as bigint) - 1n;
  }
  return Math.fround(wide[0] as number);
}

/** The larger one; NaN if either is; of two zeros the second, or the one that is broadcast as a scalar. */
export const max = (a: number, b: number): number => (b < a ? a : Number.isNaN(a) || Number.isNaN(b) ? NaN : b);
/** The smaller one; otherwise as max. */
export const min = (a: number, b: number): number => (a < b ? a : Number.isNaN(a) || Number.isNaN(b) ? NaN : b);
/** A zero keeps its sign. */
export const relu = (a: number): number => max(0, a);
export const neg = (a: number): number => -a;
export const abs = (a: number): number => Math.abs(a);
export const floor = (a: number): number => Math.floor(a);
export const ceil = (a: number): number => Math.ceil(a);
/** -1, 0 or 1; a zero is +0. */
export const sign = (a: number): number => (a > 0 ? 1 : a < 0 ? -1 : Number.isNaN(a) ? a : 0);

/** Halves go to the even integer. */
export function round(a: number): number {
  // From 2^23 on every float32 is an integer; below, adding 2^52 leaves no place for a fraction.
  if (!(Math.abs(a) < 2 ** 23)) return a;
  const whole = Math.abs(a) + 2 ** 52 - 2 ** 52;
  return a < 0 || Object.is(a, -0) ? -whole : whole;
}

/** The runtime merges what it chose of a with what it chose of b, and takes b's where a's is a zero: -0 of a becomes +0. */
export const where = (condition: boolean, a: number, b: number): number => (condition ? (a === 0 ? 0 : a) : b);
