/** Sums whose order nobody chooses: row to row along leading axes, a product with ones along the last. */
// Along the last axis the runtime's ReduceSum follows the vectors of the processor and even where in memory the operand begins; a
// product with a constant column of ones is one chain of additions for each row, on every processor and any number of threads.
import { elementCount } from '#engine/graph/tensor.ts';
import { isPlainSum, type Run, runsOf } from '#engine/ops/determinism.ts';
import type { Emit } from './emit.ts';

/** Longer sums of everything are done in two: rows of at most this many are added up first. */
const LONG = 1024;

/** The largest divisor of `n` up to LONG. */
function widthOf(n: number): number {
  for (let width = Math.min(LONG, n); width > 1; width--) if (n % width === 0) return width;
  return 1;
}

/** The last axis of at least two: a column for each row, [..., 1]. */
function rowSums(e: Emit, name: string, factor: number): string {
  const width = e.shape(name).at(-1) as number;
  return e.op('MatMul', [name, e.constant(e.info(name).dtype, [width, 1], Array(width).fill(factor))]);
}

/** @param axes counted from the front. @param factor of every term: 1/n for a mean */
export function sumOver(e: Emit, name: string, axes: readonly number[], keepdims: boolean, factor = 1): string {
  const { shape, dtype } = e.info(name);
  const rank = shape.length;
  const result = shape.flatMap((size, axis) => (!axes.includes(axis) ? [size] : keepdims ? [1] : []));
  const isRow = axes.length === 1 && axes[0] === rank - 1 && (shape[rank - 1] as number) > 1 && rank > 1;
  if (isRow && dtype === 'float32') return e.reshape(rowSums(e, name, factor), result);
  const scale = (made: string): string => (factor === 1 ? made : e.op('Mul', [made, e.scalar(made, factor)]));
  if (isPlainSum(shape, axes)) {
    const isCopy = axes.every((axis) => shape[axis] === 1);
    return scale(isCopy ? e.reshape(name, result) : e.reduce('ReduceSum', name, axes, keepdims ? 1 : 0));
  }
  return e.reshape(scale(summed(e, name, runsOf(shape, axes))), result);
}

function summed(e: Emit, name: string, runs: readonly Run[]): string {
  const flat = e.reshape(
    name,
    runs.map(({ size }) => size),
  );
  const [first, ...rest] = runs as [Run, ...Run[]];
  if (!runs.some(({ isSummed }) => isSummed)) return flat;
  // Leading rows first: what is left is smaller.
  if (first.isSummed && rest.length > 0) return summed(e, e.reduce('ReduceSum', flat, [0], 0), rest);
  const last = runs.at(-1) as Run;
  if (first.isSummed) return wholeSum(e, flat, first.size);
  if (last.isSummed && e.info(flat).dtype === 'float32') {
    const left = runs.slice(0, -1);
    return summed(e, rowSums(e, e.reshape(flat, [elementCount(left.map(({ size }) => size)), last.size]), 1), left);
  }
  const at = runs.findIndex(({ isSummed }) => isSummed);
  const others = runs.map((_, i) => i).filter((i) => i !== at);
  const turned = e.op('Transpose', [flat], { perm: [at, ...others] });
  const left = runs.filter((_, i) => i !== at);
  return summed(e, e.reduce('ReduceSum', turned, [0], 0), merged(left));
}

function merged(runs: readonly Run[]): Run[] {
  return runsOf(
    runs.map(({ size }) => size),
    runs.flatMap(({ isSummed }, i) => (isSummed ? [i] : [])),
  );
}

/** Everything of a vector. */
function wholeSum(e: Emit, name: string, size: number): string {
  const width = widthOf(size);
  const row =
    width === 1 || width === size ? name : e.reduce('ReduceSum', e.reshape(name, [size / width, width]), [0], 0);
  const length = e.shape(row)[0] as number;
  if (e.info(row).dtype === 'float32') return rowSums(e, e.reshape(row, [1, length]), 1);
  // Two columns, of which the second is zero, are rows to the runtime.
  const column = e.reshape(row, [length, 1]);
  const padded = e.op('Concat', [column, e.op('Mul', [column, e.scalar(column, 0)])], { axis: 1 });
  const sums = e.reduce('ReduceSum', padded, [0], 0);
  return e.op('Gather', [sums, e.constant('int64', [1], [0])], { axis: 0 });
}
