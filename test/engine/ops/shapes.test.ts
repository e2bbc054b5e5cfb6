/** Shapes and element types that do not fit are refused before any runtime sees them. */
import t from 'tap';
import { GraphBuilder } from '#engine/graph/build.ts';

interface Case {
  readonly shapes: ReadonlyArray<readonly number[]>;
  add(b: GraphBuilder, x: readonly string[]): string;
}

const refused: ReadonlyArray<readonly [string, Case]> = [
  ['Add of shapes that do not broadcast', { shapes: [[2, 3], [4]], add: (b, x) => b.op('Add', x) }],
  [
    'MatMul of inner dimensions that differ',
    {
      shapes: [
        [2, 3],
        [4, 2],
      ],
      add: (b, x) => b.op('MatMul', x),
    },
  ],
  ['Gemm with a bias that does not fit', { shapes: [[2, 3], [3, 2], [5]], add: (b, x) => b.op('Gemm', x) }],
  [
    'Reshape to another number of elements',
    { shapes: [[2, 3]], add: (b, [x = '']) => b.op('Reshape', [x, b.integers([4, 2])]) },
  ],
  [
    'Reshape with two open dimensions',
    { shapes: [[2, 3]], add: (b, [x = '']) => b.op('Reshape', [x, b.integers([-1, -1])]) },
  ],
  [
    'Squeeze of a dimension that is not one',
    { shapes: [[2, 3]], add: (b, [x = '']) => b.op('Squeeze', [x, b.integers([1])]) },
  ],
  [
    'Concat of sides that differ',
    {
      shapes: [
        [2, 3],
        [4, 3],
      ],
      add: (b, x) => b.op('Concat', x, { axis: 1 }),
    },
  ],
  [
    'Softmax along an axis that is not there',
    { shapes: [[2, 3]], add: (b, [x = '']) => b.op('Softmax', [x], { axis: 2 }) },
  ],
  [
    'Transpose that names an axis twice',
    { shapes: [[2, 3]], add: (b, [x = '']) => b.op('Transpose', [x], { perm: [0, 0] }) },
  ],
];

for (const [title, { shapes, add }] of refused) {
  t.test(`refused: ${title}`, (t) => {
    const b = new GraphBuilder();
    const names = shapes.map((shape, i) => b.input(`x${i}`, { dtype: 'float64', shape }));
    t.throws(() => add(b, names), { code: 'MODEL_SHAPE' });
    t.end();
  });
}

t.test('operands of different element types', (t) => {
  const b = new GraphBuilder();
  const names = [b.input('a', { dtype: 'float32', shape: [2] }), b.input('b', { dtype: 'float64', shape: [2] })];
  t.throws(() => b.op('Add', names), { code: 'MODEL_SHAPE' });
  t.end();
});
