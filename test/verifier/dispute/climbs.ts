/** The SHA-256 trees of a dispute climbed from a leaf, as a contract climbs them: paths without entries for odd last nodes. */
import { bytesToHash, hashToBytes, sha256 } from '#protocol/codec/digest.ts';
import type { ChunkPath } from '#protocol/dispute/moves.ts';
import type { Hash } from '#protocol/ids.ts';

const digest = (prefix: number, ...parts: Uint8Array[]): Uint8Array =>
  sha256(Buffer.concat([Uint8Array.of(prefix), ...parts]));

function climb(leaf: Uint8Array, index: number, count: number, path: readonly Hash[]): Hash | null {
  let [node, at, used] = [leaf, index, 0];
  for (let nodes = count; nodes > 1; nodes = Math.ceil(nodes / 2), at >>= 1) {
    if ((at ^ 1) >= nodes) continue;
    const sibling = path[used++];
    if (sibling === undefined) return null;
    node = at % 2 === 0 ? digest(1, node, hashToBytes(sibling)) : digest(1, hashToBytes(sibling), node);
  }
  return used === path.length ? bytesToHash(node) : null;
}

/** The root that a chunk of a tensor of `length` bytes leads to; null where it cannot be one of its chunks. */
export function chunkRoot(length: number, index: number, { chunk, path }: ChunkPath, size: number): Hash | null {
  const count = Math.max(1, Math.ceil(length / size));
  if (index < 0 || index >= count || chunk.length !== Math.min(size, length - index * size)) return null;
  return climb(digest(0, chunk), index, count, path);
}

/** The root of a state that an entry leads to. */
export const entryRoot = (
  head: Uint8Array,
  root: Hash,
  place: number,
  count: number,
  path: readonly Hash[],
): Hash | null => (place < count ? climb(digest(0, head, hashToBytes(root)), place, count, path) : null);
