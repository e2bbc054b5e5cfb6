/** An exact graph computes what its operators do, of operators that are the same everywhere, in every opset that we take. */
import t from 'tap';
import { toExact } from '#engine/canon/rewrite.ts';
import { type Attribute, type DeclaredValue, type Graph, OPSET } from '#engine/graph/graph.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import { elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { inexactNode } from '#engine/ops/determinism.ts';
import { numbersAt, runOnce, worstError } from '#test/engine/train/running.ts';

interface Case {
  readonly op: string;
  readonly title?: string;
  readonly inputs: readonly Tensor[];
  readonly attributes?: Readonly<Record<string, number | readonly number[] | Attribute>>;
  /** Shapes of the results; one like the first operand if left out. */
  readonly results?: ReadonlyArray<readonly number[]>;
  readonly opsets?: readonly number[];
  /** How far the plain operator itself is off, relative to the largest result. */
  readonly within?: number;
}

const wave = (shape: readonly number[], scale = 2, shift = 0): Tensor =>
  tensorOf(
    'float32',
    shape,
    Array.from({ length: elementCount(shape) }, (_, i) => shift + scale * Math.sin(1 + i * 1.7)),
  );
const integers = (...numbers: number[]): Tensor => tensorOf('int64', [numbers.length], numbers);
const number = (value: number): Tensor => tensorOf('float32', [], [value]);

const sums = ['ReduceSum', 'ReduceMean', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare'].flatMap((op) =>
  [[2], [0], [1], [0, 1], [1, 2], [0, 2], [0, 1, 2]].flatMap((axes) =>
    [0, 1].map((keepdims): Case => {
      const shape = [3, 5, 14];
      const result = shape.flatMap((size, axis) => (!axes.includes(axis) ? [size] : keepdims === 1 ? [1] : []));
      return {
        op,
        title: `over ${axes} ${keepdims}`,
        inputs: [wave(shape, 2, 0.5), integers(...axes)],
        attributes: { keepdims },
        results: [result],
        within: 3e-6,
      };
    }),
  ),
);

const powers = [0, 1, 2, 3, 4, 7, 0.5, 1.5, -0.5, -1, -2, 1.7, 12].map(
  (power): Case => ({ op: 'Pow', title: `${power}`, inputs: [wave([40], 1, 1.5), number(power)], within: 2e-6 }),
);

const products: Case[] = [
  { op: 'MatMul', title: 'one column', inputs: [wave([7, 300]), wave([300, 1])], results: [[7, 1]] },
  { op: 'MatMul', title: 'one row', inputs: [wave([1, 300]), wave([300, 7])], results: [[1, 7]] },
  { op: 'MatMul', title: 'one of each', inputs: [wave([1, 300]), wave([300, 1])], results: [[1, 1]] },
  { op: 'MatMul', title: 'rows in a batch', inputs: [wave([4, 1, 30]), wave([4, 30, 7])], results: [[4, 1, 7]] },
  { op: 'MatMul', title: 'columns in a batch', inputs: [wave([4, 7, 30]), wave([30, 1])], results: [[4, 7, 1]] },
  { op: 'MatMul', title: 'vector left', inputs: [wave([30]), wave([30, 7])], results: [[7]] },
  { op: 'MatMul', title: 'vector right', inputs: [wave([2, 7, 30]), wave([30])], results: [[2, 7]] },
  { op: 'MatMul', title: 'two vectors', inputs: [wave([30]), wave([30])], results: [[]] },
  { op: 'MatMul', title: 'vector left of a batch', inputs: [wave([30]), wave([4, 30, 7])], results: [[4, 7]] },
  { op: 'MatMul', title: 'long and wide', inputs: [wave([5, 300]), wave([300, 40])], results: [[5, 40]] },
  {
    op: 'MatMul',
    title: 'long and wide in a batch',
    inputs: [wave([3, 5, 300]), wave([3, 300, 40])],
    results: [[3, 5, 40]],
  },
  {
    op: 'Gemm',
    title: 'one column',
    inputs: [wave([300, 7]), wave([1, 300]), wave([1])],
    attributes: { transA: 1, transB: 1, alpha: { kind: 'float', value: 0.5 } },
    results: [[7, 1]],
  },
  {
    op: 'Gemm',
    title: 'long and wide',
    inputs: [wave([5, 300]), wave([40, 300]), wave([40])],
    attributes: { transB: 1, beta: { kind: 'float', value: 2 } },
    results: [[5, 40]],
  },
];

const CASES: readonly Case[] = [
  ...['Softmax', 'LogSoftmax'].flatMap((op): Case[] => [
    { op, inputs: [wave([6, 65], 8)], opsets: [13, 17, 18] },
    { op, title: 'middle axis', inputs: [wave([3, 5, 4], 8)], attributes: { axis: 1 } },
  ]),
  {
    op: 'LayerNormalization',
    inputs: [wave([6, 64]), wave([64]), wave([64], 1)],
    results: [
      [6, 64],
      [6, 1],
      [6, 1],
    ],
    opsets: [17, 18],
  },
  {
    op: 'LayerNormalization',
    title: 'two axes',
    inputs: [wave([6, 4, 5]), wave([4, 5])],
    attributes: { axis: 1 },
    results: [
      [6, 4, 5],
      [6, 1, 1],
      [6, 1, 1],
    ],
  },
  ...sums,
  {
    op: 'ReduceMean',
    title: 'axes as an attribute',
    inputs: [wave([4, 9])],
    attributes: { axes: [1] },
    results: [[4, 1]],
    opsets: [13, 17],
  },
  {
    op: 'ReduceSum',
    title: 'everything of a long vector',
    inputs: [wave([64, 257], 2, 0.5)],
    attributes: { keepdims: 0 },
    results: [[]],
  },
  {
    op: 'Log',
    inputs: [tensorOf('float32', [9], [1e-38, 1e-20, 1e-3, 0.5, 0.999, 1.001, 7, 1e20, 3e38])],
    within: 1e-7,
  },
  ...powers,
  { op: 'Softplus', inputs: [wave([50], 20)], within: 1e-6 },
  ...['Elu', 'Selu', 'Celu', 'HardSigmoid', 'HardSwish', 'Softsign', 'Mish'].map(
    (op): Case => ({ op, inputs: [wave([50], 6)], within: 1e-6 }),
  ),
  {
    op: 'Celu',
    title: 'alpha',
    inputs: [wave([50], 6)],
    attributes: { alpha: { kind: 'float', value: 0.7 } },
    within: 1e-6,
  },
  { op: 'Reciprocal', inputs: [wave([50], 1, 2)] },
  { op: 'Gelu', inputs: [wave([50], 4)], opsets: [20], within: 1e-6 },
  {
    op: 'Gelu',
    title: 'tanh',
    inputs: [wave([50], 4)],
    attributes: { approximate: { kind: 'string', value: 'tanh' } },
    opsets: [20],
    within: 1e-6,
  },
  {
    op: 'BatchNormalization',
    inputs: [wave([2, 3, 4, 5]), wave([3]), wave([3]), wave([3]), wave([3], 1, 2)],
    within: 1e-6,
  },
  { op: 'InstanceNormalization', inputs: [wave([2, 3, 4, 5]), wave([3]), wave([3])], within: 1e-6 },
  { op: 'GlobalAveragePool', inputs: [wave([2, 3, 4, 5], 2, 1)], results: [[2, 3, 1, 1]], within: 1e-6 },
  {
    op: 'Conv',
    title: 'depthwise',
    inputs: [wave([2, 6, 8, 8]), wave([6, 1, 3, 3]), wave([6])],
    attributes: { group: 6, kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] },
    results: [[2, 6, 4, 4]],
  },
  ...products,
];

function graphOf({ op, inputs, attributes = {}, results = [inputs[0]!.shape] }: Case): {
  graph: Graph;
  feeds: Map<string, Tensor>;
} {
  const named = inputs.map((tensor, i) => [`in${i}`, tensor] as const);
  const isFed = ([, tensor]: readonly [string, Tensor], i: number): boolean =>
    tensor.dtype === 'float32' && !(op === 'Pow' && i === 1);
  const feeds = new Map(named.filter(isFed));
  const outputs = results.map((shape, i): DeclaredValue => ({ name: `out${i}`, dtype: 'float32', shape }));
  const given = Object.entries(attributes).map(([name, value]): [string, Attribute] => {
    if (typeof value === 'number') return [name, { kind: 'int', value }];
    return [name, 'kind' in value ? value : { kind: 'ints', value }];
  });
  return {
    feeds,
    graph: {
      name: 'test',
      inputs: [...feeds].map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
      outputs,
      nodes: [
        {
          op,
          domain: '',
          name: '',
          inputs: named.map(([name]) => name),
          outputs: outputs.map(({ name }) => name),
          attributes: new Map(given),
        },
      ],
      initializers: new Map(named.filter((each, i) => !isFed(each, i))),
      opaque: new Map(),
      values: [],
    },
  };
}

for (const given of CASES) {
  for (const opset of given.opsets ?? [OPSET]) {
    t.test(`${given.op} ${given.title ?? ''} of opset ${opset}`, async (t) => {
      const { graph, feeds } = graphOf(given);
      const exact = toExact(graph, opset);
      t.equal(inexactNode(exact), null);
      t.same(toExact(exact, opset), exact, 'an exact graph stays as it is');
      const [plain, made] = [
        await runOnce(encodeModel({ opset, graph }), feeds),
        await runOnce(encodeModel({ opset, graph: exact }), feeds),
      ];
      for (const { name, shape } of graph.outputs) {
        t.same(made.get(name)?.shape, shape);
        t.ok(worstError(numbersAt(made, name), numbersAt(plain, name)) < (given.within ?? 2e-6), name);
      }
      const known = new Set([...exact.inputs, ...exact.outputs, ...exact.values].map(({ name }) => name));
      for (const { outputs } of exact.nodes) for (const name of outputs) t.ok(known.has(name), `${name} has a shape`);
    });
  }
}

t.test('logarithms at the ends', async (t) => {
  const x = tensorOf('float32', [4], [0, Number.POSITIVE_INFINITY, -1, 1]);
  const { graph } = graphOf({ op: 'Log', inputs: [x] });
  const made = await runOnce(encodeModel({ opset: OPSET, graph: toExact(graph) }), new Map([['in0', x]]));
  t.same(numbersOf(made.get('out0')!), [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN, 0]);
});

t.test('an operator without static shapes, or without anything in its place, is named', async (t) => {
  const { graph } = graphOf({ op: 'Softmax', inputs: [wave([6, 65])] });
  const open = { ...graph, inputs: [{ name: 'in0', dtype: 'float32' as const, shape: ['rows', 65] }] };
  t.match(inexactNode(toExact(open)), /^Softmax /);
  t.match(inexactNode(toExact(graphOf({ op: 'Sin', inputs: [wave([6])] }).graph)), /^Sin /);
});
