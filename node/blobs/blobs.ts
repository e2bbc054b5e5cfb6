/** The Blobs port: bytes by content, from disk or from whoever has them; large ones as a manifest and its chunks. */
import { encodeCbor, readCbor } from '#protocol/codec/cbor.ts';
import { codecOf, parseCid } from '#protocol/codec/cid.ts';
import type { Address, Cid } from '#protocol/ids.ts';
import { MAX_BLOB, MAX_CHUNK } from '#protocol/limits.ts';
import type { Blobs } from '#protocol/ports.ts';
import { asManifest, chunkLength, type Manifest, MAX_BLOCK } from '#protocol/wire/blob.ts';
import { nameBlock } from './digest.ts';
import { blobError } from './errors.ts';
import type { BlobSource, BlockFetcher } from './fetch.ts';
import type { Retention } from './retention.ts';
import type { BlockStore } from './store.ts';

export interface BlobsPorts {
  readonly store: Pick<BlockStore, 'has' | 'read' | 'write'>;
  readonly fetcher: Pick<BlockFetcher, 'block' | 'source'>;
  readonly retention: Pick<Retention, 'keep' | 'release'>;
}

interface GetOptions {
  readonly from?: readonly Address[];
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** Chunks of one blob that are under way at the same time. */
const PARALLEL = 4;

export class ContentBlobs implements Blobs {
  readonly #ports: BlobsPorts;

  constructor(ports: BlobsPorts) {
    this.#ports = ports;
  }

  /** @throws BLOB_EMPTY, BLOB_TOO_BIG, BLOB_FULL */
  async put(bytes: Uint8Array): Promise<Cid> {
    if (bytes.length === 0) throw blobError('EMPTY', {});
    if (bytes.length > MAX_BLOB) throw blobError('TOO_BIG', { bytes: bytes.length, limit: MAX_BLOB });
    if (bytes.length <= MAX_CHUNK) return this.#block(bytes, 'raw');
    const chunks: Cid[] = [];
    for (let at = 0; at < bytes.length; at += MAX_CHUNK)
      chunks.push(await this.#block(bytes.subarray(at, at + MAX_CHUNK), 'raw'));
    return this.#block(encodeCbor({ v: 1, size: bytes.length, chunks }), 'dag-cbor');
  }

  /** @throws CBOR_NOT_PLAIN, BLOB_TOO_BIG, BLOB_FULL */
  async putObject(value: unknown): Promise<Cid> {
    const bytes = encodeCbor(value);
    if (bytes.length > MAX_CHUNK) throw blobError('TOO_BIG', { bytes: bytes.length, limit: MAX_CHUNK });
    return this.#block(bytes, 'dag-cbor');
  }

  /** What arrived stays on disk, so that another call goes on where this one ended. @throws BLOB_* and CID_MALFORMED */
  async get(cid: Cid, options: GetOptions = {}): Promise<Uint8Array> {
    const limit = options.maxBytes ?? MAX_BLOB;
    const source = this.#ports.fetcher.source(options.from ?? []);
    const first = await this.#ports.fetcher.block(parseCid(cid), source, options.signal);
    const manifest = codecOf(cid) === 'dag-cbor' ? this.#manifest(first) : null;
    const size = manifest?.size ?? first.length;
    if (size > limit) throw blobError('TOO_BIG', { bytes: size, limit });
    return manifest === null ? first : this.#chunks(cid, manifest, source, options.signal);
  }

  /** @throws BLOB_*, CBOR_* for an object that is not canonical, CID_MALFORMED */
  async getObject(cid: Cid, options: Omit<GetOptions, 'maxBytes'> = {}): Promise<unknown> {
    const bytes = await this.#ports.fetcher.block(
      parseCid(cid),
      this.#ports.fetcher.source(options.from ?? []),
      options.signal,
    );
    return readCbor(bytes, MAX_CHUNK);
  }

  /** Is all of it on this disk? */
  async has(cid: Cid): Promise<boolean> {
    const { store } = this.#ports;
    if (!store.has(cid) || codecOf(cid) === 'raw') return store.has(cid);
    const bytes = await store.read(cid);
    if (bytes === null) return false;
    return this.#manifest(bytes)?.chunks.every((chunk) => store.has(chunk)) ?? true;
  }

  keep(cid: Cid, owner: string): Promise<void> {
    return this.#ports.retention.keep(parseCid(cid), owner);
  }

  release(owner: string): Promise<void> {
    return this.#ports.retention.release(owner);
  }

  async #block(bytes: Uint8Array, codec: 'raw' | 'dag-cbor'): Promise<Cid> {
    const cid = nameBlock(bytes, codec);
    await this.#ports.store.write(cid, bytes);
    return cid;
  }

  #manifest(bytes: Uint8Array): Manifest | null {
    return asManifest(readCbor(bytes, MAX_BLOCK));
  }

  async #chunks(cid: Cid, manifest: Manifest, source: BlobSource, signal?: AbortSignal): Promise<Uint8Array> {
    const out = new Uint8Array(manifest.size);
    // The first failure ends the others, too.
    const failed = new AbortController();
    const either = signal === undefined ? failed.signal : AbortSignal.any([failed.signal, signal]);
    let next = 0;
    const work = async (): Promise<void> => {
      for (let i = next++; i < manifest.chunks.length; i = next++)
        await this.#chunk({ cid, manifest, index: i, source, signal: either, out });
    };
    const workers = Array.from({ length: Math.min(PARALLEL, manifest.chunks.length) }, () =>
      work().catch((error: unknown) => {
        failed.abort(error);
        throw error;
      }),
    );
    const results = await Promise.allSettled(workers);
    const rejected = results.filter((result) => result.status === 'rejected');
    if (rejected.length > 0) throw failed.signal.reason;
    return out;
  }

  async #chunk(job: {
    cid: Cid;
    manifest: Manifest;
    index: number;
    source: BlobSource;
    signal: AbortSignal;
    out: Uint8Array;
  }): Promise<void> {
    const { cid, manifest, index, source, signal, out } = job;
    const name = manifest.chunks[index];
    if (name === undefined) return;
    const bytes = await this.#ports.fetcher.block(name, source, signal);
    const expected = chunkLength(manifest, index);
    if (bytes.length !== expected)
      throw blobError('BAD_MANIFEST', {
        cid,
        reason: `chunk ${index} has ${bytes.length} bytes instead of ${expected}`,
      });
    out.set(bytes, index * MAX_CHUNK);
  }
}
