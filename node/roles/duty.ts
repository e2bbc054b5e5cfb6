/** A duty: something to look at on every confirmed block, one turn at a time, until it is stopped. */
import { CorexError } from '#protocol/errors.ts';
import type { ChainView, Head, Log } from '#protocol/ports.ts';

export interface DutyPorts {
  readonly view: Pick<ChainView, 'head' | 'nextBlock'>;
  readonly log: Log;
}

/** Errors that pass by themselves: the next block is another try. */
const PASSING = new Set([
  'CHAIN_REVERTED',
  'CHAIN_UNREACHABLE',
  'BLOB_UNAVAILABLE',
  'SPEC_BEACON',
  'BEACON_UNAVAILABLE',
]);

/** Acts on every item at once; one that fails keeps none of the others back, and the first failure is thrown at the end. */
export async function onEach<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const failed = (await Promise.allSettled(items.map(act))).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Something beside the next block that is worth another look; resolves at once when aborted. */
export type Wake = (signal: AbortSignal) => Promise<unknown>;

export class Duty {
  readonly #name: string;
  readonly #ports: DutyPorts;
  readonly #act: (head: Head, signal: AbortSignal) => Promise<void>;
  readonly #wake: Wake | null;
  readonly #abort = new AbortController();
  #running: Promise<void> = Promise.resolve();

  /** @param act one turn; it may take longer than a block and is never run twice at once */
  constructor(
    name: string,
    ports: DutyPorts,
    act: (head: Head, signal: AbortSignal) => Promise<void>,
    wake: Wake | null = null,
  ) {
    this.#name = name;
    this.#wake = wake;
    this.#ports = ports;
    this.#act = act;
  }

  start(): void {
    this.#running = this.#loop();
  }

  /** Resolves when the turn under way has ended. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #loop(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      await this.#turn(this.#ports.view.head(), signal);
      await this.#rest(signal);
    }
  }

  async #rest(signal: AbortSignal): Promise<void> {
    if (this.#wake === null) {
      await this.#ports.view.nextBlock(signal);
      return;
    }
    const rest = new AbortController();
    const ended = AbortSignal.any([signal, rest.signal]);
    await Promise.race([this.#ports.view.nextBlock(ended), this.#wake(ended)]);
    // Whoever lost the race is freed, so that nothing piles up while the network is quiet.
    rest.abort();
  }

  async #turn(head: Head, signal: AbortSignal): Promise<void> {
    try {
      await this.#act(head, signal);
    } catch (error) {
      if (signal.aborted) return;
      const code = error instanceof CorexError ? error.code : undefined;
      const level = code !== undefined && PASSING.has(code) ? 'debug' : 'error';
      this.#ports.log[level]({ duty: this.#name, code, err: error }, `${this.#name} will try again`);
    }
  }
}
