/** States of many megabytes through an engine process: sent in pieces, written in place, sealed by copy or where they are. */
import t from 'tap';
import type { Tensor } from '#engine/graph/tensor.ts';
import { executeShard } from '#engine/run/execute.ts';
import { EnginePool } from '#engine/run/pool.ts';
import { openSession } from '#engine/run/session.ts';
import type { ShardRun } from '#engine/run/shard-run.ts';
import type { SegmentEnd } from '#engine/state/checkpoint.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { stateRootOf } from '#engine/state/state.ts';
import { systemClock } from '#node/clock.ts';
import { SEED, values, stepGraph } from './step-graphs.ts';

const MIB = 2 ** 20;

/** `w` moves by `m`, `m` by the batch; w is read after m.next is made, and needs two places. */
function run(mebibytes: number): ShardRun {
  const count = (mebibytes / 2) * (MIB / 4);
  const f = (name: string, shape = [count]) => ({ name, dtype: 'float32', shape }) as const;
  const graph = stepGraph({
    inputs: [f('w'), f('m'), f('x', [1, 1])],
    outputs: [f('w.next'), f('m.next'), f('loss', [])],
    constants: { one: [1] },
    nodes: [
      { op: 'Reshape', inputs: ['x', 'one'], outputs: ['moved'] },
      { op: 'Add', inputs: ['m', 'moved'], outputs: ['m.next'] },
      { op: 'Add', inputs: ['w', 'm.next'], outputs: ['w.next'] },
      { op: 'ReduceMax', inputs: ['w'], outputs: ['loss'], attributes: { keepdims: 0 } },
    ],
  });
  const ramp = (start: number): Tensor => {
    const numbers = new Float32Array(count).map((_, i) => (i % 1000) + start);
    return { dtype: 'float32', shape: [count], data: new Uint8Array(numbers.buffer) };
  };
  return {
    kind: 'train',
    graph,
    state: writeSafetensors(
      new Map([
        ['w', ramp(1)],
        ['m', ramp(0)],
      ]),
    ),
    data: writeSafetensors(new Map([['x', values('x', [9, 1])]])),
    batch: 1,
    firstStep: 0,
    steps: 3,
    segment: 2,
    seed: SEED,
  };
}

async function here(of: ShardRun): Promise<SegmentEnd[]> {
  const ends: SegmentEnd[] = [];
  await executeShard(of, {
    session: (graph) => openSession(graph, { provider: 'cpu', memoryBytes: 4096 * MIB }),
    now: () => 0,
    beat: () => undefined,
    checkpoint: async (end) => void ends.push(end),
  });
  return ends;
}

t.test('the same bytes as plain execution in this process, in one process that lives on', async (t) => {
  const pool = new EnginePool({ size: 1, memoryBytes: 4096 * MIB, stepTimeoutMs: 60_000, clock: systemClock });
  t.teardown(() => pool.close());
  for (const [mebibytes, rounds] of [
    [6, 2],
    [80, 1],
  ] as const) {
    const subject = run(mebibytes);
    const untouched = stateRootOf(subject.state);
    const expected = await here(subject);
    for (let round = 0; round < rounds; round++) {
      const { checkpoints } = await pool.run(subject);
      t.same(
        checkpoints.map(({ stateRoot, outputsRoot }) => [stateRoot, outputsRoot]),
        expected.map(({ stateRoot, outputsRoot }) => [stateRoot, outputsRoot]),
        `${mebibytes} MiB, round ${round}`,
      );
      t.equal(checkpoints.length, 2);
      for (const { state, stateRoot } of checkpoints)
        t.equal(stateRootOf(state as Uint8Array), stateRoot, 'bytes and root belong together');
    }
    t.equal(stateRootOf(subject.state), untouched, 'the caller’s state is as it was');
  }
  t.equal(pool.pids.length, 1);
});
