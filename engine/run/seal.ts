/** Checkpoints off the critical path: a thread digests them and writes them to the node, in order, two at most at a time. */
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { type OpenSegment, type SegmentEnd, sealSegment } from '#engine/state/checkpoint.ts';
import type { Hash } from '#protocol/ids.ts';

/** Descriptor of the pipe to the node, on which the bytes of states and results go. */
export const BULK = 4;

/** A checkpoint without its bytes: they follow on the pipe, the state before the results. */
export interface Sealed {
  readonly type: 'checkpoint';
  readonly stateRoot: Hash;
  readonly outputsRoot: Hash;
  /** null: there are none. */
  readonly stateBytes: number | null;
  readonly outputsBytes: number | null;
}

export type SealReport = { readonly type: 'sealed'; readonly checkpoint: Sealed } | { readonly type: 'done' };

/** The pipe blocks until the node has read: no checkpoint piles up anywhere. */
export function writeBulk(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(BULK, bytes, at);
}

/** What is told of a checkpoint, and the bytes that follow. */
export function announced(end: SegmentEnd): { readonly checkpoint: Sealed; readonly bytes: readonly Uint8Array[] } {
  const { state, outputs, stateRoot, outputsRoot } = end;
  const lengths = { stateBytes: state?.length ?? null, outputsBytes: outputs?.length ?? null };
  return {
    checkpoint: { type: 'checkpoint', stateRoot, outputsRoot, ...lengths },
    bytes: [state, outputs].filter((bytes) => bytes !== null),
  };
}

/** States up to this are copied, so that the next step need not wait; larger ones are read where they are, and it waits. */
const COPIED = 64 * 2 ** 20;
const OUTSTANDING = 2;

export class Sealer {
  readonly #announce: (checkpoint: Sealed) => Promise<void>;
  #thread: Worker | null = null;
  /** One for each checkpoint that is not written yet, the oldest first. */
  readonly #waiting: Array<{ readonly promise: Promise<void>; readonly resolve: () => void }> = [];

  /** @param announce called with each checkpoint in order, before its bytes are on the pipe */
  constructor(announce: (checkpoint: Sealed) => Promise<void>) {
    this.#announce = announce;
  }

  /** Resolves when the segment's bytes may change again. */
  async seal({ state, outputs }: OpenSegment): Promise<void> {
    if (state instanceof Uint8Array && state.length > COPIED) return this.#sealHere({ state, outputs });
    while (this.#waiting.length >= OUTSTANDING) await this.#waiting[0]?.promise;
    const segment = { outputs, state: state instanceof Uint8Array ? state.slice() : state };
    const owned = [segment.outputs, segment.state].flatMap((bytes) =>
      bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : [],
    );
    this.#waiting.push(Promise.withResolvers<void>());
    this.#start().postMessage(segment, owned);
  }

  /** Who waits for a thread might as well do its work, and the memory of the thread goes to the model. */
  async #sealHere(segment: OpenSegment): Promise<void> {
    await this.settled();
    const sealed = announced(sealSegment(segment));
    await this.#announce(sealed.checkpoint);
    for (const bytes of sealed.bytes) writeBulk(bytes);
  }

  /** Resolves when every checkpoint is with the node. */
  async settled(): Promise<void> {
    await Promise.all(this.#waiting.map(({ promise }) => promise));
  }

  #start(): Worker {
    if (this.#thread !== null) return this.#thread;
    const thread = new Worker(new URL('./seal-thread.ts', import.meta.url));
    thread.on('message', (report: SealReport) => {
      if (report.type === 'done') this.#waiting.shift()?.resolve();
      else this.#announce(report.checkpoint).catch(() => process.exit(71));
    });
    // A mistake of ours, or a node that is gone; the parent reports the crash with this text.
    thread.on('error', (error: Error) => process.stderr.write(`${error.stack}\n`, () => process.exit(70)));
    thread.unref();
    this.#thread = thread;
    return thread;
  }
}
