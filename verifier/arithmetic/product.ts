/** One element of a float32 product as the runtime computes it; contracts/src/libraries/FmaChainLib.sol does the same. */
import { fma, mul } from './float32.ts';

/** Terms of a block where the right operand is a constant, which the runtime packs. */
export const PACKED_BLOCK = 256;

/** Products of the two operands, added in ascending order to +0, rounded after each. */
export function chain(left: Float32Array, right: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum = fma(left[i] as number, right[i] as number, sum);
  return sum;
}

/**
 * @param terms of a block
 * @param start added to the first block's sum, in front (a Gemm's beta × bias, rounded); null: nothing is
 * @param alpha of a Gemm: each block's sum is multiplied by it and added in one rounding
 */
export function product(
  left: Float32Array,
  right: Float32Array,
  terms: number,
  start: number | null,
  alpha = 1,
): number {
  let sum = start;
  for (let from = 0; from < left.length; from += terms) {
    const chained = chain(left, right, from, Math.min(from + terms, left.length));
    sum = sum === null ? mul(chained, alpha) : fma(chained, alpha, sum);
  }
  return sum ?? 0;
}

/**
 * Terms of a block where the runtime packs nothing, on one thread: products of two operands made at run time, and convolutions.
 * @param n columns of the right operand; places of the result
 * @param isTurned is the left operand read by columns (transA)?
 */
export function blockOf(n: number, k: number, isTurned = false): number {
  let [columns, terms] = [128, 128];
  if (n >= k) {
    for (; terms / 2 >= k; terms /= 2) columns *= 2;
  } else {
    for (; columns > 16 && columns / 2 >= n; columns /= 2) terms *= 2;
  }
  return isTurned ? Math.min(terms, 128) : terms;
}
