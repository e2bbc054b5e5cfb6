/** Where two values differ so that a contract sees it, and where a value of another length cannot be opened. */
import { widthOf } from '#protocol/dispute/access.ts';
import type { Instruction } from '#protocol/dispute/instruction.ts';
import { FINE_CHUNK } from '#protocol/trees/tensor.ts';
import { isSame } from './adjudicate.ts';

/** Number of the first byte that differs, null where none does. */
export function firstByte(a: Uint8Array, b: Uint8Array): number | null {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return a.length === b.length ? null : length;
}

/** The first element that is not the same result, docs/disputes.md; null where all are. Both are as long. */
export function firstElement(instruction: Instruction, own: Uint8Array, theirs: Uint8Array): number | null {
  const width = widthOf(instruction.type);
  for (let at = firstByte(own, theirs) ?? own.length; at < own.length; at++) {
    if (own[at] === theirs[at]) continue;
    const element = Math.floor(at / width);
    const part = (bytes: Uint8Array): Uint8Array => bytes.subarray(element * width, (element + 1) * width);
    if (!isSame(instruction, part(own), part(theirs))) return element;
  }
  return null;
}

const chunksOf = (length: number): number => Math.max(1, Math.ceil(length / FINE_CHUNK));
const depthOf = (leaves: number): number => Math.ceil(Math.log2(leaves));

/** A leaf of a tree of `leaves` that no opening shows under the root of another number: one has a node where the other has the leaf. */
export function hiddenLeaf(leaves: number, others: number): number {
  let [own, other, first] = [leaves, others, 0];
  if (own === other) return own - 1;
  while (depthOf(own) === depthOf(other)) {
    const half = 2 ** (depthOf(own) - 1);
    first += half;
    own -= half;
    other -= half;
  }
  return first;
}

/** The same of the chunks of values of other lengths; where there are as many, the last one has another length. */
export const hiddenChunk = (length: number, other: number): number => hiddenLeaf(chunksOf(length), chunksOf(other));
