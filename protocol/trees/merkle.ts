/** A binary keccak-256 Merkle tree over 32-byte leaves, for openings that a contract checks. */
import { hashWords } from '../codec/abi.ts';
import type { Hash } from '../ids.ts';

const parent = (left: Hash, right: Hash): Hash => hashWords([left, right]);

function levelAbove(level: readonly Hash[]): Hash[] {
  const above: Hash[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const left = level[i];
    const right = level[i + 1];
    if (left !== undefined) above.push(right === undefined ? left : parent(left, right));
  }
  return above;
}

/** The root of the leaves in their order; an odd last node is promoted unchanged. The number of leaves must be known from elsewhere. */
export function merkleRoot(leaves: readonly Hash[]): Hash {
  let level = leaves;
  while (level.length > 1) level = levelAbove(level);
  const root = level[0];
  if (root === undefined) throw new RangeError('a Merkle tree needs at least one leaf');
  return root;
}

/** Siblings from the leaf up, without an entry where the node is the odd last one. @throws RangeError when there is no such leaf */
export function merklePath(leaves: readonly Hash[], index: number): Hash[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) throw new RangeError(`no leaf ${index}`);
  const path: Hash[] = [];
  let at = index;
  for (let level = leaves; level.length > 1; level = levelAbove(level)) {
    const sibling = level[at ^ 1];
    if (sibling !== undefined) path.push(sibling);
    at >>>= 1;
  }
  return path;
}

/** The root that a leaf and its path lead to in a tree of `count` leaves; null where the path is too short or too long. */
export function merkleClimb(leaf: Hash, index: number, count: number, path: readonly Hash[]): Hash | null {
  if (!Number.isInteger(index) || index < 0 || index >= count) return null;
  let node = leaf;
  let at = index;
  let used = 0;
  for (let nodes = count; nodes > 1; nodes = Math.ceil(nodes / 2)) {
    if ((at ^ 1) < nodes) {
      const sibling = path[used++];
      if (sibling === undefined) return null;
      node = at % 2 === 0 ? parent(node, sibling) : parent(sibling, node);
    }
    at >>>= 1;
  }
  return used === path.length ? node : null;
}
