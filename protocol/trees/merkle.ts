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
