/** Runs in this process, on a provider's sessions that are kept: for tools that execute thousands of small segments. */
import { executeShard } from '#engine/run/execute.ts';
import type { ProviderName } from '#engine/run/providers.ts';
import { openSession, type Session } from '#engine/run/session.ts';
import type { ShardRun } from '#engine/run/shard-run.ts';
import type { SegmentEnd } from '#engine/state/checkpoint.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';

const MEMORY = 2 ** 32;

export class InProcess {
  readonly #provider: ProviderName;
  readonly #overrides: Partial<ShardRun>;
  readonly #sessions = new Map<string, Session>();

  /** @param overrides e.g. a number of threads */
  constructor(provider: ProviderName, overrides: Partial<ShardRun> = {}) {
    this.#provider = provider;
    this.#overrides = overrides;
  }

  async run(given: ShardRun): Promise<{ readonly checkpoints: readonly SegmentEnd[] }> {
    const run = { ...given, ...this.#overrides };
    const checkpoints: SegmentEnd[] = [];
    await executeShard(run, {
      session: (graph) => this.#session(graph, run),
      now: () => 0,
      beat: () => undefined,
      checkpoint: async (end) => void checkpoints.push(end),
    });
    return { checkpoints };
  }

  async #session(graph: Uint8Array, { threads = 1, comparison = 'exact' }: ShardRun): Promise<Session> {
    const key = sha256Hash(graph);
    const provider = this.#provider;
    const session =
      this.#sessions.get(key) ?? (await openSession(graph, { provider, memoryBytes: MEMORY, threads, comparison }));
    this.#sessions.set(key, session);
    return session;
  }

  async close(): Promise<void> {
    for (const session of this.#sessions.values()) await session.close();
    this.#sessions.clear();
  }
}
