/** How far two tensors are apart, relative to the largest magnitude of the second. */
import { numbersOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';

export function relativeError(found: Tensor | undefined, expected: Tensor | undefined): number {
  if (found === undefined || expected === undefined || found.dtype !== expected.dtype) return Number.NaN;
  const [a, b] = [numbersOf(found), numbersOf(expected)];
  if (a.length !== b.length) return Number.NaN;
  const largest = b.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const apart = a.reduce((max, value, i) => Math.max(max, Math.abs(value - (b[i] as number))), 0);
  return Number.isNaN(apart) ? apart : apart / (largest || 1);
}

/** The largest over all tensors of `expected`; NaN where one is missing. */
export function worstError(found: ReadonlyMap<string, Tensor>, expected: ReadonlyMap<string, Tensor>): number {
  return Math.max(...[...expected].map(([name, tensor]) => relativeError(found.get(name), tensor)));
}
