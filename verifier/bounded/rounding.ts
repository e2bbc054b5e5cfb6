/** What floating point promises: how far an honest evaluation can lie from the exact result, IEEE 754 and Higham's gamma. */
import type { DataType } from '#engine/graph/tensor.ts';

/** Exact result as float64 knows it, and how far from it an honest evaluation can be. Infinity: nothing is promised. */
export interface Bounded {
  readonly value: number;
  readonly error: number;
}

/** Unit roundoff of float32: half the distance of 1 and the next number. */
export const U32 = 2 ** -24;
const U64 = 2 ** -53;
/** The largest subnormal: a graphics card may take and give zero instead (WGSL, Floating Point Evaluation). */
export const FLUSHED = 2 ** -126;
const LARGEST = 2 ** 127;

/** Anything a processor may answer. */
export const UNBOUNDED = Number.POSITIVE_INFINITY;

/**
 * n roundings one after the other multiply by at most 1 ± gamma(n), whatever the order of a sum: Higham, Accuracy and
 * Stability of Numerical Algorithms, 2nd ed., lemma 3.1 and section 4.2.
 */
export function gamma(n: number, unit: number): number {
  const nu = n * unit;
  return nu < 0.5 ? nu / (1 - nu) : UNBOUNDED;
}

/** float64 values are measured by a float64 reference, which is no better than they are. */
export const unitOf = (dtype: DataType): number => (dtype === 'float64' ? 2 * U64 : U32);

export const isSubnormal = (x: number): boolean => x !== 0 && Math.abs(x) < FLUSHED;

/**
 * A result of `value` whose intermediate sums are never above `magnitude` and go through `roundings`.
 * @param inherited error that comes from somewhere else
 */
export function bounded(
  value: number,
  of: {
    readonly magnitude?: number;
    readonly roundings: number;
    readonly unit: number;
    readonly inherited?: number;
    /** What flushed operands and products may make away with. */
    readonly flushed?: number;
  },
): Bounded {
  const { magnitude = Math.abs(value), roundings, unit, inherited = 0, flushed = FLUSHED } = of;
  // Near the end of the exponents the order of a sum decides whether it overflows.
  if (!Number.isFinite(value) || magnitude + inherited >= LARGEST) return { value, error: UNBOUNDED };
  // The reference itself is a float64 sum: two roundings more of float32 are far above its error.
  const error = gamma(roundings, unit) * (magnitude + inherited) + inherited + flushed;
  return { value, error: error * (1 + 2 ** -20) + roundings * 2 ** -52 * magnitude };
}

/** The very number, but for what is flushed. */
export const exact = (value: number): Bounded => ({ value, error: isSubnormal(value) ? FLUSHED : 0 });

/** A NaN or an infinity is inside no finite bound, unless the exact result is one. */
export function isInside(found: number, { value, error }: Bounded): boolean {
  if (error === UNBOUNDED) return true;
  return Math.abs(found - value) <= error || Object.is(found, value);
}
