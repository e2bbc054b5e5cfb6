/** The Merkle-sum tree: each node carries the units below it, so that an offset finds its leaf and an inflated total is provable. */
import { hashWords } from '../codec/abi.ts';
import { errorTable } from '../errors.ts';
import { type Hash, type Units, units } from '../ids.ts';
import type { SumStep } from '../ports.ts';

export const treeError = errorTable('TREE', {
  EMPTY: {
    what: (_: Record<string, never>) => 'a Merkle-sum tree needs at least one leaf',
    todo: 'commit no epoch without work',
  },
  OFFSET: {
    what: (d: { offset: bigint; sum: bigint }) => `offset ${d.offset} lies outside a tree of ${d.sum} units`,
    todo: 'draw the offset below the total',
  },
});

export interface SumNode {
  readonly hash: Hash;
  readonly sum: Units;
}

/** parent = (keccak(abi.encode(l.hash, l.sum, r.hash, r.sum)), l.sum + r.sum); MerkleSumLib.sol computes the same. */
export function parentOf(left: SumNode, right: SumNode): SumNode {
  return { hash: hashWords([left.hash, left.sum, right.hash, right.sum]), sum: units(left.sum + right.sum) };
}

/** One level up; an odd last node is promoted unchanged. */
function levelAbove(level: readonly SumNode[]): SumNode[] {
  const above: SumNode[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const left = level[i];
    const right = level[i + 1];
    if (left !== undefined) above.push(right === undefined ? left : parentOf(left, right));
  }
  return above;
}

/** The root of the leaves in their order. @throws TREE_EMPTY */
export function sumRoot(leaves: readonly SumNode[]): SumNode {
  let level = leaves;
  while (level.length > 1) level = levelAbove(level);
  const root = level[0];
  if (root === undefined) throw treeError('EMPTY', {});
  return root;
}

/** The siblings from a leaf up to the root. */
export function sumPath(leaves: readonly SumNode[], index: number): SumStep[] {
  if (index < 0 || index >= leaves.length) throw new RangeError(`no leaf ${index} of ${leaves.length}`);
  const path: SumStep[] = [];
  let level = leaves;
  for (let at = index; level.length > 1; at >>= 1, level = levelAbove(level)) {
    const sibling = level[at ^ 1];
    if (sibling !== undefined) path.push({ hash: sibling.hash, sum: sibling.sum, left: (at & 1) === 1 });
  }
  return path;
}

/** The root that a leaf and its path lead to. */
export function climb(leaf: SumNode, path: readonly SumStep[]): SumNode {
  return path.reduce<SumNode>((node, step) => (step.left ? parentOf(step, node) : parentOf(node, step)), leaf);
}

/** The leaf that covers an offset in [0, sum), and the offset inside that leaf. @throws TREE_OFFSET */
export function leafAt(
  leaves: readonly SumNode[],
  offset: bigint,
): { readonly index: number; readonly within: bigint } {
  let within = offset;
  for (const [index, leaf] of leaves.entries()) {
    if (within >= 0n && within < leaf.sum) return { index, within };
    within -= leaf.sum;
  }
  throw treeError('OFFSET', { offset, sum: leaves.reduce((sum, leaf) => sum + leaf.sum, 0n) });
}
