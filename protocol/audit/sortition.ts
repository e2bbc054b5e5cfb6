/** Who is on the committee of a worker and epoch: everybody can tell alone. SortitionLib.sol is the master. */
import { hashWords } from '../codec/abi.ts';
import type { Draw } from './sampling.ts';

const MAX = (1n << 256n) - 1n;

/** What a drawn member's verdict counts: a seat like every other, or its weight, where that is more and it always sits. */
export function seatOf(members: number, weight: bigint, others: bigint): bigint {
  const seat = others / BigInt(members);
  return weight > seat ? weight : seat;
}

/** keccak(seed, worker, validator) < members x weight / others x 2^256, where others is all weight but the worker's. */
export function isDrawn(draw: Draw, members: number, weight: bigint, others: bigint): boolean {
  if (weight === 0n || others === 0n) return false;
  const expected = weight * BigInt(members);
  if (expected >= others) return true;
  return BigInt(hashWords([draw.seed, draw.worker, draw.validator])) < (MAX * expected) / others;
}
