/** Logarithms of operations that IEEE 754 rounds the same everywhere: + - × ÷ and the square root, in float64. */
// The runtime's own Log follows the processor, the library of the system and the number of threads.
import type { Emit } from './emit.ts';

/** Square roots that bring ln of every positive float32, in (-104, 89), into ±0.21. */
const ROOTS = 9;
/** ln m = 2(z + z³/3 + z⁵/5 + …) of z = (m-1)/(m+1); |z| < 0.11, so that what is left out is below 3e-11 of the first term. */
const TERMS = 5;

/** Σ u^i / (2i+1) × factor, i < terms. */
function series(e: Emit, u: string, terms: number, factor: number): string {
  const term = (i: number): string => e.scalar(u, factor / (2 * i + 1));
  let sum = term(terms - 1);
  for (let i = terms - 2; i >= 0; i--) sum = e.op('Add', [e.op('Mul', [sum, u]), term(i)]);
  return sum;
}

/** ln x, of numbers that are positive and finite, in float64. @param roots fewer where x is known to be near 1 */
function wideLogarithm(e: Emit, x: string, roots: number): string {
  let m = e.info(x).dtype === 'float64' ? x : e.cast(x, 'float64');
  for (let i = 0; i < roots; i++) m = e.op('Sqrt', [m]);
  const one = e.scalar(m, 1);
  const z = e.op('Div', [e.op('Sub', [m, one]), e.op('Add', [m, one])]);
  return e.op('Mul', [z, series(e, e.op('Mul', [z, z]), TERMS, 2 ** (roots + 1))]);
}

/** ln x of x in [1, most], as a sum of exponentials of which the largest is 1. */
export function logarithmOfSum(e: Emit, x: string, most: number): string {
  const roots = Math.max(0, Math.ceil(Math.log2(Math.log(Math.max(most, 1.2)) / 0.21)));
  const wide = wideLogarithm(e, x, Math.min(ROOTS, roots));
  return e.info(x).dtype === 'float64' ? wide : e.cast(wide, 'float32');
}

/** ln x of any x: -∞ of 0, ∞ of ∞, NaN below 0. */
export function logarithm(e: Emit, x: string): string {
  const wide = wideLogarithm(e, x, ROOTS);
  const plain = e.info(x).dtype === 'float64' ? wide : e.cast(wide, 'float32');
  const zero = e.scalar(x, 0);
  const infinite = e.op('Where', [e.op('Equal', [x, zero]), e.scalar(x, Number.NEGATIVE_INFINITY), plain]);
  const infinity = e.scalar(x, Number.POSITIVE_INFINITY);
  return e.op('Where', [e.op('Equal', [x, infinity]), infinity, infinite]);
}

/** z ≤ 1/3 here: the ninth power of its square is 3e-9 of the first term. */
const SOFTPLUS_TERMS = 8;

/** ln(1 + e^x) = max(x, 0) + 2 artanh(t / (2 + t)), t = e^-|x|, in the operand's type. */
export function softplus(e: Emit, x: string): string {
  const t = e.op('Exp', [e.op('Neg', [e.op('Abs', [x])])]);
  const z = e.op('Div', [t, e.op('Add', [t, e.scalar(x, 2)])]);
  const tail = e.op('Mul', [z, series(e, e.op('Mul', [z, z]), SOFTPLUS_TERMS, 2)]);
  return e.op('Add', [e.op('Relu', [x]), tail]);
}
