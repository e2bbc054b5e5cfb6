/** One small graph for each operator of the catalogue: seeded inputs, away from kinks, in float64 so that differences are sharp. */
import { SeededRandom } from '#engine/data/random.ts';
import type { GraphBuilder } from '#engine/graph/build.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import type { OperatorName } from '#engine/ops/catalogue.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';

/** Distinct values with gaps of at least 1/count, shuffled: no ties and no zero, whatever the operator compares. */
export function spreadOut(name: string, shape: readonly number[], range: { low: number; high: number }): Tensor {
  const count = elementCount(shape);
  const random = new SeededRandom(sha256Hash(Buffer.from(name)), 'spread');
  const places = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [places[i], places[j]] = [places[j] as number, places[i] as number];
  }
  const step = (range.high - range.low) / count;
  return tensorOf(
    'float64',
    shape,
    places.map((place) => range.low + (place + 0.5) * step),
  );
}

export interface Case {
  /** Shapes of the inputs x0, x1, … that are differentiated. */
  readonly shapes: ReadonlyArray<readonly number[]>;
  readonly low?: number;
  readonly high?: number;
  /** Adds the operator. @returns its result */
  add(b: GraphBuilder, x: readonly string[]): string;
}

const unary = (op: OperatorName, low = -1.5, high = 1.7): Case[] => [
  { shapes: [[3, 4]], low, high, add: (b, [x = '']) => b.op(op, [x]) },
];

/** Same shapes, a row against a matrix, and both sides broadcast. */
const binary = (op: OperatorName, low = -1.5, high = 1.7): Case[] =>
  [
    [
      [3, 4],
      [3, 4],
    ],
    [[3, 4], [4]],
    [
      [2, 1, 3],
      [4, 1],
    ],
    [[], [2, 3]],
  ].map((shapes) => ({
    shapes,
    low,
    high,
    add: (b, x) => b.op(op, x),
  }));

const gemm = (transA: number, transB: number, bias: readonly number[]): Case => ({
  shapes: [transA === 1 ? [4, 3] : [3, 4], transB === 1 ? [5, 4] : [4, 5], bias],
  add: (b, x) =>
    b.op('Gemm', x, { transA, transB, alpha: { kind: 'float', value: 0.5 }, beta: { kind: 'float', value: 1.5 } }),
});

const reductions = (op: OperatorName): Case[] => [
  { shapes: [[2, 3, 4]], add: (b, [x = '']) => b.op(op, [x, b.integers([1])], { keepdims: 1 }) },
  { shapes: [[2, 3, 4]], add: (b, [x = '']) => b.op(op, [x, b.integers([0, -1])], { keepdims: 0 }) },
  { shapes: [[2, 3]], add: (b, [x = '']) => b.op(op, [x], { keepdims: 0 }) },
];

const alongAxes = (op: OperatorName): Case[] =>
  [-1, 0, 1].map((axis) => ({ shapes: [[3, 4]], add: (b, [x = '']) => b.op(op, [x], { axis }) }));

const isOdd = (b: GraphBuilder): string => b.initializer('mask', tensorOf('bool', [3, 1], [1, 0, 1]));

/** A row of the catalogue with a gradient and without a case makes the test fail. */
export const CASES: Partial<Record<OperatorName, readonly Case[]>> = {
  Clip: [
    {
      shapes: [[2, 5]],
      add: (b, [x = '']) => b.op('Clip', [x, b.scalar('float64', -0.25), b.scalar('float64', 0.3)]),
    },
  ],
  Add: binary('Add'),
  Sub: binary('Sub'),
  Mul: binary('Mul'),
  Div: binary('Div', 0.5, 2),
  Max: binary('Max'),
  Min: binary('Min'),
  Neg: unary('Neg'),
  Relu: unary('Relu'),
  Tanh: unary('Tanh'),
  Sigmoid: unary('Sigmoid'),
  Exp: unary('Exp'),
  Identity: unary('Identity'),
  Log: unary('Log', 0.3, 3),
  Sqrt: unary('Sqrt', 0.3, 3),
  Pow: [2, 3, 0.5, -1].map((exponent) => ({
    shapes: [[3, 4]],
    low: 0.5,
    high: 2,
    add: (b, [x = '']) => b.op('Pow', [x, b.scalar('float64', exponent)]),
  })),
  Gemm: [gemm(0, 0, [5]), gemm(1, 0, [3, 5]), gemm(0, 1, [3, 1]), gemm(1, 1, [1, 5])],
  MatMul: [
    {
      shapes: [
        [3, 4],
        [4, 2],
      ],
      add: (b, x) => b.op('MatMul', x),
    },
    {
      shapes: [
        [2, 3, 4],
        [4, 2],
      ],
      add: (b, x) => b.op('MatMul', x),
    },
    {
      shapes: [
        [2, 1, 3, 4],
        [3, 4, 2],
      ],
      add: (b, x) => b.op('MatMul', x),
    },
  ],
  Softmax: alongAxes('Softmax'),
  LogSoftmax: alongAxes('LogSoftmax'),
  ReduceSum: reductions('ReduceSum'),
  ReduceMean: reductions('ReduceMean'),
  ReduceMax: reductions('ReduceMax'),
  Reshape: [{ shapes: [[3, 4]], add: (b, [x = '']) => b.op('Reshape', [x, b.integers([2, -1])]) }],
  Flatten: [{ shapes: [[2, 3, 2]], add: (b, [x = '']) => b.op('Flatten', [x], { axis: 1 }) }],
  Squeeze: [{ shapes: [[2, 1, 3]], add: (b, [x = '']) => b.op('Squeeze', [x, b.integers([1])]) }],
  Unsqueeze: [{ shapes: [[2, 3]], add: (b, [x = '']) => b.op('Unsqueeze', [x, b.integers([0, -1])]) }],
  Transpose: [
    { shapes: [[2, 3, 4]], add: (b, [x = '']) => b.op('Transpose', [x], { perm: [2, 0, 1] }) },
    { shapes: [[2, 3]], add: (b, [x = '']) => b.op('Transpose', [x]) },
  ],
  Expand: [{ shapes: [[3, 1]], add: (b, [x = '']) => b.op('Expand', [x, b.integers([2, 1, 4])]) }],
  Cast: [{ shapes: [[2, 3]], add: (b, [x = '']) => b.op('Cast', [x], { to: 11 }) }],
  Where: [{ shapes: [[3, 4], [4]], add: (b, x) => b.op('Where', [isOdd(b), ...x]) }],
  Concat: [
    {
      shapes: [
        [2, 3],
        [2, 1],
        [2, 2],
      ],
      add: (b, x) => b.op('Concat', x, { axis: -1 }),
    },
  ],
  Slice: [
    {
      shapes: [[4, 5]],
      add: (b, [x = '']) => b.op('Slice', [x, b.integers([1, -4]), b.integers([3, 2 ** 31]), b.integers([0, 1])]),
    },
    { shapes: [[4, 5]], add: (b, [x = '']) => b.op('Slice', [x, b.integers([0]), b.integers([2])]) },
  ],
};
