/** Products in forms that the reference models do not have, each compared with the runtime at every element. */
import { tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { compare, count, float, floats, numbers, text } from './comparing.ts';

compare('MatMul: stacks that broadcast', { a: floats([2, 1, 3, 300]), b: floats([5, 300, 4]) }, 'DOT', (b) =>
  b.op('MatMul', ['a', 'b']),
);
compare('MatMul: one matrix on the left', { a: floats([3, 300]), b: floats([2, 300, 40]) }, 'DOT', (b) =>
  b.op('MatMul', ['a', 'b']),
);
compare('MatMul: a constant', { a: floats([2, 1, 600]) }, 'DOT', (b) =>
  b.op('MatMul', ['a', b.initializer('w', floats([600, 1]))]),
);
compare(
  'MatMul: a constant stack, a thin one',
  { a: floats([2, 3, 40]), v: floats([40, 1]) },
  ['NONE', 'NONE'],
  (b) => [b.op('MatMul', ['a', b.initializer('w', floats([2, 40, 3]))]), b.op('MatMul', ['a', 'v'])],
);
for (const [transA, transB] of [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const) {
  const [left, right] = [transA ? [300, 3] : [3, 300], transB ? [20, 300] : [300, 20]];
  for (const bias of [[20], [3, 1], [], [3, 20], [1, 20]])
    compare(
      `Gemm ${transA} ${transB}, bias [${bias.join()}]`,
      { a: floats(left), b: floats(right), c: floats(bias) },
      ['DOT', 'DOT'],
      (b) => [
        b.op('Gemm', ['a', 'b', 'c'], { transA, transB, alpha: float(0.7), beta: float(-1.3) }),
        b.op('Gemm', ['a', b.initializer('w', floats(right))], { transA, transB, alpha: float(1.1) }),
      ],
    );
}

const image = { x: floats([2, 6, 7, 9]) };
compare(
  'Conv: strides, holes, uneven pads',
  { ...image, w: floats([4, 6, 3, 2]), c: floats([4]) },
  ['DOT', 'DOT'],
  (b) => [
    b.op('Conv', ['x', 'w', 'c'], { strides: [2, 3], dilations: [1, 2], pads: [1, 0, 2, 3] }),
    b.op('Conv', ['x', 'w'], { auto_pad: text('SAME_LOWER'), strides: [2, 2] }),
  ],
);
compare(
  'Conv: several blocks, and a bias behind them',
  { x: floats([1, 40, 20, 20]), w: floats([2, 40, 3, 3]), c: floats([2]) },
  'DOT',
  (b) => b.op('Conv', ['x', 'w', 'c'], { pads: [1, 1, 1, 1] }),
);
compare('Conv: groups', { ...image, w: floats([6, 2, 3, 3]), c: floats([6]) }, 'DOT', (b) =>
  b.op('Conv', ['x', 'w', 'c'], { group: 3, pads: [1, 1, 1, 1] }),
);
compare('Conv: one filter for a group', { ...image, w: floats([6, 1, 3, 3]) }, 'NONE', (b) =>
  b.op('Conv', ['x', 'w'], { group: 6 }),
);
compare('Conv: constant filters of one place', image, 'DOT', (b) =>
  b.op('Conv', ['x', b.initializer('w', floats([5, 6, 1, 1]))]),
);
compare('no form', image, ['NONE', 'NONE'], (b) => b.ops('MaxPool', ['x'], { kernel_shape: [2, 2] }, 2));

for (const [kernel, stride, pad, extra] of [
  [3, 2, 1, 1],
  [3, 1, 1, 0],
  [2, 2, 0, 0],
  [1, 2, 0, 1],
  [5, 3, 2, 2],
  [4, 2, 1, 0],
  [2, 3, 0, 1],
] as const) {
  const feeds = { x: floats([2, 20, 4, 5]), w: floats([20, 3, kernel, kernel]) };
  compare(
    `ConvTranspose: kernel ${kernel}, stride ${stride}, pads ${pad}, ${extra} more`,
    feeds,
    ['DOT', 'DOT'],
    (b) => {
      const attributes = { strides: [stride, stride], pads: [pad, pad, pad, pad], output_padding: [extra, extra] };
      const constant = b.initializer('c', floats([20, 2, kernel, kernel]));
      return [b.op('ConvTranspose', ['x', 'w'], attributes), b.op('ConvTranspose', ['x', constant], attributes)];
    },
  );
}
compare(
  'ConvTranspose without a form',
  { x: floats([1, 4, 4, 4]), w: floats([4, 3, 3, 3]), c: floats([3]) },
  ['NONE', 'NONE', 'NONE'],
  (b) => [
    b.op('ConvTranspose', ['x', 'w', 'c']),
    b.op('ConvTranspose', ['x', 'w'], { strides: [2, 2] }),
    b.op('ConvTranspose', ['x', 'w'], { dilations: [2, 2] }),
  ],
);

const endless = (shape: readonly number[]): Tensor =>
  tensorOf(
    'float32',
    shape,
    Array.from({ length: count(shape) }, () => numbers.pick([1, 2, 0, numbers.below(9) > 0 ? 1 : Infinity])),
  );
compare('padding and infinities', { x: endless([1, 4, 4, 4]), w: endless([4, 4, 3, 3]) }, ['DOT', 'DOT'], (b) => [
  b.op('Conv', ['x', 'w'], { pads: [1, 1, 1, 1] }),
  b.op('ConvTranspose', ['x', 'w'], { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }),
]);
