/** SHA-256 of blocks with the machine's own code: the same CIDs as protocol/codec/cid.ts, many times faster. */
import { createHash } from 'node:crypto';
import { type Codec, cidOfDigest, digestOf } from '#protocol/codec/cid.ts';
import type { Cid, Hash } from '#protocol/ids.ts';

const sha256 = (bytes: Uint8Array): Hash => `0x${createHash('sha256').update(bytes).digest('hex')}` as Hash;

export const nameBlock = (bytes: Uint8Array, codec: Codec): Cid => cidOfDigest(sha256(bytes), codec);

/** @throws CID_MALFORMED */
export const isBlock = (bytes: Uint8Array, cid: Cid): boolean => sha256(bytes) === digestOf(cid);
