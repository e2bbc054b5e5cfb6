/** Element types and shapes that the rules tell are those that the runtime finds; and shapes that do not fit are refused. */
import t from 'tap';
import { GraphBuilder } from '#engine/graph/build.ts';
import { OPSET } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { CATALOGUE, type OperatorName } from '#engine/ops/catalogue.ts';
import { openRunner } from '../train/running.ts';
import { CASES, type Case, spreadOut } from './cases.ts';

const compare = (op: OperatorName): Case => ({ shapes: [[2, 3], [3]], add: (b, x) => b.op(op, x) });

/** Operators without a gradient. */
const OTHERS: Partial<Record<OperatorName, Case>> = {
  Equal: compare('Equal'),
  Greater: compare('Greater'),
  ArgMax: { shapes: [[2, 3, 4]], add: (b, [x = '']) => b.op('ArgMax', [x], { axis: -2, keepdims: 0 }) },
  Clip: {
    shapes: [[2, 3]],
    add: (b, [x = '']) => b.op('Clip', [x, b.scalar('float64', -1), b.scalar('float64', 1)]),
  },
  Constant: {
    shapes: [[2]],
    add: (b, [x = '']) => {
      const value = { kind: 'tensor', value: tensorOf('float64', [2], [1, 2]) } as const;
      return b.op('Add', [x, b.op('Constant', [], { value })]);
    },
  },
  Gather: {
    shapes: [[4, 5]],
    add: (b, [x = '']) => b.op('Gather', [x, b.values('int64', [2, 2], [0, 1, 3, 3])], { axis: -1 }),
  },
  OneHot: {
    shapes: [[2, 3]],
    low: 0,
    high: 3,
    add: (b, [x = '']) =>
      b.op('OneHot', [b.op('Cast', [x], { to: 7 }), b.integers([4]), b.values('float32', [2], [0, 1])], { axis: 1 }),
  },
};

for (const op of Object.keys(CATALOGUE) as OperatorName[]) {
  t.test(op, async (t) => {
    const cases = CASES[op] ?? (OTHERS[op] === undefined ? [] : [OTHERS[op]]);
    t.not(cases.length, 0, 'it has a case');
    for (const [i, of] of cases.entries()) {
      const b = new GraphBuilder();
      const range = { low: of.low ?? 0.2, high: of.high ?? 1.7 };
      const feeds = new Map<string, Tensor>(
        of.shapes.map((shape, k) => [`x${k}`, spreadOut(`${op}.${i}.${k}`, shape, range)]),
      );
      const y = of.add(
        b,
        [...feeds].map(([name, tensor]) => b.input(name, tensor)),
      );
      b.output(y, 'y');
      const runner = await openRunner(encodeModel({ opset: OPSET, graph: b.finish('shape') }));
      const found = (await runner.run(feeds)).get('y');
      await runner.close();
      const { dtype, shape } = b.info(y);
      t.same({ dtype: found?.dtype, shape: found?.shape }, { dtype, shape }, JSON.stringify(of.shapes));
    }
  });
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
