/** Small step graphs for the tests of execution, honest ones and others. */
import { SeededRandom } from '#engine/data/random.ts';
import { uniform } from '#engine/data/synthetic.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { encodePlainGraph, type PlainGraph } from '#engine/run/plain-onnx.ts';
import type { ShardRun } from '#engine/run/shard-run.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { zeros } from '#engine/state/state.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';

export const SEED = sha256Hash(Uint8Array.of(42));

const f = (name: string, shape: readonly number[]) => ({ name, dtype: 'float32', shape }) as const;
const i = (name: string, shape: readonly number[]) => ({ name, dtype: 'int64', shape }) as const;
const op = (name: string, inputs: string[], outputs: string[], attributes = {}) => ({
  op: name,
  inputs,
  outputs,
  attributes,
});

/** In the canonical bytes, which alone an engine process lets in. */
export const stepGraph = (graph: PlainGraph): Uint8Array => encodeModel(decodeModel(encodePlainGraph(graph)));

export const FEATURES = 12;
export const BATCH = 4;
export const ROWS = 10;

/** Descent on the mean squared error of x·w against y, with a step counter in the state. */
export const TRAIN: PlainGraph = {
  inputs: [f('w', [FEATURES, 1]), f('rate', [1]), i('count', []), f('x', [BATCH, FEATURES]), f('y', [BATCH])],
  outputs: [f('w.next', [FEATURES, 1]), f('rate.next', [1]), i('count.next', []), f('loss', [])],
  constants: { column: [BATCH, 1], one: [1] },
  nodes: [
    op('Reshape', ['y', 'column'], ['target']),
    op('MatMul', ['x', 'w'], ['guess']),
    op('Sub', ['guess', 'target'], ['miss']),
    op('Mul', ['miss', 'miss'], ['square']),
    op('ReduceSum', ['square'], ['loss'], { keepdims: 0 }),
    op('Transpose', ['x'], ['xt'], { perm: [1, 0] }),
    op('MatMul', ['xt', 'miss'], ['slope']),
    op('Mul', ['slope', 'rate'], ['move']),
    op('Sub', ['w', 'move'], ['w.next']),
    op('Identity', ['rate'], ['rate.next']),
    op('Squeeze', ['one'], ['unit']),
    op('Add', ['count', 'unit'], ['count.next']),
  ],
};

export const trainGraph = stepGraph(TRAIN);
/** The same with one more output. */
export const tappedGraph = stepGraph({ ...TRAIN, outputs: [...TRAIN.outputs, f('miss', [BATCH, 1])] });

export const values = (name: string, shape: readonly number[], exponent = 0): Tensor =>
  uniform(new SeededRandom(SEED, name), shape, exponent);

export const trainState = new Map<string, Tensor>([
  ['w', values('w', [FEATURES, 1])],
  ['rate', { dtype: 'float32', shape: [1], data: new Uint8Array(new Float32Array([2 ** -5]).buffer) }],
  ['count', zeros('int64', [])],
]);
export const trainData = new Map<string, Tensor>([
  ['x', values('x', [ROWS, FEATURES])],
  ['y', values('y', [ROWS])],
]);

export const trainRun: ShardRun = {
  kind: 'train',
  graph: trainGraph,
  state: writeSafetensors(trainState),
  data: writeSafetensors(trainData),
  batch: BATCH,
  firstStep: 0,
  steps: 10,
  segment: 4,
  seed: SEED,
};

export const inferGraph = stepGraph({
  inputs: [f('w', [FEATURES, 1]), f('x', [BATCH, FEATURES])],
  outputs: [f('logits', [BATCH, 1]), f('total', [])],
  nodes: [op('MatMul', ['x', 'w'], ['logits']), op('ReduceSum', ['logits'], ['total'], { keepdims: 0 })],
});

export const inferRun: ShardRun = {
  ...trainRun,
  kind: 'infer',
  graph: inferGraph,
  state: writeSafetensors(new Map([['w', values('w', [FEATURES, 1])]])),
  steps: 3,
  segment: 2,
};

/** The sum of two states. */
export const mergeGraph = stepGraph({
  inputs: [f('s0.w', [3]), f('s1.w', [3])],
  outputs: [f('w.next', [3])],
  nodes: [op('Add', ['s0.w', 's1.w'], ['w.next'])],
});

/** An inference graph that ignores its input but for its sign, and does `nodes` on the side; `out` is its result. */
function hostile(constants: Record<string, readonly number[]>, nodes: PlainGraph['nodes']): ShardRun {
  const graph = stepGraph({ inputs: [f('x', [1])], outputs: [f('out', [])], constants, nodes });
  const data = writeSafetensors(new Map([['x', values('x', [1])]]));
  return {
    ...trainRun,
    kind: 'infer',
    graph,
    state: writeSafetensors(new Map()),
    data,
    batch: 1,
    steps: 1,
    segment: 1,
  };
}

/** Asks for 2 TB at once. */
export const expandBomb = hostile({ shape: [2 ** 39] }, [
  op('Expand', ['x', 'shape'], ['huge']),
  op('ReduceSum', ['huge'], ['out'], { keepdims: 0 }),
]);

/** Fills memory bit by bit: `parts` tensors of 64 MiB that all live until the sum. */
export function slowBomb(parts: number): ShardRun {
  const names = Array.from({ length: parts }, (_, k) => `part${k}`);
  return hostile({ shape: [2 ** 24] }, [
    ...names.map((name) => op('Expand', ['x', 'shape'], [name])),
    op('Sum', names, ['all']),
    op('ReduceSum', ['all'], ['out'], { keepdims: 0 }),
  ]);
}

/** Minutes of products in one step. */
export const endless = hostile({ shape: [2048, 2048] }, [
  op('Expand', ['x', 'shape'], ['p0']),
  ...Array.from({ length: 1_000 }, (_, k) => op('MatMul', [`p${k}`, 'p0'], [`p${k + 1}`])),
  op('ReduceSum', ['p1000'], ['out'], { keepdims: 0 }),
]);
