/** A bounded queue before one handler: what does not fit is dropped by the topic's rule, never piled up. */
import type { Inbound, Verdict } from './host.ts';

export interface QueueRule {
  readonly queue: number;
  readonly drop: 'oldest' | 'newest';
}

interface Waiting {
  readonly message: Inbound;
  readonly settle: (verdict: Verdict) => void;
}

/** One message at a time, in the order of arrival. */
export class TopicQueue {
  readonly #rule: QueueRule;
  readonly #handle: (message: Inbound) => Promise<Verdict>;
  readonly #waiting: Waiting[] = [];
  #draining: Promise<void> | null = null;
  #closed = false;

  constructor(rule: QueueRule, handle: (message: Inbound) => Promise<Verdict>) {
    this.#rule = rule;
    this.#handle = handle;
  }

  /** A dropped message is ignored: being fast is not a fault of its sender. */
  push(message: Inbound): Promise<Verdict> {
    if (this.#closed) return Promise.resolve('ignore');
    if (this.#waiting.length >= this.#rule.queue) {
      if (this.#rule.drop === 'newest') return Promise.resolve('ignore');
      this.#waiting.shift()?.settle('ignore');
    }
    return new Promise((settle) => {
      this.#waiting.push({ message, settle });
      this.#draining ??= this.#drain().finally(() => {
        this.#draining = null;
      });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { settle } of this.#waiting.splice(0)) settle('ignore');
    await this.#draining;
  }

  async #drain(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next.settle(await this.#handle(next.message));
    }
  }
}
