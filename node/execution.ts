/** Where this node's shards run: those of class exact on the cpu, if its bits are the network's, fast ones on the chosen provider. */
import { EnginePool, type PoolOptions } from '#engine/run/pool.ts';
import type { EngineProfile } from '#engine/run/profile.ts';
import type { ProviderName } from '#engine/run/providers.ts';
import type { GraphInfo, ShardResult, ShardRun } from '#engine/run/shard-run.ts';
import { errorTable } from '#protocol/errors.ts';
import type { JobSpec } from '#protocol/work/job.ts';
import type { Executor } from '#verifier/replay.ts';

export const executionError = errorTable('EXECUTION', {
  NOT_EXACT: {
    what: (d: { engine: string }) => `${d.engine} does not give the bits of the network's exact class`,
    todo: 'nothing: this node takes fast jobs only, and abstains from judging exact ones',
  },
});

export interface ExecutionOptions extends Omit<PoolOptions, 'provider'> {
  readonly provider: ProviderName;
  /** Threads inside one operator of a shard. */
  readonly threads: number;
}

export class Execution implements Executor {
  readonly #exact: EnginePool;
  readonly #fast: EnginePool;
  readonly #threads: number;
  readonly profile: EngineProfile;

  private constructor(pools: { exact: EnginePool; fast: EnginePool }, threads: number, profile: EngineProfile) {
    this.#exact = pools.exact;
    this.#fast = pools.fast;
    this.#threads = threads;
    this.profile = profile;
  }

  /** Starts the engine and runs its golden suite. */
  static async open({ provider, threads, ...limits }: ExecutionOptions): Promise<Execution> {
    const exact = new EnginePool(limits);
    const fast = provider === 'cpu' ? exact : new EnginePool({ ...limits, provider });
    try {
      return new Execution({ exact, fast }, threads, await exact.profile());
    } catch (error) {
      await Promise.all([exact.close(), fast.close()]);
      throw error;
    }
  }

  /** Classes of jobs that this engine serves. */
  get classes(): ReadonlySet<JobSpec['class']> {
    return new Set(this.profile.isExact ? ['exact', 'fast'] : ['fast']);
  }

  /** @throws CorexError EXECUTION_NOT_EXACT, ENGINE_*, STATE_*, DATA_* */
  async run(run: ShardRun, signal?: AbortSignal): Promise<ShardResult> {
    const threaded = { ...run, threads: this.#threads };
    if (run.comparison === 'fast') return this.#fast.run(threaded, signal);
    if (!this.profile.isExact) throw executionError('NOT_EXACT', { engine: this.profile.engine });
    return this.#exact.run(threaded, signal);
  }

  probe(graph: Uint8Array, signal?: AbortSignal): Promise<GraphInfo> {
    return this.#exact.probe(graph, signal);
  }

  async close(): Promise<void> {
    await Promise.all([this.#exact.close(), this.#fast.close()]);
  }
}
