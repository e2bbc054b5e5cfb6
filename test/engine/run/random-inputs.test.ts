/** Random inputs of a graph: drawn anew at every step, the same for whoever executes it, and neither state nor data. */
import t from 'tap';
import { fillNoise } from '#engine/data/noise.ts';
import { executeShard } from '#engine/run/execute.ts';
import type { PlainGraph } from '#engine/run/plain-onnx.ts';
import { openSession } from '#engine/run/session.ts';
import type { ShardResult, ShardRun } from '#engine/run/shard-run.ts';
import type { SegmentEnd } from '#engine/state/checkpoint.ts';
import { readSafetensors } from '#engine/state/safetensors.ts';
import { BATCH, FEATURES, TRAIN, trainRun, stepGraph } from './step-graphs.ts';

const SHAPE = [BATCH, FEATURES];
const random = { name: 'random.0', dtype: 'float32', shape: SHAPE } as const;
/** Each input is multiplied by its random number; these go out, too. */
const GRAPH: PlainGraph = {
  ...TRAIN,
  inputs: [...TRAIN.inputs, random],
  outputs: [...TRAIN.outputs, { ...random, name: 'drawn' }],
  nodes: [
    { op: 'Identity', inputs: ['random.0'], outputs: ['drawn'] },
    { op: 'Mul', inputs: ['x', 'random.0'], outputs: ['thinned'] },
    ...TRAIN.nodes.map((node) => ({ ...node, inputs: node.inputs.map((name) => (name === 'x' ? 'thinned' : name)) })),
  ],
};
const run: ShardRun = { ...trainRun, graph: stepGraph(GRAPH) };

async function execute(of: ShardRun): Promise<ShardResult> {
  const checkpoints: SegmentEnd[] = [];
  const result = await executeShard(of, {
    session: (graph, { keepsState = false }) =>
      openSession(graph, { provider: 'cpu', memoryBytes: 2 ** 30, inPlace: keepsState }),
    now: () => 0,
    beat: () => undefined,
    checkpoint: async (end) => void checkpoints.push(end),
  });
  return { ...result, checkpoints };
}

/** What steps from..to draw. */
function expected(from: number, to: number): Uint8Array {
  const bytes = new Uint8Array((to - from) * BATCH * FEATURES * 4);
  for (let step = from; step < to; step++) {
    const part = bytes.subarray((step - from) * BATCH * FEATURES * 4, (step - from + 1) * BATCH * FEATURES * 4);
    fillNoise({ seed: run.seed, name: 'random.0', step }, part);
  }
  return bytes;
}

const drawn = (end: SegmentEnd | undefined) => readSafetensors(end?.outputs as Uint8Array).get('drawn')?.data;

t.test('a run and the replay of its segment draw the same, by absolute step', async (t) => {
  const whole = await execute(run);
  t.same(drawn(whole.checkpoints[0]), expected(0, 4));
  t.same(drawn(whole.checkpoints[1]), expected(4, 8));
  const replay = await execute({ ...run, state: whole.checkpoints[0]?.state as Uint8Array, firstStep: 4, steps: 4 });
  t.same(replay.checkpoints[0], whole.checkpoints[1]);
  t.notOk(readSafetensors(whole.checkpoints[0]?.state as Uint8Array).has('random.0'), 'it is no state');
});

t.test('a tap and an observation see the step’s own numbers', async (t) => {
  const tap = { step: 5, graph: run.graph, value: 'drawn' };
  const { tapped, observedBytes } = await execute({
    ...run,
    tap,
    observe: { step: 6, values: [], bytes: ['drawn', 'random.0'] },
  });
  t.same(tapped, expected(5, 6));
  t.same(observedBytes?.get('drawn'), expected(6, 7));
  t.same(observedBytes?.get('random.0'), expected(6, 7));
});

t.test('other types and open shapes are refused', async (t) => {
  const graph = (over: object) =>
    stepGraph({
      inputs: [...TRAIN.inputs, { ...random, ...over }],
      outputs: TRAIN.outputs,
      nodes: TRAIN.nodes,
      constants: TRAIN.constants ?? {},
    });
  await t.rejects(execute({ ...run, graph: graph({ dtype: 'int64' }) }), { code: 'DATA_BAD_NOISE' });
});
