/** Starts the parts of the node in order, stops them in reverse, and turns signals into one orderly stop. */
import type { Log } from '#protocol/ports.ts';

/** `start` may use what its constructor was given; `stop` resolves when nothing of the part is pending. */
export interface Part {
  readonly name: string;
  start?(): Promise<void>;
  stop?(): Promise<void>;
}

export class Lifecycle {
  readonly #log: Log;
  readonly #running: Part[] = [];
  #stopping: Promise<void> | null = null;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Starts one part after those that it depends on. If it fails, everything that runs is stopped and the failure goes on. */
  async start<P extends Part>(part: P): Promise<P> {
    try {
      await part.start?.();
    } catch (error) {
      await this.stop().catch((late: unknown) =>
        this.#log.error({ error: String(late) }, 'stopping after a failed start'),
      );
      throw error;
    }
    this.#running.push(part);
    this.#log.debug({ part: part.name }, 'started');
    return part;
  }

  /** Stops all parts, the last started first; every part is given its chance, then the first failure is thrown. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let part = this.#running.pop(); part !== undefined; part = this.#running.pop()) {
      try {
        await part.stop?.();
        this.#log.debug({ part: part.name }, 'stopped');
      } catch (error) {
        this.#log.error({ part: part.name, error: String(error) }, 'did not stop cleanly');
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

/** An abort signal that fires on SIGINT or SIGTERM; `dispose` takes the listeners away, and a second signal then kills as usual. */
export function onInterrupt(source: SignalSource): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const dispose = (): void => {
    source.off('SIGINT', interrupt);
    source.off('SIGTERM', interrupt);
  };
  const interrupt = (): void => {
    dispose();
    controller.abort();
  };
  source.on('SIGINT', interrupt);
  source.on('SIGTERM', interrupt);
  return { signal: controller.signal, dispose };
}

/** Resolves when the signal fires. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
