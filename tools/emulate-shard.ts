/** In an emulated process: the golden suite's class, or the commitments of a shard that three files describe. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type ExecuteDeps, executeShard } from '#engine/run/execute.ts';
import { measureProfile } from '#engine/run/profile.ts';
import { isProviderName, type ProviderName } from '#engine/run/providers.ts';
import { openSession } from '#engine/run/session.ts';
import type { ShardRun } from '#engine/run/shard-run.ts';
import type { SegmentEnd } from '#engine/state/checkpoint.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';

const { values } = parseArgs({
  options: {
    golden: { type: 'boolean', default: false },
    provider: { type: 'string', default: 'cpu' },
    threads: { type: 'string', default: '1' },
    graph: { type: 'string', default: '' },
    state: { type: 'string', default: '' },
    data: { type: 'string', default: '' },
    kind: { type: 'string', default: 'train' },
    steps: { type: 'string', default: '1' },
    batch: { type: 'string', default: '1' },
    segment: { type: 'string', default: '10' },
  },
});

const memoryBytes = 2 ** 31;

function depsOf(provider: ProviderName, ends: SegmentEnd[]): ExecuteDeps {
  return {
    session: (graph) => openSession(graph, { provider, memoryBytes, threads: Number(values.threads) }),
    now: () => performance.now(),
    beat: () => undefined,
    checkpoint: async (end) => void ends.push(end),
  };
}

function shardOf(): ShardRun {
  return {
    kind: values.kind === 'infer' ? 'infer' : 'train',
    graph: readFileSync(values.graph),
    state: readFileSync(values.state),
    data: readFileSync(values.data),
    batch: Number(values.batch),
    firstStep: 0,
    steps: Number(values.steps),
    segment: Number(values.segment),
    seed: sha256Hash(new TextEncoder().encode('corex.lab.v1')),
  };
}

async function main(provider: ProviderName): Promise<unknown> {
  const ends: SegmentEnd[] = [];
  const deps = depsOf(provider, ends);
  if (values.golden) return measureProfile(deps, provider);
  const { startRoot, metrics } = await executeShard(shardOf(), deps);
  return { startRoot, checkpoints: ends.map(({ stateRoot, outputsRoot }) => ({ stateRoot, outputsRoot })), metrics };
}

if (!isProviderName(values.provider)) throw new RangeError(`no provider ${values.provider}`);
process.stdout.write(JSON.stringify(await main(values.provider)), () => process.exit(0));
