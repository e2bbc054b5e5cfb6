/** A worker's blobs as one member asks for them: it knows what is under way, what was refused, and gives up in time. */
import { CorexError } from '#protocol/errors.ts';
import type { Address, Cid } from '#protocol/ids.ts';
import { MAX_BLOB } from '#protocol/limits.ts';
import type { Blobs } from '#protocol/ports.ts';

/** Bytes that are there and are nothing that could be read: everybody who asks finds the same. */
const UNREADABLE = /^(BLOB_BAD_MANIFEST|BLOB_TOO_BIG|CBOR_)/;

interface Options {
  readonly from?: readonly Address[];
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

interface Running {
  readonly cid: Cid;
  /** Chain time. */
  readonly since: number;
  readonly ended: AbortController;
  /** Begun again, as somebody else has it. */
  again: boolean;
  /** Who had it when it was begun. */
  holders: number;
}

export class Fetching implements Pick<Blobs, 'get' | 'getObject'> {
  readonly #blobs: Pick<Blobs, 'get' | 'getObject'>;
  readonly #worker: Address;
  readonly #holders: (cid: Cid) => readonly Address[];
  readonly #running = new Set<Running>();
  #now: number;
  /** What was refused last; of the worker's, or of somebody else's (the data of a job). */
  refused: { readonly cid: Cid; readonly isWorkers: boolean } | null = null;

  constructor(
    blobs: Pick<Blobs, 'get' | 'getObject'>,
    worker: Address,
    holders: (cid: Cid) => readonly Address[],
    now: number,
  ) {
    this.#blobs = blobs;
    this.#worker = worker;
    this.#holders = holders;
    this.#now = now;
  }

  get(cid: Cid, options: Options = {}): Promise<Uint8Array> {
    return this.#fetch(cid, options, (more) => this.#blobs.get(cid, { maxBytes: MAX_BLOB, ...options, ...more }));
  }

  getObject(cid: Cid, options: Omit<Options, 'maxBytes'> = {}): Promise<unknown> {
    return this.#fetch(cid, options, (more) => this.#blobs.getObject(cid, { ...options, ...more }));
  }

  /** The worker's blobs that are under way. */
  waiting(): Cid[] {
    return [...this.#running].map(({ cid }) => cid);
  }

  /** A new block: whoever has by now what is under way is asked, and what began before `ending` ends. */
  pass(now: number, ending: number | null): void {
    this.#now = now;
    for (const one of this.#running) {
      one.again = this.#holders(one.cid).length > one.holders;
      if (one.again || (ending !== null && one.since < ending)) one.ended.abort();
    }
  }

  async #fetch<T>(cid: Cid, { from = [], signal }: Options, ask: (more: Options) => Promise<T>): Promise<T> {
    const isWorkers = from.includes(this.#worker);
    const since = this.#now;
    for (;;) {
      const holders = this.#holders(cid);
      const one: Running = { cid, since, ended: new AbortController(), again: false, holders: holders.length };
      const either = signal === undefined ? one.ended.signal : AbortSignal.any([signal, one.ended.signal]);
      if (isWorkers) this.#running.add(one);
      try {
        return await ask({ from: [...holders, ...from], signal: either });
      } catch (error) {
        if (signal?.aborted === true || !(error instanceof CorexError)) throw error;
        if (one.again) continue;
        const isNone = one.ended.signal.aborted || (isWorkers && UNREADABLE.test(error.code));
        if (!isNone && error.code !== 'BLOB_UNAVAILABLE') throw error;
        this.refused = { cid, isWorkers };
        throw isNone ? notServed(cid, error) : error;
      } finally {
        this.#running.delete(one);
      }
    }
  }
}

/** To an audit the same as silence. */
const notServed = (cid: Cid, cause: CorexError): CorexError =>
  new CorexError('BLOB_UNAVAILABLE', `${cid} was not served in time, or cannot be read`, cause.todo, { cid }, cause);
