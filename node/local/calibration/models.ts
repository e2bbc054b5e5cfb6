/** Small models on which honest errors are measured: perceptrons, a convolution, attention; every operator that usual models train with. */
import { GraphBuilder } from '#engine/graph/build.ts';
import { OPSET } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { perceptron } from '#engine/train/base-model.ts';
import type { OptimizerSpec } from '#engine/train/options.ts';

/** A forward model with what it is trained by. */
export interface Subject {
  readonly name: string;
  readonly model: Uint8Array;
  readonly batch: number;
  /** Sizes of x after the batch. */
  readonly row: readonly number[];
  readonly classes: number;
  readonly optimizer: OptimizerSpec;
}

const filled = (b: GraphBuilder, name: string, shape: readonly number[], number: number): string =>
  b.initializer(name, tensorOf('float32', shape, new Array<number>(elementCount(shape)).fill(number)));

const weight = (b: GraphBuilder, name: string, shape: readonly number[]): string => filled(b, name, shape, 0);

function linear(b: GraphBuilder, name: string, x: string, from: number, to: number): string {
  const product = b.op('MatMul', [x, weight(b, `${name}.weight`, [from, to])]);
  return b.op('Add', [product, weight(b, `${name}.bias`, [to])]);
}

function finish(b: GraphBuilder, output: string, name: string): Uint8Array {
  b.output(output, 'logits');
  return encodeModel({ opset: OPSET, graph: b.finish(name) });
}

/** 3 × 3 kernels, pooled, and a product behind them. */
function convolution(batch: number, size: number, classes: number): Uint8Array {
  const b = new GraphBuilder();
  const x = b.input('image', { dtype: 'float32', shape: [batch, 1, size, size] });
  const kernel = weight(b, 'kernel', [4, 1, 3, 3]);
  const bias = weight(b, 'bias', [4]);
  const found = b.op('Conv', [x, kernel, bias], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  const pooled = b.op('MaxPool', [b.op('Relu', [found])], { kernel_shape: [2, 2], strides: [2, 2] });
  const flat = b.op('Flatten', [pooled], { axis: 1 });
  return finish(b, linear(b, 'head', flat, size * size, classes), 'convolution');
}

/** One head over a few places, normalized, with the exact GELU, arXiv 1706.03762 and 1606.08415. */
function attention(batch: number, places: number, width: number, classes: number): Uint8Array {
  const b = new GraphBuilder();
  const x = b.input('places', { dtype: 'float32', shape: [batch, places, width] });
  const scale = filled(b, 'norm.weight', [width], 1);
  const normal = b.op('LayerNormalization', [x, scale, weight(b, 'norm.bias', [width])], { axis: -1 });
  const [q, k, v] = ['q', 'k', 'v'].map((name) => linear(b, name, normal, width, width)) as [string, string, string];
  const turned = b.op('Transpose', [k], { perm: [0, 2, 1] });
  const scores = b.op('Mul', [b.op('MatMul', [q, turned]), b.scalar('float32', width ** -0.5)]);
  const mixed = b.op('MatMul', [b.op('Softmax', [scores], { axis: -1 }), v]);
  const added = b.op('Add', [x, linear(b, 'out', mixed, width, width)]);
  const wide = linear(b, 'up', added, width, 2 * width);
  const bell = b.op('Erf', [b.op('Mul', [wide, b.scalar('float32', Math.SQRT1_2)])]);
  const half = b.op('Mul', [b.op('Add', [bell, b.scalar('float32', 1)]), b.scalar('float32', 0.5)]);
  const back = b.op('Add', [added, linear(b, 'down', b.op('Mul', [wide, half]), 2 * width, width)]);
  const mean = b.op('ReduceMean', [b.op('Tanh', [back]), b.integers([1])], { keepdims: 0 });
  return finish(b, linear(b, 'head', mean, width, classes), 'attention');
}

const MOMENTUM = { kind: 'sgd', lr: 0.05, momentum: 0.9 } as const;
const ADAMW = { kind: 'adamw', lr: 0.001 } as const;

/** In the order of their sizes. */
export function builtIn(): Subject[] {
  const small = { model: perceptron({ features: 16, layers: [32], classes: 10 }), batch: 16, row: [16], classes: 10 };
  const deep = {
    model: perceptron({ features: 32, layers: [64, 64], classes: 10 }),
    batch: 32,
    row: [32],
    classes: 10,
  };
  const image = { model: convolution(8, 8, 4), batch: 8, row: [1, 8, 8], classes: 4 };
  const places = { model: attention(8, 6, 16, 4), batch: 8, row: [6, 16], classes: 4 };
  return [
    { name: 'mlp sgd', ...small, optimizer: { kind: 'sgd', lr: 0.05 } },
    { name: 'mlp momentum', ...small, optimizer: MOMENTUM },
    { name: 'mlp lion', ...small, optimizer: { kind: 'lion', lr: 0.0003 } },
    { name: 'deep adamw', ...deep, optimizer: ADAMW },
    { name: 'convolution momentum', ...image, optimizer: MOMENTUM },
    { name: 'attention adamw', ...places, optimizer: ADAMW },
  ];
}
