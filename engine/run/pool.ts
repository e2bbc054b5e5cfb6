/** A fixed number of engine processes behind one queue: whatever a model does, it costs one request and one process. */
import type { CorexError } from '#protocol/errors.ts';
import type { Clock } from '#protocol/ports.ts';
import { engineError } from './errors.ts';
import type { Request } from './messages.ts';
import { EngineProcess, type ProcessLimits, type Reported } from './process.ts';
import type { EngineProfile } from './profile.ts';
import type { GraphInfo, ShardResult, ShardRun } from './shard-run.ts';

export interface PoolOptions extends ProcessLimits {
  /** Processes; each computes on one thread. */
  readonly size: number;
  readonly clock: Clock;
}

/** A request that waits for a place. */
interface Waiting {
  readonly admit: () => void;
  readonly refuse: (reason: CorexError) => void;
}

export class EnginePool {
  readonly #options: PoolOptions;
  readonly #idle: EngineProcess[] = [];
  readonly #busy = new Set<EngineProcess>();
  readonly #waiting: Waiting[] = [];
  /** Requests that have a place, from before their process is forked until it is given back. */
  #admitted = 0;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Process ids of the children, for the node's metrics. */
  get pids(): number[] {
    return [...this.#busy, ...this.#idle].flatMap(({ pid }) => pid ?? []);
  }

  /**
   * @param signal ends the process that runs it
   * @param isWanted asked when its turn comes: what nobody waits for any more is not begun, and no process is lost for it
   * @throws CorexError ENGINE_*, STATE_*, DATA_*
   */
  async run(run: ShardRun, signal?: AbortSignal, isWanted?: () => boolean): Promise<ShardResult> {
    const { answer, checkpoints } = await this.#request({ type: 'run', run }, signal, isWanted);
    if (answer.type !== 'ran') throw engineError('CRASHED', { exit: 'a wrong answer', stderr: answer.type });
    return { ...answer.result, checkpoints };
  }

  /** Inputs and outputs of an untrusted model. @throws CorexError ENGINE_MODEL_REFUSED and what else may happen to a process */
  async probe(graph: Uint8Array, signal?: AbortSignal): Promise<GraphInfo> {
    const { answer } = await this.#request({ type: 'probe', graph }, signal);
    if (answer.type !== 'probed') throw engineError('CRASHED', { exit: 'a wrong answer', stderr: answer.type });
    return answer.info;
  }

  /** Name and comparison class of this engine, measured by the golden suite. */
  async profile(signal?: AbortSignal): Promise<EngineProfile> {
    const { answer } = await this.#request({ type: 'profile' }, signal);
    if (answer.type !== 'profiled') throw engineError('CRASHED', { exit: 'a wrong answer', stderr: answer.type });
    return answer.profile;
  }

  /** Ends all processes; what is under way or waiting rejects with ENGINE_CLOSED. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const closed = engineError('CLOSED', {});
    for (const { refuse } of this.#waiting.splice(0)) refuse(closed);
    await Promise.all([...this.#busy, ...this.#idle.splice(0)].map((process) => process.kill(closed)));
  }

  async #request(request: Request, signal?: AbortSignal, isWanted?: () => boolean): Promise<Reported> {
    await this.#admission(signal);
    try {
      // Called off, or the pool closed, between the admission and here.
      if (signal?.aborted === true || isWanted?.() === false) throw engineError('ABORTED', {});
      if (this.#isClosed) throw engineError('CLOSED', {});
      return await this.#ask(this.#takeProcess(), request, signal);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#admitted--;
      else next.admit();
    }
  }

  async #ask(process: EngineProcess, request: Request, signal?: AbortSignal): Promise<Reported> {
    // The request itself rejects once the process is gone.
    const callOff = () => void process.kill(engineError('ABORTED', {}));
    signal?.addEventListener('abort', callOff, { once: true });
    this.#busy.add(process);
    try {
      return await process.request(request);
    } finally {
      signal?.removeEventListener('abort', callOff);
      this.#busy.delete(process);
      if (process.isAlive && !this.#isClosed) this.#idle.push(process);
    }
  }

  /** Resolves when the request may use one of the places, in order of arrival. */
  async #admission(signal?: AbortSignal): Promise<void> {
    if (this.#isClosed) throw engineError('CLOSED', {});
    if (signal?.aborted === true) throw engineError('ABORTED', {});
    if (this.#admitted < this.#options.size) {
      this.#admitted++;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { admit: resolve, refuse: reject };
    const leave = () => {
      const at = this.#waiting.indexOf(waiting);
      if (at >= 0) this.#waiting.splice(at, 1);
      reject(engineError('ABORTED', {}));
    };
    this.#waiting.push(waiting);
    signal?.addEventListener('abort', leave, { once: true });
    await promise.finally(() => signal?.removeEventListener('abort', leave));
  }

  /** An idle one that still lives, else a fresh one. */
  #takeProcess(): EngineProcess {
    let process = this.#idle.pop();
    while (process !== undefined && !process.isAlive) process = this.#idle.pop();
    return process ?? new EngineProcess(this.#options, this.#options.clock);
  }
}
