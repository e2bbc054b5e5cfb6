/** What is kept until when: blocks that an owner keeps stay, the others go after a while, or when the store is full. */
import { readCbor } from '#protocol/codec/cbor.ts';
import { codecOf } from '#protocol/codec/cid.ts';
import type { Cid } from '#protocol/ids.ts';
import type { Clock, Keep, Log } from '#protocol/ports.ts';
import { asManifest, MAX_BLOCK } from '#protocol/wire/blob.ts';
import type { BlockStore } from './store.ts';

export interface RetentionPorts {
  readonly store: BlockStore;
  readonly keep: Keep;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RetentionSettings {
  /** A block that nobody keeps lives this long, so that whoever just made it has time to say so. */
  readonly graceMs: number;
  readonly sweepMs: number;
}

/** Even a full store does not delete what was written a moment ago. */
const FRESH_MS = 60_000;

/** Owners are free text; the slash divides the key. */
const rowPrefix = (owner: string): string => `${encodeURIComponent(owner)}/`;
const cidOfRow = (key: string): Cid => key.slice(key.indexOf('/') + 1) as Cid;

export class Retention {
  readonly #ports: RetentionPorts;
  readonly #settings: RetentionSettings;
  readonly #stopping = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  /** One sweep at a time; a second caller waits for the first. */
  #sweep: Promise<unknown> = Promise.resolve();

  constructor(ports: RetentionPorts, settings: RetentionSettings) {
    this.#ports = ports;
    this.#settings = settings;
    ports.store.useRetention((bytes) => this.#queued(bytes));
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    await this.#sweep;
  }

  keep(cid: Cid, owner: string): Promise<void> {
    return this.#ports.keep.put(`${rowPrefix(owner)}${cid}`, 1);
  }

  async release(owner: string): Promise<void> {
    for (const [key] of await this.#ports.keep.list(rowPrefix(owner))) await this.#ports.keep.del(key);
  }

  /** Deletes what may go: all that is old, and as much as `needed` bytes ask for. */
  sweep(): Promise<void> {
    return this.#queued(0);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { clock, log } = this.#ports;
    while (!signal.aborted) {
      await clock.sleep(this.#settings.sweepMs, signal);
      if (!signal.aborted)
        await this.sweep().catch((error: unknown) => log.warn({ err: error }, 'blobs could not be swept'));
    }
  }

  #queued(needed: number): Promise<void> {
    const swept = this.#sweep.then(() => this.#sweepOnce(needed));
    this.#sweep = swept.catch(() => undefined);
    return swept;
  }

  async #sweepOnce(needed: number): Promise<void> {
    const { store, clock, log } = this.#ports;
    const kept = await this.#kept();
    const loose = [...store.held()].filter(([cid]) => !kept.has(cid)).sort(([, a], [, b]) => a.at - b.at);
    const now = clock.now();
    let freed = 0;
    for (const [cid, { bytes, at }] of loose) {
      const age = now - at;
      if (age < this.#settings.graceMs && (freed >= needed || age < FRESH_MS)) continue;
      await store.remove(cid);
      freed += bytes;
    }
    if (freed > 0) log.debug({ freed, left: store.bytes() }, 'blobs that nobody keeps were deleted');
  }

  /** Kept CIDs and, of manifests, their chunks. */
  async #kept(): Promise<ReadonlySet<Cid>> {
    const kept = new Set<Cid>();
    for (const [key] of await this.#ports.keep.list('')) {
      const cid = cidOfRow(key);
      if (kept.has(cid)) continue;
      kept.add(cid);
      for (const chunk of await this.#chunks(cid)) kept.add(chunk);
    }
    return kept;
  }

  async #chunks(cid: Cid): Promise<readonly Cid[]> {
    if (codecOf(cid) !== 'dag-cbor') return [];
    const bytes = await this.#ports.store.read(cid);
    return bytes === null ? [] : (asManifest(readCbor(bytes, MAX_BLOCK))?.chunks ?? []);
  }
}
