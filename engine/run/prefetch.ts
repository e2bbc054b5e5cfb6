/** Inputs of the next step are gathered while one runs, by a thread: the runtime computes in the main one and holds it. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { directFeed, type Feed, type FeedPlan, Filler } from '#engine/data/feed.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { type Answer, errorOf } from './messages.ts';

/** Places in the gate; `validRows` has two. */
export const AT = { asked: 0, filled: 1, stopped: 2, validRows: 3 } as const;
export const FAILED = -1;

/** What the thread is told of a run. */
export interface FeedOrder {
  readonly plan: FeedPlan;
  readonly sets: readonly [ReadonlyMap<string, Tensor>, ReadonlyMap<string, Tensor>];
  readonly gate: Int32Array;
}

/** Bytes of a step below which a thread costs more than it saves. */
const WORTH_A_THREAD = 256 * 1024;

/** One thread for the life of a process; one run at a time. */
export class Prefetcher {
  #thread: Worker | null = null;

  /** @throws CorexError STATE_*, DATA_* */
  feed(plan: FeedPlan): Feed {
    const filler = new Filler(plan);
    return filler.bytes < WORTH_A_THREAD ? directFeed(filler) : this.#threaded(plan, filler);
  }

  #threaded(plan: FeedPlan, filler: Filler): Feed {
    const sets = [filler.buffers(), filler.buffers()] as const;
    const gate = new Int32Array(new SharedArrayBuffer(5 * 4));
    const thread = this.#start();
    // Whoever waits for a step keeps the process alive until the run is closed.
    thread.ref();
    const given = new AbortController();
    const failed = once(thread, 'message', { signal: given.signal });
    // Answered where a step is waited for, or never.
    failed.catch(() => undefined);
    thread.postMessage({ plan, sets, gate } satisfies FeedOrder);
    let step = 0;
    const announce = (at: number, value: number): void => {
      Atomics.store(gate, at, value);
      Atomics.notify(gate, AT.asked);
    };
    return {
      async next() {
        const set = step % 2;
        announce(AT.asked, ++step);
        for (;;) {
          const filled = Atomics.load(gate, AT.filled);
          if (filled === FAILED) throw errorOf((await failed)[0] as Extract<Answer, { type: 'failed' }>);
          if (filled >= step) break;
          await Atomics.waitAsync(gate, AT.filled, filled).value;
        }
        return { tensors: sets[set as 0 | 1], validRows: Atomics.load(gate, AT.validRows + set) };
      },
      close() {
        announce(AT.stopped, 1);
        given.abort();
        thread.unref();
      },
    };
  }

  #start(): Worker {
    if (this.#thread !== null) return this.#thread;
    const thread = new Worker(new URL('./feed-thread.ts', import.meta.url));
    // A mistake of ours; the parent reports the crash with this text.
    thread.on('error', (error: Error) => process.stderr.write(`${error.stack}\n`, () => process.exit(70)));
    thread.unref();
    this.#thread = thread;
    return thread;
  }

  async close(): Promise<void> {
    await this.#thread?.terminate();
  }
}
