/** The log of a segment: a short root for every value of every step, in blocks as many as a block is long (docs/disputes.md). */
import { fromHex, toHex } from '../codec/digest.ts';
import type { Hash } from '../ids.ts';
import { merkleClimb, merklePath, merkleRoot } from '../trees/merkle.ts';
import type { LogOpening, Short } from './moves.ts';
import { short, shortWord } from './short.ts';

/** Bytes of a short. */
export const SHORT = 20;

/** An opening that says nothing, where a move needs none. */
export const NO_OPENING: LogOpening = { short: `0x${'00'.repeat(SHORT)}`, inBlock: [], inLog: [] };

/** How long a block is: the least whole number whose square holds the log. */
export function sideOf(count: number): number {
  let side = Math.floor(Math.sqrt(count));
  while (side * side < count) side++;
  return side;
}

export const blocksIn = (count: number): number => Math.ceil(count / sideOf(count));

/** Positions of a block: from `first` up to and without `end`. */
export function blockRange(count: number, block: number): { readonly first: number; readonly end: number } {
  const side = sideOf(count);
  return { first: block * side, end: Math.min(count, (block + 1) * side) };
}

/** Where a position stands: its block, and its place in it. */
export function placeIn(count: number, position: number): { readonly block: number; readonly index: number } {
  const side = sideOf(count);
  return { block: Math.floor(position / side), index: position % side };
}

export const leavesOf = (log: readonly Short[], block: number): readonly Short[] => {
  const { first, end } = blockRange(log.length, block);
  return log.slice(first, end);
};

export const rootOfShorts = (shorts: readonly Short[]): Hash => merkleRoot(shorts.map(shortWord));

export const pathOfShort = (shorts: readonly Short[], index: number): Hash[] =>
  merklePath(shorts.map(shortWord), index);

/** Shorts of the blocks of a log. */
export const blockShorts = (log: readonly Short[]): Short[] =>
  Array.from({ length: blocksIn(log.length) }, (_, block) => short(rootOfShorts(leavesOf(log, block))));

export const packShorts = (shorts: readonly Short[]): Uint8Array =>
  fromHex(`0x${shorts.map((one) => one.slice(2)).join('')}`);

/** @throws RangeError unless they are whole shorts */
export function unpackShorts(bytes: Uint8Array): Short[] {
  if (bytes.length % SHORT !== 0) throw new RangeError(`${bytes.length} bytes are no row of shorts`);
  return Array.from({ length: bytes.length / SHORT }, (_, i) => toHex(bytes.subarray(i * SHORT, (i + 1) * SHORT)));
}

/**
 * Opens one value.
 * @param leaves of its block
 * @param at its block among the blocks, its place in the block
 */
export function openLog(
  blocks: readonly Short[],
  leaves: readonly Short[],
  at: { readonly block: number; readonly index: number },
): LogOpening {
  const value = leaves[at.index];
  if (value === undefined) throw new RangeError(`the block has no value ${at.index}`);
  return { short: value, inBlock: pathOfShort(leaves, at.index), inLog: pathOfShort(blocks, at.block) };
}

/** Is it the value at this position of a log of `count` values with this root over its blocks? */
export function isInLog(root: Hash, count: number, position: number, opening: LogOpening): boolean {
  const { block, index } = placeIn(count, position);
  const { first, end } = blockRange(count, block);
  const inBlock = merkleClimb(shortWord(opening.short), index, end - first, opening.inBlock);
  if (inBlock === null) return false;
  return merkleClimb(shortWord(short(inBlock)), block, blocksIn(count), opening.inLog) === root;
}
