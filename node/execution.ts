/** Where this node's shards run: those of class exact on the cpu, if its bits are the network's, fast ones on the chosen provider. */
import { EnginePool, type PoolOptions } from '#engine/run/pool.ts';
import type { EngineProfile } from '#engine/run/profile.ts';
import type { ProviderName } from '#engine/run/providers.ts';
import type { GraphInfo, ShardResult, ShardRun } from '#engine/run/shard-run.ts';
import { CorexError, errorTable } from '#protocol/errors.ts';
import type { JobSpec } from '#protocol/work/job.ts';
import type { Executor } from '#verifier/replay.ts';
import type { Metrics } from './metrics.ts';

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
  readonly metrics: Metrics;
}

export class Execution implements Executor {
  readonly #exact: EnginePool;
  readonly #fast: EnginePool;
  readonly #threads: number;
  readonly #metrics: Metrics;
  readonly profile: EngineProfile;
  #running = 0;

  private constructor(
    pools: { exact: EnginePool; fast: EnginePool },
    { threads, metrics }: Pick<ExecutionOptions, 'threads' | 'metrics'>,
    profile: EngineProfile,
  ) {
    this.#exact = pools.exact;
    this.#fast = pools.fast;
    this.#threads = threads;
    this.#metrics = metrics;
    this.profile = profile;
  }

  /** Starts the engine and runs its golden suite. */
  static async open({ provider, threads, metrics, ...limits }: ExecutionOptions): Promise<Execution> {
    const exact = new EnginePool(limits);
    const fast = provider === 'cpu' ? exact : new EnginePool({ ...limits, provider });
    try {
      return new Execution({ exact, fast }, { threads, metrics }, await exact.profile());
    } catch (error) {
      await Promise.all([exact.close(), fast.close()]);
      throw error;
    }
  }

  /** Classes of jobs that this engine serves. */
  get classes(): ReadonlySet<JobSpec['class']> {
    return new Set(this.profile.isExact ? ['exact', 'fast'] : ['fast']);
  }

  /**
   * @param isWanted asked when its turn comes; what nobody waits for any more is not begun
   * @throws CorexError EXECUTION_NOT_EXACT, ENGINE_*, MODEL_*, STATE_*, DATA_*
   */
  async run(run: ShardRun, signal?: AbortSignal, isWanted?: () => boolean): Promise<ShardResult> {
    this.#metrics.set('corex_running_shards', ++this.#running);
    try {
      const result = await this.#poolFor(run).run({ ...run, threads: this.#threads }, signal, isWanted);
      this.#metrics.add('corex_shards_total', 1, { kind: run.kind });
      this.#metrics.add('corex_steps_total', run.steps, { kind: run.kind });
      return result;
    } catch (error) {
      if (error instanceof CorexError) this.#metrics.add('corex_shards_failed_total', 1, { code: error.code });
      throw error;
    } finally {
      this.#metrics.set('corex_running_shards', --this.#running);
    }
  }

  #poolFor({ comparison }: ShardRun): EnginePool {
    if (comparison === 'fast') return this.#fast;
    if (!this.profile.isExact) throw executionError('NOT_EXACT', { engine: this.profile.engine });
    return this.#exact;
  }

  probe(graph: Uint8Array, signal?: AbortSignal): Promise<GraphInfo> {
    return this.#exact.probe(graph, signal);
  }

  async close(): Promise<void> {
    await Promise.all([this.#exact.close(), this.#fast.close()]);
  }
}
