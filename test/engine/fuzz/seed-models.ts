/** Sound models that the fuzz run damages: small ones of several kinds, the project's example, and files from folders. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attribute, type DeclaredValue, type Graph, type Node, OPSET } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { perceptron } from '#engine/train/base-model.ts';
import { root } from '#tools/sources.ts';
import { node } from '../onnx/models.ts';
import type { SeedModel } from './mutate.ts';

const weight = (shape: readonly number[]): Tensor => {
  const count = shape.reduce((product, size) => product * size, 1);
  return tensorOf(
    'float32',
    shape,
    Array.from({ length: count }, (_, i) => ((i * 7) % 11) / 11 - 0.5),
  );
};
const int64 = (...numbers: readonly number[]): Tensor => tensorOf('int64', [numbers.length], numbers);
const int = (value: number): Attribute => ({ kind: 'int', value });
const ints = (...value: readonly number[]): Attribute => ({ kind: 'ints', value });
const value = (
  name: string,
  shape: DeclaredValue['shape'],
  dtype: DeclaredValue['dtype'] = 'float32',
): DeclaredValue => ({
  name,
  dtype,
  shape,
});

function model(of: {
  readonly input: DeclaredValue;
  readonly output: DeclaredValue;
  readonly nodes: readonly Node[];
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly values?: readonly DeclaredValue[];
}): Uint8Array {
  const graph: Graph = {
    name: 'seed',
    inputs: [of.input],
    outputs: [of.output],
    nodes: of.nodes,
    initializers: new Map(Object.entries(of.tensors)),
    opaque: new Map(),
    values: of.values ?? [],
  };
  return encodeModel({ opset: OPSET, graph });
}

const convolution = (): Uint8Array =>
  model({
    input: value('image', ['batch', 1, 6, 6]),
    output: value('scores', ['batch', 3]),
    nodes: [
      node('Conv', ['image', 'kernel', 'bias'], 'c', {
        kernel_shape: ints(3, 3),
        pads: ints(1, 1, 1, 1),
        strides: ints(1, 1),
      }),
      node('Relu', ['c'], 'r'),
      node('MaxPool', ['r'], 'p', { kernel_shape: ints(2, 2), strides: ints(2, 2) }),
      node('Flatten', ['p'], 'f', { axis: int(1) }),
      node('Gemm', ['f', 'w', 'b'], 'scores', { transB: int(1) }),
    ],
    tensors: { kernel: weight([2, 1, 3, 3]), bias: weight([2]), w: weight([3, 18]), b: weight([3]) },
    values: [value('c', ['batch', 2, 6, 6]), value('p', ['batch', 2, 3, 3])],
  });

const tokens = (): Uint8Array =>
  model({
    input: value('tokens', ['batch', 4], 'int64'),
    output: value('scores', ['batch', 4, 5]),
    nodes: [
      node('Gather', ['table', 'tokens'], 'e', { axis: int(0) }),
      node('MatMul', ['e', 'query'], 'q'),
      node('Transpose', ['e'], 't', { perm: ints(0, 2, 1) }),
      node('MatMul', ['q', 't'], 'a'),
      node('Softmax', ['a'], 's', { axis: int(-1) }),
      node('MatMul', ['s', 'e'], 'm'),
      node('ReduceMean', ['m', 'last'], 'mean', { keepdims: int(1) }),
      node('Sub', ['m', 'mean'], 'centred'),
      node('MatMul', ['centred', 'head'], 'scores'),
    ],
    tensors: { table: weight([5, 6]), query: weight([6, 6]), head: weight([6, 5]), last: int64(2) },
  });

const shapes = (): Uint8Array =>
  model({
    input: value('v', ['batch', 4]),
    output: value('scores', ['batch', 4]),
    nodes: [
      node('Reshape', ['v', 'square'], 'r'),
      node('Mul', ['r', 'w'], 'm'),
      node('Slice', ['m', 'from', 'to', 'axes'], 'left'),
      node('Slice', ['m', 'to', 'end', 'axes'], 'right'),
      node('Concat', ['right', 'left'], 'c', { axis: int(2) }),
      node('Expand', ['c', 'wide'], 'e'),
      node('Tanh', ['e'], 't'),
      node('Clip', ['t', 'low', 'high'], 'k'),
      node('Reshape', ['k', 'flat'], 'scores', { allowzero: int(0) }),
    ],
    tensors: {
      ...{ square: int64(-1, 2, 2), flat: int64(-1, 4), wide: int64(1, 1, 1) },
      ...{ from: int64(0), to: int64(1), end: int64(2), axes: int64(2) },
      ...{ w: weight([1, 2, 2]), low: tensorOf('float32', [], [-0.5]), high: tensorOf('float32', [], [0.5]) },
    },
  });

export function smallModels(): SeedModel[] {
  const first = (_: string, shape: readonly number[]): Tensor => weight(shape);
  return [
    { name: 'perceptron', bytes: perceptron({ features: 8, layers: [6], classes: 3, weight: first }) },
    { name: 'convolution', bytes: convolution() },
    { name: 'tokens', bytes: tokens() },
    { name: 'shapes', bytes: shapes() },
  ];
}

/** Every .onnx file below a folder. */
export function modelsIn(folder: string): SeedModel[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.onnx'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ name: file.slice(folder.length + 1), bytes: new Uint8Array(readFileSync(file)) }));
}

export const exampleModels = (): SeedModel[] => modelsIn(join(root, 'examples'));
