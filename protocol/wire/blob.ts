/** The blob protocol: a request names one block by CID, the answer is a status byte and the block; and the manifest of large blobs. */
import { z } from 'zod';
import { decodeCbor, encodeCbor } from '../codec/cbor.ts';
import { isCid } from '../codec/cid.ts';
import type { Cid } from '../ids.ts';
import { MAX_BLOB, MAX_CHUNK } from '../limits.ts';

export const blobProtocol = (network: string): string => `/corex/${network}/blob/1`;

/** Longest request: a record with one CID. */
export const MAX_BLOB_REQUEST = 128;
/** Longest block: the manifest of the largest blob, see `manifestBound`. */
export const MAX_BLOCK = 2 * MAX_CHUNK;
export const MAX_BLOB_ANSWER = MAX_BLOCK + 1;

/** Upper bound of a manifest's bytes: 59 characters and a two-byte head a CID, and 32 for the rest. */
export const manifestBound = (size: number): number => Math.ceil(size / MAX_CHUNK) * 61 + 32;

const cid = z
  .string()
  .refine(isCid)
  .transform((text) => text as Cid);
const requestSchema = z.strictObject({ v: z.literal(1), cid });

export const manifestSchema = z
  .strictObject({
    v: z.literal(1),
    size: z.number().int().min(1).max(MAX_BLOB),
    chunks: z.array(cid).max(Math.ceil(MAX_BLOB / MAX_CHUNK)),
  })
  .refine(
    (m) => m.size > MAX_CHUNK && m.chunks.length === Math.ceil(m.size / MAX_CHUNK),
    'as many chunks as the size needs',
  )
  .refine((m) => m.chunks.every((text) => text.startsWith('bafkrei')), 'chunks are raw');

/** A blob above one chunk: its chunks in order, each MAX_CHUNK bytes but the last. */
export type Manifest = z.output<typeof manifestSchema>;

/** Null when the object is something else. */
export function asManifest(value: unknown): Manifest | null {
  const result = manifestSchema.safeParse(value);
  return result.success ? result.data : null;
}

/** Bytes of the i-th chunk of a manifest. */
export function chunkLength(manifest: Manifest, index: number): number {
  return Math.min(MAX_CHUNK, manifest.size - index * MAX_CHUNK);
}

export const encodeBlobRequest = (wanted: Cid): Uint8Array => encodeCbor({ v: 1, cid: wanted });

export function decodeBlobRequest(bytes: Uint8Array): Cid | null {
  const decoded = decodeCbor(bytes, MAX_BLOB_REQUEST);
  const result = decoded.ok ? requestSchema.safeParse(decoded.value) : null;
  return result?.success === true ? result.data.cid : null;
}

/** `busy`: the asker is over its allowance and may come back later. */
const STATUS = { found: 0, missing: 1, busy: 2, refused: 3 } as const;

export type BlobAnswer =
  | { readonly status: 'found'; readonly bytes: Uint8Array }
  | { readonly status: 'missing' | 'busy' | 'refused' };

export function encodeBlobAnswer(answer: BlobAnswer): Uint8Array {
  const block = answer.status === 'found' ? answer.bytes : new Uint8Array(0);
  const out = new Uint8Array(1 + block.length);
  out[0] = STATUS[answer.status];
  out.set(block, 1);
  return out;
}

export function decodeBlobAnswer(bytes: Uint8Array): BlobAnswer | null {
  switch (bytes[0]) {
    case STATUS.found:
      return { status: 'found', bytes: bytes.subarray(1) };
    case STATUS.missing:
      return { status: 'missing' };
    case STATUS.busy:
      return { status: 'busy' };
    case STATUS.refused:
      return { status: 'refused' };
    default:
      return null;
  }
}
