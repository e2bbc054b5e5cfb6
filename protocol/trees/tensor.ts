/** Digest of a tensor over its chunks, the opening of one chunk, and the root of a state's tensors. */
import { bytesToHash, hashToBytes, sha256 } from '../codec/digest.ts';
import type { Hash } from '../ids.ts';

/** Bytes of one leaf (DESIGN section 4). */
export const TENSOR_CHUNK = 16 * 1024;
/** Bytes of one leaf in a dispute, where a contract reads them. */
export const FINE_CHUNK = 128;

/** Leaves and nodes are hashed under different prefixes, so that neither passes for the other (RFC 6962 section 2.1). */
const LEAF = 0x00;
const NODE = 0x01;
const DIGEST = 32;

/** Element types of tensors; their place in this list is their code in the leaf of a state. Only append. */
export const TENSOR_TYPES = ['float32', 'float64', 'int64', 'int32', 'uint8', 'bool'] as const;
export type TensorType = (typeof TENSOR_TYPES)[number];

/** What a state's commitment says of one tensor. */
export interface TensorEntry {
  readonly dtype: TensorType;
  readonly shape: readonly number[];
  readonly digest: Hash;
}

/** One chunk and its way up: the sibling of each level, null where the node is the odd last one. */
export interface ChunkOpening {
  readonly index: number;
  readonly chunk: Uint8Array;
  readonly siblings: ReadonlyArray<Hash | null>;
}

const chunksOf = (length: number, size: number): number => Math.max(1, Math.ceil(length / size));

/** Digests of the leaves, one after the other. One chunk is copied at a time: cheaper than an incremental hash, 1 GB/s either way. */
function leafLevel(bytes: Uint8Array, size: number): Uint8Array {
  const leaves = chunksOf(bytes.length, size);
  const level = new Uint8Array(leaves * DIGEST);
  const scratch = new Uint8Array(Math.min(bytes.length, size) + 1);
  scratch[0] = LEAF;
  for (let i = 0; i < leaves; i++) {
    const chunk = bytes.subarray(i * size, (i + 1) * size);
    scratch.set(chunk, 1);
    level.set(sha256(scratch.subarray(0, chunk.length + 1)), i * DIGEST);
  }
  return level;
}

function parentOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  const pair = new Uint8Array(1 + 2 * DIGEST);
  pair[0] = NODE;
  pair.set(left, 1);
  pair.set(right, 1 + DIGEST);
  return sha256(pair);
}

/** An odd last node is promoted unchanged. */
function levelAbove(level: Uint8Array): Uint8Array {
  const nodes = level.length / DIGEST;
  const above = new Uint8Array(Math.ceil(nodes / 2) * DIGEST);
  for (let i = 0; i < nodes; i += 2) {
    const left = level.subarray(i * DIGEST, (i + 1) * DIGEST);
    const isOdd = i + 1 === nodes;
    above.set(isOdd ? left : parentOf(left, level.subarray((i + 1) * DIGEST, (i + 2) * DIGEST)), (i / 2) * DIGEST);
  }
  return above;
}

function rootOf(leaves: Uint8Array): Hash {
  let level = leaves;
  while (level.length > DIGEST) level = levelAbove(level);
  return bytesToHash(level);
}

/**
 * @param bytes little-endian, row-major; no bytes are one empty leaf
 * @param size bytes of a leaf
 */
export function tensorDigest(bytes: Uint8Array, size = TENSOR_CHUNK): Hash {
  return rootOf(leafLevel(bytes, size));
}

function siblingsOf(leaves: Uint8Array, index: number): Array<Hash | null> {
  const siblings: Array<Hash | null> = [];
  let at = index;
  for (let level = leaves; level.length > DIGEST; level = levelAbove(level)) {
    const sibling = level.subarray((at ^ 1) * DIGEST, ((at ^ 1) + 1) * DIGEST);
    siblings.push(sibling.length === 0 ? null : bytesToHash(sibling));
    at >>>= 1;
  }
  return siblings;
}

/** @throws RangeError when the tensor has no such chunk */
export function openChunk(bytes: Uint8Array, index: number, size = TENSOR_CHUNK): ChunkOpening {
  if (!Number.isInteger(index) || index < 0 || index >= chunksOf(bytes.length, size))
    throw new RangeError(`no chunk ${index}`);
  const siblings = siblingsOf(leafLevel(bytes, size), index);
  return { index, chunk: bytes.subarray(index * size, (index + 1) * size), siblings };
}

/** Siblings as a contract takes them, without entries where the node is the odd last one. */
export const pathOf = (siblings: ReadonlyArray<Hash | null>): Hash[] => siblings.filter((sibling) => sibling !== null);

/** Does the opening belong to the tensor of `length` bytes with this digest? The length fixes the shape of the tree. */
export function isOpeningOf(digest: Hash, length: number, opening: ChunkOpening, size = TENSOR_CHUNK): boolean {
  const { index, chunk, siblings } = opening;
  let nodes = chunksOf(length, size);
  if (!Number.isInteger(index) || index < 0 || index >= nodes) return false;
  if (chunk.length !== Math.min(size, length - index * size)) return false;
  let node = leafLevel(chunk, size);
  let at = index;
  let level = 0;
  for (; nodes > 1; nodes = Math.ceil(nodes / 2), level++) {
    const sibling = siblings[level];
    const isLonely = (at ^ 1) >= nodes;
    if (sibling === undefined || isLonely !== (sibling === null)) return false;
    if (sibling !== null)
      node = at % 2 === 0 ? parentOf(node, hashToBytes(sibling)) : parentOf(hashToBytes(sibling), node);
    at >>>= 1;
  }
  return level === siblings.length && bytesToHash(node) === digest;
}

/** Order of names everywhere: by their UTF-8 bytes, so that no locale and no UTF-16 surrogate changes it. */
export function compareNames(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

/** Length of the name (u32), name, type code (u8), rank (u8), dimensions (u64 each); integers big-endian. */
export function entryHead(name: string, dtype: TensorType, shape: readonly number[]): Uint8Array {
  const text = Buffer.from(name, 'utf8');
  const code = TENSOR_TYPES.indexOf(dtype);
  if (code < 0 || shape.length > 255) throw new RangeError(`tensor ${name} has no canonical encoding`);
  const head = Buffer.alloc(4 + text.length + 2 + 8 * shape.length);
  head.writeUInt32BE(text.length, 0);
  let at = 4 + text.copy(head, 4);
  at = head.writeUInt8(code, at);
  at = head.writeUInt8(shape.length, at);
  for (const size of shape) at = head.writeBigUInt64BE(BigInt(size), at);
  return new Uint8Array(head);
}

/** Prefix, head, digest. */
function entryLeaf(name: string, { dtype, shape, digest }: TensorEntry): Uint8Array {
  return sha256(Buffer.concat([Uint8Array.of(LEAF), entryHead(name, dtype, shape), hashToBytes(digest)]));
}

/** Digests of a state's entries, by name. */
function entryLevel(tensors: ReadonlyMap<string, TensorEntry>): Uint8Array {
  const sorted = [...tensors].sort(([a], [b]) => compareNames(a, b));
  const level = new Uint8Array(sorted.length * DIGEST);
  sorted.forEach(([name, entry], i) => {
    level.set(entryLeaf(name, entry), i * DIGEST);
  });
  return level;
}

/** The commitment of a state: one leaf a tensor, by name. A state without tensors is the SHA-256 of a lone leaf prefix. */
export function stateRoot(tensors: ReadonlyMap<string, TensorEntry>): Hash {
  if (tensors.size === 0) return bytesToHash(sha256(Uint8Array.of(LEAF)));
  return rootOf(entryLevel(tensors));
}

/** Siblings of one tensor's entry, null where the node is the odd last one. @throws RangeError when the state has no such entry */
export function openEntry(tensors: ReadonlyMap<string, TensorEntry>, index: number): Array<Hash | null> {
  if (!Number.isInteger(index) || index < 0 || index >= tensors.size) throw new RangeError(`no entry ${index}`);
  return siblingsOf(entryLevel(tensors), index);
}
