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

const SEED: Hash = sha256Hash(new TextEncoder().encode('corex.golden.v1'));

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
    inputs: [float32('w', [300, 33]), float32('rate', [1]), float32('x', [17, 300])],
    outputs: [float32('w.next', [300, 33]), float32('rate.next', [1]), float32('loss', [])],
    nodes: [
      op('MatMul', ['x', 'w'], ['p']),
      op('Relu', ['p'], ['r']),
      op('Mul', ['r', 'r'], ['square']),
      op('ReduceSum', ['square'], ['loss'], { keepdims: 0 }),
      op('Transpose', ['x'], ['xt'], { perm: [1, 0] }),
      op('MatMul', ['xt', 'r'], ['slope']),
      op('Mul', ['slope', 'rate'], ['move']),
      op('Sub', ['w', 'move'], ['w.next']),
      op('Identity', ['rate'], ['rate.next']),
    ],
  };
  return golden('products', graph, {
    x: values('products.x', [40, 300], 0),
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
    inputs: [float32('kernel', [10, 3, 3, 3]), float32('bias', [10]), float32('x', [4, 3, 14, 14])],
    outputs: [float32('largest', [4, 10, 7, 7]), float32('mean', [4, 10, 7, 7])],
    nodes: [
      op('Conv', ['x', 'kernel', 'bias'], ['c'], { pads: [1, 1, 1, 1], kernel_shape: [3, 3] }),
      op('MaxPool', ['c'], ['largest'], { kernel_shape: [2, 2], strides: [2, 2] }),
      op('AveragePool', ['c'], ['mean'], { kernel_shape: [2, 2], strides: [2, 2] }),
    ],
  };
  const state = { kernel: values('convolution.kernel', [10, 3, 3, 3], -2), bias: values('convolution.bias', [10], -3) };
  return golden('convolution', graph, { x: values('convolution.x', [6, 3, 14, 14], 0), state });
}

/** Log-softmax as the canonicaliser emits it: in float64, cast back to float32 (DESIGN section 5). */
function island(): GoldenCase {
  const graph: PlainGraph = {
    inputs: [float32('x', [16, 101])],
    outputs: [float32('softmax', [16, 101]), float32('logarithm', [16, 1])],
    constants: { last: [1] },
    nodes: [
      op('ReduceMax', ['x', 'last'], ['max']),
      op('Sub', ['x', 'max'], ['shifted']),
      op('Cast', ['shifted'], ['wide'], { to: 11 }),
      op('Exp', ['wide'], ['powers']),
      op('ReduceSum', ['powers', 'last'], ['sum']),
      op('Div', ['powers', 'sum'], ['ratio']),
      op('Cast', ['ratio'], ['softmax'], { to: 1 }),
      op('Log', ['sum'], ['log']),
      op('Cast', ['log'], ['logarithm'], { to: 1 }),
    ],
  };
  return golden('island', graph, { x: values('island.x', [40, 101], 4) });
}

/** In the order in which their digests enter the class. */
export function goldenSuite(): GoldenCase[] {
  return [products(), elementwise(), convolution(), island()];
}
