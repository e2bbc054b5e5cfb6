/** Execution in this process: segments, replay from a checkpoint, inference with padding, merge, taps, and what is refused. */
import t from 'tap';
import { batchRows } from '#engine/data/slice.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { executeShard } from '#engine/run/execute.ts';
import { openSession } from '#engine/run/session.ts';
import type { ShardResult, ShardRun } from '#engine/run/shard-run.ts';
import type { SegmentEnd } from '#engine/state/checkpoint.ts';
import { readSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import { commitmentOf, stateRootOf } from '#engine/state/state.ts';
import { mergeStart, NO_OUTPUTS } from '#protocol/work/trace.ts';
import {
  BATCH,
  FEATURES,
  inferRun,
  mergeGraph,
  ROWS,
  SEED,
  tappedGraph,
  trainData,
  trainRun,
  trainState,
  values,
} from './step-graphs.ts';

async function execute(run: ShardRun): Promise<ShardResult> {
  const checkpoints: SegmentEnd[] = [];
  const result = await executeShard(run, {
    session: (graph) => openSession(graph, { provider: 'cpu', memoryBytes: 2 ** 30 }),
    now: () => 0,
    beat: () => undefined,
    checkpoint: async (end) => void checkpoints.push(end),
  });
  return { ...result, checkpoints };
}

const floats = (tensor: Tensor | undefined): number[] => {
  const data = (tensor as Tensor).data.slice();
  return [...new Float32Array(data.buffer)];
};
const results = (end: SegmentEnd | undefined) => readSafetensors((end as SegmentEnd).outputs as Uint8Array);
const roots = (result: ShardResult) => result.checkpoints.map(({ stateRoot, outputsRoot }) => [stateRoot, outputsRoot]);

/** The same descent in JavaScript's float64. */
function descend(steps: number): { w: number[]; losses: number[] } {
  const x = floats(trainData.get('x'));
  const y = floats(trainData.get('y'));
  let w = floats(trainState.get('w'));
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const rows = [...batchRows({ seed: SEED, rows: ROWS, batch: BATCH, step })];
    const miss = rows.map(
      (row) => w.reduce((sum, wi, k) => sum + wi * (x[row * FEATURES + k] as number), 0) - (y[row] as number),
    );
    losses.push(miss.reduce((sum, m) => sum + m * m, 0));
    w = w.map(
      (wi, k) =>
        wi - 2 ** -5 * rows.reduce((sum, row, b) => sum + (x[row * FEATURES + k] as number) * (miss[b] as number), 0),
    );
  }
  return { w, losses };
}

t.test('training does what the graph says, on the rows that the seed says', async (t) => {
  const result = await execute(trainRun);
  const { w, losses } = descend(10);
  t.equal(result.checkpoints.length, 3, 'segments of 4, 4 and 2 steps');
  const last = readSafetensors(result.checkpoints[2]?.state as Uint8Array);
  for (const [k, value] of floats(last.get('w')).entries()) t.ok(Math.abs(value - (w[k] as number)) < 1e-5);
  const found = result.checkpoints.flatMap((end) => floats(results(end).get('loss')));
  t.equal(found.length, 10);
  for (const [k, value] of found.entries()) t.ok(Math.abs(value - (losses[k] as number)) < 1e-4);
  t.ok((losses[9] as number) < (losses[0] as number), 'and it learns');
  t.equal(new DataView((last.get('count') as Tensor).data.slice().buffer).getBigInt64(0, true), 10n);
  t.equal(result.metrics.lastLoss, found[9]);
  t.equal(result.startRoot, commitmentOf(trainState));
  for (const { state, stateRoot, outputs, outputsRoot } of result.checkpoints) {
    t.equal(stateRootOf(state as Uint8Array), stateRoot);
    t.equal(stateRootOf(outputs as Uint8Array), outputsRoot);
  }
});

t.test('two runs are the same bytes, another seed is not', async (t) => {
  const first = await execute(trainRun);
  t.same(await execute(trainRun), first);
  t.not(
    (await execute({ ...trainRun, seed: commitmentOf(trainState) })).checkpoints[0]?.stateRoot,
    first.checkpoints[0]?.stateRoot,
  );
});

t.test('each segment replayed alone from its checkpoint gives the roots of the whole run', async (t) => {
  const whole = await execute(trainRun);
  for (let s = 0; s < 3; s++) {
    const state = s === 0 ? trainRun.state : (whole.checkpoints[s - 1]?.state as Uint8Array);
    const alone = await execute({ ...trainRun, state, firstStep: 4 * s, steps: Math.min(4, 10 - 4 * s) });
    t.same(roots(alone), [roots(whole)[s]], `segment ${s}`);
  }
});

t.test('one changed bit of the state changes every later root', async (t) => {
  const honest = await execute(trainRun);
  const w = trainState.get('w') as Tensor;
  const data = w.data.slice();
  data[1] = (data[1] as number) ^ 1;
  const forged = await execute({
    ...trainRun,
    state: writeSafetensors(new Map([...trainState, ['w', { ...w, data }]])),
  });
  for (const [s, [stateRoot]] of roots(forged).entries()) t.not(stateRoot, roots(honest)[s]?.[0]);
});

t.test('inference: rows in order, padding cut off, the state stays', async (t) => {
  const result = await execute(inferRun);
  t.equal(result.checkpoints.length, 2);
  const x = floats(trainData.get('x'));
  const w = floats(values('w', [FEATURES, 1]));
  const logits = result.checkpoints.flatMap((end) => floats(results(end).get('logits')));
  t.equal(logits.length, ROWS);
  for (const [row, value] of logits.entries()) {
    const expected = w.reduce((sum, wi, k) => sum + wi * (x[row * FEATURES + k] as number), 0);
    t.ok(Math.abs(value - expected) < 1e-5, `row ${row}`);
  }
  t.same(results(result.checkpoints[0]).get('total')?.shape, [2], 'what has no rows is stacked by step');
  t.ok(result.checkpoints.every(({ state, stateRoot }) => state === null && stateRoot === result.startRoot));
  await t.rejects(execute({ ...inferRun, steps: 4 }), { code: 'DATA_NO_SUCH_STEP' });
});

t.test('a merge takes several states and starts from the list of their roots', async (t) => {
  const [a, b] = [new Map([['w', values('a', [3])]]), new Map([['w', values('b', [3])]])];
  const states = [writeSafetensors(a), writeSafetensors(b)];
  const run: ShardRun = {
    ...trainRun,
    kind: 'merge',
    graph: mergeGraph,
    state: new Uint8Array(),
    states,
    steps: 1,
    segment: 1,
  };
  const { checkpoints, startRoot } = await execute(run);
  t.equal(startRoot, mergeStart([commitmentOf(a), commitmentOf(b)]));
  const sum = floats(a.get('w')).map((value, k) => Math.fround(value + (floats(b.get('w'))[k] as number)));
  t.same(floats(readSafetensors(checkpoints[0]?.state as Uint8Array).get('w')), sum);
  t.match(checkpoints, [{ outputs: null, outputsRoot: NO_OUTPUTS }]);
  await t.rejects(execute({ ...run, states: states.slice(1) }), { code: 'ENGINE_BAD_INPUT' });
  await t.rejects(execute({ ...run, steps: 2 }), { code: 'ENGINE_BAD_INPUT' });
});

t.test('a tap shows a value of one step and changes nothing else', async (t) => {
  const plain = await execute(trainRun);
  const tapped = await execute({ ...trainRun, tap: { step: 6, graph: tappedGraph, value: 'miss' } });
  t.same(roots(tapped), roots(plain));
  const miss = floats({ dtype: 'float32', shape: [BATCH], data: tapped.tapped as Uint8Array });
  const loss = miss.reduce((sum, m) => sum + m * m, 0);
  t.ok(Math.abs(loss - (descend(7).losses[6] as number)) < 1e-4, 'the one of step 6');
  await t.rejects(execute({ ...trainRun, tap: { step: 10, graph: tappedGraph, value: 'miss' } }), {
    code: 'ENGINE_BAD_INPUT',
  });
  await t.rejects(execute({ ...trainRun, tap: { step: 0, graph: tappedGraph, value: 'nothing' } }), {
    code: 'ENGINE_BAD_GRAPH',
  });
});

t.test('what does not fit the graph is refused before the first step', async (t) => {
  const state = (over: Array<[string, Tensor]>) => writeSafetensors(new Map([...trainState, ...over]));
  const refusals: Array<[string, Partial<ShardRun>, string]> = [
    ['a tensor of the state is missing', { state: writeSafetensors(new Map()) }, 'ENGINE_BAD_INPUT'],
    ['a tensor too many', { state: state([['extra', values('e', [1])]]) }, 'ENGINE_BAD_INPUT'],
    ['a wrong shape', { state: state([['w', values('w', [1, FEATURES])]]) }, 'ENGINE_BAD_INPUT'],
    [
      'a wrong type',
      { state: state([['rate', { dtype: 'int32', shape: [1], data: new Uint8Array(4) }]]) },
      'ENGINE_BAD_INPUT',
    ],
    ['state and data of one name', { state: state([['x', values('x', [BATCH, FEATURES])]]) }, 'ENGINE_BAD_INPUT'],
    ['another batch', { batch: 5 }, 'ENGINE_BAD_INPUT'],
    ['no steps', { steps: 0 }, 'ENGINE_BAD_INPUT'],
    ['garbage for a graph', { graph: new Uint8Array(64).fill(7) }, 'ENGINE_MODEL_REFUSED'],
    ['garbage for a state', { state: new Uint8Array(64).fill(7) }, 'STATE_MALFORMED'],
    ['training as inference', { kind: 'infer' }, 'ENGINE_BAD_GRAPH'],
    ['inference as training', { graph: inferRun.graph, state: inferRun.state }, 'ENGINE_BAD_GRAPH'],
  ];
  for (const [what, over, code] of refusals) await t.rejects(execute({ ...trainRun, ...over }), { code }, what);
});
