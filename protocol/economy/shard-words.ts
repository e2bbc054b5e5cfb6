/** How a job's shards lie in words of 256 bits, from its shape alone. ShardLib.sol is the master. */
import { MAX_WORDS, WORD } from '../limits.ts';

export interface Shape {
  readonly shards: number;
  /** Shards a round (the slices and their merge); 0 when the shards are independent. */
  readonly width: number;
}

export function isShape({ shards, width }: Shape): boolean {
  if (shards === 0 || width > WORD) return false;
  if (width > 1 && shards % width !== 0) return false;
  return wordsOf({ shards, width }) <= MAX_WORDS;
}

export function wordsOf({ shards, width }: Shape): number {
  if (width === 0) return Math.ceil(shards / WORD);
  return width === 1 ? shards : Math.floor((2 * shards) / width);
}

/** The bits of a word that stand for shards. */
export function maskOf(shape: Shape, word: number): bigint {
  const { shards, width } = shape;
  if (word >= wordsOf(shape)) return 0n;
  if (width === 0) return lowest(shards - word * WORD);
  return width === 1 || word % 2 === 1 ? 1n : lowest(width - 1);
}

function lowest(bits: number): bigint {
  return (1n << BigInt(Math.min(bits, WORD))) - 1n;
}

/** The lowest `limit` bits that are set. */
export function take(mask: bigint, limit: number): bigint {
  let taken = 0n;
  for (let [left, count] = [mask, 0]; left !== 0n && count < limit; count++) {
    const bit = left & -left;
    taken |= bit;
    left ^= bit;
  }
  return taken;
}

export function countOf(mask: bigint): number {
  let count = 0;
  for (let left = mask; left !== 0n; left &= left - 1n) count++;
  return count;
}
