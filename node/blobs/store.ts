/** Blocks on disk, a file each, by CID; a damaged file counts as missing, and a full disk is said before it happens. */
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isCid } from '#protocol/codec/cid.ts';
import type { Cid } from '#protocol/ids.ts';
import type { Clock, Log } from '#protocol/ports.ts';
import { isBlock } from './digest.ts';
import { blobError } from './errors.ts';

export interface StorePorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

export interface StoreSettings {
  readonly folder: string;
  /** Bytes that all blocks together may take. */
  readonly capBytes: number;
}

/** What is known of a block without reading it. */
export interface Held {
  readonly bytes: number;
  /** When it was last written or wanted again, in the clock's milliseconds. */
  readonly at: number;
}

const UNFINISHED = '.part';
const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

export class BlockStore {
  readonly #ports: StorePorts;
  readonly #settings: StoreSettings;
  readonly #held = new Map<Cid, Held>();
  #bytes = 0;
  #writes = 0;
  /** Makes room, told how many bytes are needed; the retention sets it. */
  #makeRoom: (bytes: number) => Promise<void> = async () => {};

  constructor(ports: StorePorts, settings: StoreSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** Reads what is on disk; what a crash left half written is removed. */
  async start(): Promise<void> {
    await mkdir(this.#settings.folder, { recursive: true });
    for (const fan of await readdir(this.#settings.folder)) {
      const folder = join(this.#settings.folder, fan);
      if (!(await stat(folder)).isDirectory()) continue;
      for (const name of await readdir(folder)) await this.#find(join(folder, name), name);
    }
  }

  useRetention(makeRoom: (bytes: number) => Promise<void>): void {
    this.#makeRoom = makeRoom;
  }

  has(cid: Cid): boolean {
    return this.#held.has(cid);
  }

  held(): ReadonlyMap<Cid, Held> {
    return this.#held;
  }

  bytes(): number {
    return this.#bytes;
  }

  /** The block, checked; null when it is not here. */
  async read(cid: Cid): Promise<Uint8Array | null> {
    if (!this.#held.has(cid)) return null;
    try {
      const bytes = new Uint8Array(await readFile(this.#path(cid)));
      if (isBlock(bytes, cid)) return bytes;
      this.#ports.log.warn({ cid }, 'a block on disk is damaged and is fetched again when needed');
      await this.remove(cid);
      return null;
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.#forget(cid);
      return null;
    }
  }

  /** Bytes that the caller has checked against the CID. @throws BLOB_FULL */
  async write(cid: Cid, bytes: Uint8Array): Promise<void> {
    if (this.#held.has(cid)) return this.#touch(cid);
    const { capBytes } = this.#settings;
    if (this.#bytes + bytes.length > capBytes) await this.#makeRoom(bytes.length);
    if (this.#bytes + bytes.length > capBytes) throw blobError('FULL', { bytes: this.#bytes, cap: capBytes });
    const path = this.#path(cid);
    const part = `${path}.${this.#writes++}${UNFINISHED}`;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(part, bytes);
    // A reader sees the whole block or none.
    await rename(part, path);
    this.#enter(cid, { bytes: bytes.length, at: this.#ports.clock.now() });
  }

  async remove(cid: Cid): Promise<void> {
    this.#forget(cid);
    await rm(this.#path(cid), { force: true });
  }

  /** The last characters of a CID are spread evenly; the first are all the same. */
  #path(cid: Cid): string {
    return join(this.#settings.folder, cid.slice(-2), cid);
  }

  async #find(path: string, name: string): Promise<void> {
    if (!isCid(name)) {
      if (name.endsWith(UNFINISHED)) await rm(path, { force: true });
      return;
    }
    const { size, mtimeMs } = await stat(path);
    this.#enter(name, { bytes: size, at: Math.floor(mtimeMs) });
  }

  async #touch(cid: Cid): Promise<void> {
    const known = this.#held.get(cid);
    if (known === undefined) return;
    const at = this.#ports.clock.now();
    this.#held.set(cid, { ...known, at });
    await utimes(this.#path(cid), at / 1000, at / 1000).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      this.#forget(cid);
    });
  }

  #enter(cid: Cid, held: Held): void {
    // Two writers of one block may both arrive here.
    this.#forget(cid);
    this.#held.set(cid, held);
    this.#bytes += held.bytes;
  }

  #forget(cid: Cid): void {
    const known = this.#held.get(cid);
    if (known === undefined) return;
    this.#held.delete(cid);
    this.#bytes -= known.bytes;
  }
}
