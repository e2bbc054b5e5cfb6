/** Products of two operands that are both made at run time, in forms that no processor and no thread changes. */
// The runtime has other kernels for a single row or column, and where it shares the columns among threads it cuts a long sum by
// their number; a constant right operand it packs, and sums in one way.
import { isThin, isThreaded, type ProductSize, productSize } from '#engine/ops/determinism.ts';
import type { Emit } from './emit.ts';
import type { RewriteRule, Site } from './rule.ts';
import { sumOver } from './sums.ts';

/** The last two axes in each other's place. */
export const turned = (e: Emit, name: string): string => {
  const rank = e.shape(name).length;
  const front = Array.from({ length: rank - 2 }, (_, i) => i);
  return e.op('Transpose', [name], { perm: [...front, rank - 1, rank - 2] });
};

/** A product with one row or one column: every term, and their sum. Operands [..., m, k] and [..., k, n]. */
function thin(e: Emit, left: string, right: string, { n }: ProductSize): string {
  // [..., m, k] times [..., 1, k], summed along the last axis.
  if (n === 1) {
    const terms = e.op('Mul', [left, flipped(e, right)]);
    const rank = e.shape(terms).length;
    return sumOver(e, terms, [rank - 1], true);
  }
  const terms = e.op('Mul', [flipped(e, left), right]);
  const rank = e.shape(terms).length;
  return sumOver(e, terms, [rank - 2], true);
}

/** A row as a column, or a column as a row. */
function flipped(e: Emit, name: string): string {
  const shape = [...e.shape(name)];
  const last = shape.pop() as number;
  const before = shape.pop() as number;
  return e.reshape(name, [...shape, last, before]);
}

/** @returns null where the runtime's own product is the same everywhere */
function product(e: Emit, left: string, right: string, size: ProductSize): string | null {
  if (isThin(size)) return thin(e, left, right, size);
  if (!isThreaded(size)) return null;
  if (e.shape(left).length === 2 && e.shape(right).length === 2)
    return e.op('Gemm', [turned(e, left), right], { transA: 1 });
  // A'B' has as many rows as AB has columns.
  return turned(e, e.op('MatMul', [turned(e, right), turned(e, left)]));
}

/** A product whose bits are the same everywhere, of operands [..., m, k] and [..., k, n]. */
export function multiplied(e: Emit, left: string, right: string): string {
  return product(e, left, right, productSize(e.shape(left), e.shape(right))) ?? e.op('MatMul', [left, right]);
}

export const matMul: RewriteRule = (site) => {
  const { e } = site;
  const [a, b] = [site.in(0), site.in(1)];
  if (e.isConstant(b) || e.info(a).dtype !== 'float32') return null;
  const [left, right] = [e.shape(a), e.shape(b)];
  if (left.length >= 2 && right.length >= 2) {
    const made = product(e, a, b, productSize(left, right));
    return made === null ? null : [made];
  }
  // A vector is a row on the left and a column on the right, and its axis is gone afterwards.
  const row = left.length === 1 ? e.reshape(a, [1, ...left]) : a;
  const column = right.length === 1 ? e.reshape(b, [...right, 1]) : b;
  const made = thin(e, row, column, productSize(e.shape(row), e.shape(column)));
  const kept = [...e.shape(made)];
  if (right.length === 1) kept.pop();
  if (left.length === 1) kept.splice(right.length === 1 ? kept.length - 1 : kept.length - 2, 1);
  return [e.reshape(made, kept)];
};

const isTurned = (site: Site, name: string): boolean => site.int(name, 0) !== 0;

export const gemm: RewriteRule = (site) => {
  const { e } = site;
  const [a, b] = [site.in(0), site.in(1)];
  if (e.isConstant(b) || e.info(a).dtype !== 'float32') return null;
  const [turnLeft, turnRight] = [isTurned(site, 'transA'), isTurned(site, 'transB')];
  const size = productSize(e.shape(a), e.shape(b), [turnLeft, turnRight]);
  if (isThin(size)) {
    const made = thin(e, turnLeft ? turned(e, a) : a, turnRight ? turned(e, b) : b, size);
    const alpha = site.float('alpha', 1);
    const scaled = alpha === 1 ? made : e.op('Mul', [made, e.scalar(made, alpha)]);
    if (!site.has(2)) return [scaled];
    const beta = site.float('beta', 1);
    const bias = beta === 1 ? site.in(2) : e.op('Mul', [site.in(2), e.scalar(made, beta)]);
    return [e.op('Add', [scaled, bias])];
  }
  if (!isThreaded(size)) return null;
  const attributes = Object.fromEntries(site.node.attributes);
  return [e.op('Gemm', [turned(e, a), ...site.node.inputs.slice(1)], { ...attributes, transA: 1 })];
};
