/** The golden suite: small fixed graphs on fixed data; engines that answer the same bytes are one comparison class. */
import { SeededRandom } from '#engine/data/random.ts';
import { uniform } from '#engine/data/synthetic.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import type { Hash } from '#protocol/ids.ts';
import { encodePlainGraph, type PlainGraph, type PlainNode, type PlainValue } from './plain-onnx.ts';
import type { ShardRun } from './shard-run.ts';

export interface GoldenCase {
  readonly name: string;
  readonly run: ShardRun;
}

const SEED: Hash = sha256Hash(new TextEncoder().encode('corex.golden.v2'));

const float32 = (name: string, shape: readonly number[]): PlainValue => ({ name, dtype: 'float32', shape });
const op = (
  name: string,
  inputs: string[],
  outputs: string[],
  attributes: PlainNode['attributes'] = {},
): PlainNode => ({
  op: name,
  inputs,
  outputs,
  attributes,
});

/** Values in [-2^exponent, 2^exponent), the same everywhere. */
const values = (name: string, shape: readonly number[], exponent: number): Tensor =>
  uniform(new SeededRandom(SEED, name), shape, exponent);

function golden(name: string, graph: PlainGraph, tensors: { x: Tensor; state?: Record<string, Tensor> }): GoldenCase {
  const { x, state = {} } = tensors;
  const batch = graph.inputs.find((input) => input.name === 'x')?.shape[0] ?? 1;
  const kind = graph.outputs.some((output) => output.name.endsWith('.next')) ? 'train' : 'infer';
  const steps = kind === 'train' ? 4 : Math.ceil((x.shape[0] ?? 0) / batch);
  const files = {
    state: writeSafetensors(new Map(Object.entries(state))),
    data: writeSafetensors(new Map([['x', x]])),
  };
  return {
    name,
    run: { graph: encodePlainGraph(graph), kind, ...files, batch, firstStep: 0, steps, segment: steps, seed: SEED },
  };
}

/** Products of two runtime operands, K across the runtime's blocks of 256 and below it, and descent on |xw|². */
function products(): GoldenCase {
  const graph: PlainGraph = {
    inputs: [float32('w', [300, 33]), float32('rate', [1]), float32('x', [40, 300])],
    outputs: [float32('w.next', [300, 33]), float32('rate.next', [1]), float32('loss', [33])],
    constants: { rows: [0] },
    nodes: [
      op('MatMul', ['x', 'w'], ['p']),
      op('Relu', ['p'], ['r']),
      op('Mul', ['r', 'r'], ['square']),
      op('ReduceSum', ['square', 'rows'], ['loss'], { keepdims: 0 }),
      op('Gemm', ['x', 'r'], ['slope'], { transA: 1 }),
      op('Mul', ['slope', 'rate'], ['move']),
      op('Sub', ['w', 'move'], ['w.next']),
      op('Identity', ['rate'], ['rate.next']),
    ],
  };
  return golden('products', graph, {
    x: values('products.x', [70, 300], 0),
    state: { w: values('products.w', [300, 33], -4), rate: values('products.rate', [1], -10) },
  });
}

function elementwise(): GoldenCase {
  const functions = ['Tanh', 'Sigmoid', 'Erf', 'Exp'] as const;
  const shape = [8, 257];
  const graph: PlainGraph = {
    inputs: [float32('x', shape)],
    outputs: [...functions, 'Sqrt', 'Div'].map((name) => float32(name, shape)),
    nodes: [
      ...functions.map((name) => op(name, ['x'], [name])),
      op('Abs', ['x'], ['abs']),
      op('Sqrt', ['abs'], ['Sqrt']),
      op('Div', ['Exp', 'Sigmoid'], ['Div']),
    ],
  };
  return golden('elementwise', graph, { x: values('elementwise.x', [19, 257], 3) });
}

function convolution(): GoldenCase {
  const graph: PlainGraph = {
    inputs: [
      float32('kernel', [12, 3, 3, 3]),
      float32('grouped', [16, 3, 3, 3]),
      float32('up', [16, 6, 3, 3]),
      float32('bias', [12]),
      float32('x', [4, 3, 14, 14]),
    ],
    outputs: [
      float32('largest', [4, 12, 7, 7]),
      { name: 'places', dtype: 'int64', shape: [4, 12, 7, 7] },
      float32('mean', [4, 16, 7, 7]),
      float32('upward', [4, 6, 29, 29]),
    ],
    nodes: [
      op('Conv', ['x', 'kernel', 'bias'], ['c'], { pads: [1, 1, 1, 1], kernel_shape: [3, 3] }),
      op('MaxPool', ['c'], ['largest', 'places'], { kernel_shape: [2, 2], strides: [2, 2] }),
      op('Conv', ['c', 'grouped'], ['g'], { pads: [1, 1, 1, 1], kernel_shape: [3, 3], group: 4 }),
      op('AveragePool', ['g'], ['mean'], { kernel_shape: [2, 2], strides: [2, 2] }),
      op('ConvTranspose', ['g', 'up'], ['upward'], { kernel_shape: [3, 3], strides: [2, 2] }),
    ],
  };
  const state = {
    kernel: values('convolution.kernel', [12, 3, 3, 3], -2),
    grouped: values('convolution.grouped', [16, 3, 3, 3], -2),
    up: values('convolution.up', [16, 6, 3, 3], -3),
    bias: values('convolution.bias', [12], -3),
  };
  return golden('convolution', graph, { x: values('convolution.x', [6, 3, 14, 14], 0), state });
}

/** Softmax, a logarithm and LayerNormalization as engine/canon writes them: sums by a column of ones, ln in float64. */
function normalization(): GoldenCase {
  const rows: number[] = [16, 101];
  const column = [16, 1];
  const graph: PlainGraph = {
    inputs: [float32('x', rows)],
    outputs: [float32('softmax', rows), float32('logarithm', column), float32('standardized', rows)],
    constants: { last: [1] },
    numbers: {
      ones: { dtype: 'float32', value: 1, rows: 101 },
      shares: { dtype: 'float32', value: 1 / 101, rows: 101 },
      epsilon: { dtype: 'float32', value: 1e-5 },
      unit: { dtype: 'float32', value: 1 },
      one: { dtype: 'float64', value: 1 },
      third: { dtype: 'float64', value: 1 / 3 },
      two: { dtype: 'float64', value: 64 },
    },
    nodes: [
      op('ReduceMax', ['x', 'last'], ['max']),
      op('Sub', ['x', 'max'], ['shifted']),
      op('Exp', ['shifted'], ['powers']),
      op('MatMul', ['powers', 'ones'], ['sum']),
      op('Div', ['powers', 'sum'], ['softmax']),
      op('Cast', ['sum'], ['root0'], { to: 11 }),
      ...[0, 1, 2, 3, 4].map((i) => op('Sqrt', [`root${i}`], [`root${i + 1}`])),
      op('Sub', ['root5', 'one'], ['above']),
      op('Add', ['root5', 'one'], ['below']),
      op('Div', ['above', 'below'], ['z']),
      op('Mul', ['z', 'z'], ['u']),
      op('Mul', ['u', 'third'], ['bend']),
      op('Add', ['bend', 'one'], ['series']),
      op('Mul', ['z', 'series'], ['artanh']),
      op('Mul', ['artanh', 'two'], ['ln']),
      op('Cast', ['ln'], ['logarithm'], { to: 1 }),
      op('MatMul', ['x', 'shares'], ['mean']),
      op('Sub', ['x', 'mean'], ['difference']),
      op('Mul', ['difference', 'difference'], ['square']),
      op('MatMul', ['square', 'shares'], ['variance']),
      op('Add', ['variance', 'epsilon'], ['padded']),
      op('Sqrt', ['padded'], ['deviation']),
      op('Div', ['unit', 'deviation'], ['inverse']),
      op('Mul', ['difference', 'inverse'], ['standardized']),
    ],
  };
  return golden('normalization', graph, { x: values('normalization.x', [40, 101], 3) });
}

/** Scores of heads against each other, in a batch and with a right operand that all share. */
function attention(): GoldenCase {
  const graph: PlainGraph = {
    inputs: [float32('q', [24, 24]), float32('x', [2, 33, 24])],
    outputs: [float32('mixed', [2, 33, 24])],
    nodes: [
      op('MatMul', ['x', 'q'], ['queries']),
      op('Transpose', ['x'], ['keys'], { perm: [0, 2, 1] }),
      op('MatMul', ['queries', 'keys'], ['scores']),
      op('MatMul', ['scores', 'x'], ['mixed']),
    ],
  };
  const state = { q: values('attention.q', [24, 24], -2) };
  return golden('attention', graph, { x: values('attention.x', [4, 33, 24], 0), state });
}

/** Rows of a table, and their gradient: many rows of one index are added up in their order. */
function table(): GoldenCase {
  const graph: PlainGraph = {
    inputs: [float32('table', [7, 19]), float32('x', [60, 19])],
    outputs: [float32('table.next', [7, 19]), float32('running', [60, 19])],
    constants: {
      first: [0],
      indices: Array.from({ length: 60 }, (_, i) => (i * i) % 7),
      like: [60, 1],
      wide: [60, 19],
    },
    nodes: [
      op('Gather', ['table', 'indices'], ['rows'], { axis: 0 }),
      op('Mul', ['rows', 'x'], ['slopes']),
      op('Reshape', ['indices', 'like'], ['column']),
      op('Expand', ['column', 'wide'], ['places']),
      op('Sub', ['table', 'table'], ['zeros']),
      op('GatherElements', ['table', 'places'], ['same'], { axis: 0 }),
      op('CumSum', ['same', 'first'], ['running'], { exclusive: 0 }),
      op('ScatterElements', ['zeros', 'places', 'slopes'], ['gradient'], { axis: 0, reduction: 'add' }),
      op('Sub', ['table', 'gradient'], ['table.next']),
    ],
  };
  const state = { table: values('table.table', [7, 19], -6) };
  return golden('table', graph, { x: values('table.x', [130, 19], -5), state });
}

/** Adam on |xw|² with its gradient cut to a norm of one; K = 1000, the transposed operand read in place. */
function optimizer(): GoldenCase {
  const shape = [1000, 9];
  const state = ['w', 'm', 'v'] as const;
  const numbers = {
    keep: 0.875,
    take: 0.125,
    keepSquare: 0.96875,
    takeSquare: 0.03125,
    epsilon: 1e-8,
    rate: 0.01,
    unit: 1,
  };
  const graph: PlainGraph = {
    inputs: [...state.map((name) => float32(name, shape)), float32('x', [13, 1000])],
    outputs: [...state.map((name) => float32(`${name}.next`, shape)), float32('norm', [1, 1])],
    constants: { rows: [0], line: [1, 9] },
    numbers: {
      ones: { dtype: 'float32', value: 1, rows: 9 },
      ...Object.fromEntries(
        Object.entries(numbers).map(([name, value]) => [name, { dtype: 'float32', value } as const]),
      ),
    },
    nodes: [
      op('MatMul', ['x', 'w'], ['p']),
      op('Gemm', ['x', 'p'], ['slope'], { transA: 1 }),
      op('Mul', ['slope', 'slope'], ['square']),
      op('ReduceSum', ['square', 'rows'], ['columns']),
      op('MatMul', ['columns', 'ones'], ['total']),
      op('Sqrt', ['total'], ['norm']),
      op('Max', ['norm', 'unit'], ['limit']),
      op('Div', ['slope', 'limit'], ['g']),
      op('Mul', ['m', 'keep'], ['m.kept']),
      op('Mul', ['g', 'take'], ['m.taken']),
      op('Add', ['m.kept', 'm.taken'], ['m.next']),
      op('Mul', ['g', 'g'], ['g.square']),
      op('Mul', ['v', 'keepSquare'], ['v.kept']),
      op('Mul', ['g.square', 'takeSquare'], ['v.taken']),
      op('Add', ['v.kept', 'v.taken'], ['v.next']),
      op('Sqrt', ['v.next'], ['deviation']),
      op('Add', ['deviation', 'epsilon'], ['below']),
      op('Div', ['m.next', 'below'], ['direction']),
      op('Mul', ['direction', 'rate'], ['move']),
      op('Sub', ['w', 'move'], ['w.next']),
    ],
  };
  const zeros: Tensor = { dtype: 'float32', shape, data: new Uint8Array(4 * 9000) };
  return golden('optimizer', graph, {
    x: values('optimizer.x', [40, 1000], 0),
    state: { w: values('optimizer.w', shape, -4), m: zeros, v: zeros },
  });
}

/** In the order in which their digests enter the class. */
export function goldenSuite(): GoldenCase[] {
  return [products(), elementwise(), convolution(), normalization(), attention(), table(), optimizer()];
}
