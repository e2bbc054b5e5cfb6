/** Who is on the committee of a worker and epoch: everybody can tell alone. SortitionLib.sol is the master. */
import { hashWords } from '../codec/abi.ts';
import type { Draw } from './sampling.ts';

const MAX = (1n << 256n) - 1n;

/** keccak(seed, worker, validator) < members x weight / others x 2^256, where others is all weight but the worker's. */
export function isDrawn(draw: Draw, members: number, weight: bigint, others: bigint): boolean {
  if (weight === 0n || others === 0n) return false;
  const expected = weight * BigInt(members);
  if (expected >= others) return true;
  return BigInt(hashWords([draw.seed, draw.worker, draw.validator])) < (MAX * expected) / others;
}
