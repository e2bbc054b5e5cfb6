/** Content addresses: CIDv1 with sha2-256, raw or dag-cbor, as base32 text. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { CID } from 'multiformats/cid';
import { create } from 'multiformats/hashes/digest';
import { errorTable } from '../errors.ts';
import type { Cid, Hash } from '../ids.ts';

export const cidError = errorTable('CID', {
  MALFORMED: {
    what: (d: { text: string }) => `not a CIDv1 of sha2-256 in base32: ${d.text}`,
    todo: 'use the text that the node printed, it starts with bafk or bafy',
  },
});

export type Codec = 'raw' | 'dag-cbor';

/** https://github.com/multiformats/multicodec/blob/master/table.csv */
const CODES = { raw: 0x55, 'dag-cbor': 0x71 } as const satisfies Record<Codec, number>;
const SHA2_256 = 0x12;

interface Parsed {
  readonly codec: Codec;
  readonly digest: Uint8Array;
}

function parse(text: string): Parsed | null {
  // CIDs of 32-byte digests have 59 characters; longer text is refused before it is decoded.
  if (text.length !== 59) return null;
  try {
    const cid = CID.parse(text);
    const codec = cid.code === CODES.raw ? 'raw' : cid.code === CODES['dag-cbor'] ? 'dag-cbor' : null;
    if (codec === null || cid.version !== 1 || cid.multihash.code !== SHA2_256 || cid.multihash.digest.length !== 32)
      return null;
    return cid.toString() === text ? { codec, digest: cid.multihash.digest } : null;
  } catch {
    return null;
  }
}

function parsed(cid: string): Parsed {
  const found = parse(cid);
  if (found === null) throw cidError('MALFORMED', { text: cid.slice(0, 80) });
  return found;
}

export const isCid = (text: string): text is Cid => parse(text) !== null;

/** @throws CID_MALFORMED */
export function parseCid(text: string): Cid {
  parsed(text);
  return text as Cid;
}

/** @throws CID_MALFORMED */
export const codecOf = (cid: Cid): Codec => parsed(cid).codec;

/** The sha2-256 inside, as the chain stores it. @throws CID_MALFORMED */
export const digestOf = (cid: Cid): Hash => `0x${bytesToHex(parsed(cid).digest)}` as Hash;

/** The other way: from a digest on the chain to the object's address. */
export function cidOfDigest(digest: Hash, codec: Codec): Cid {
  return CID.createV1(CODES[codec], create(SHA2_256, hexToBytes(digest.slice(2)))).toString() as Cid;
}

export function cidOf(bytes: Uint8Array, codec: Codec): Cid {
  return cidOfDigest(`0x${bytesToHex(sha256(bytes))}` as Hash, codec);
}
