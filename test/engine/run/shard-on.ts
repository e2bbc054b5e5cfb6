/** A whole shard in this process with any provider, as an engine process executes it. */
import type { Tensor } from '#engine/graph/tensor.ts';
import { executeShard } from '#engine/run/execute.ts';
import type { ProviderName } from '#engine/run/providers.ts';
import { openSession, type Session } from '#engine/run/session.ts';
import type { ShardRun } from '#engine/run/shard-run.ts';
import type { SegmentEnd } from '#engine/state/checkpoint.ts';
import { readSafetensors } from '#engine/state/safetensors.ts';

/** Every checkpoint's state and outputs, by segment and name. */
export async function shardOn(provider: ProviderName, run: ShardRun): Promise<Map<string, Tensor>> {
  const ends: SegmentEnd[] = [];
  const sessions: Session[] = [];
  await executeShard(run, {
    async session(graph) {
      const session = await openSession(graph, { provider, memoryBytes: 2 ** 32, inPlace: true, keepOnDevice: true });
      sessions.push(session);
      return session;
    },
    now: () => 0,
    beat: () => undefined,
    checkpoint: async ({ state, outputs, ...end }) =>
      void ends.push({ ...end, state: state?.slice() ?? null, outputs: outputs?.slice() ?? null }),
  });
  for (const session of sessions) await session.close();
  return new Map(
    ends.flatMap(({ state, outputs }, segment) =>
      [state, outputs].flatMap((bytes) =>
        bytes === null
          ? []
          : [...readSafetensors(bytes)].map(([name, tensor]) => [`${segment}.${name}`, tensor] as const),
      ),
    ),
  );
}
