/** A tidy graph has no node that changes nothing, and the same bytes as before. */
import t from 'tap';
import { share } from '#engine/canon/share.ts';
import { tidy } from '#engine/canon/tidy.ts';
import { GraphBuilder } from '#engine/graph/build.ts';
import { type Graph, OPSET } from '#engine/graph/graph.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import { elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';
import { runOnce } from '#test/engine/train/running.ts';

const wave = (shape: readonly number[]): Tensor =>
  tensorOf(
    'float32',
    shape,
    Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(1 + i * 1.7)),
  );

interface Case {
  readonly title: string;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Adds nodes; the names of the results. */
  make(b: GraphBuilder): readonly string[];
  readonly ops: readonly string[];
}

const CASES: readonly Case[] = [
  {
    title: 'a transposed right operand',
    inputs: { x: [5, 7], w: [9, 7] },
    make: (b) => [b.op('MatMul', ['x', b.op('Transpose', ['w'], { perm: [1, 0] })])],
    ops: ['Gemm'],
  },
  {
    title: 'a transposed left operand of many terms',
    inputs: { x: [300, 5], w: [300, 200] },
    make: (b) => [b.op('MatMul', [b.op('Transpose', ['x'], { perm: [1, 0] }), 'w'])],
    ops: ['Gemm'],
  },
  {
    title: 'both operands of a Gemm, one transposed twice',
    inputs: { x: [7, 5], w: [7, 9], c: [9] },
    make: (b) => [
      b.op('Gemm', [b.op('Transpose', ['x'], { perm: [1, 0] }), b.op('Transpose', ['w'], { perm: [1, 0] }), 'c'], {
        transB: 1,
      }),
    ],
    ops: ['Gemm'],
  },
  {
    title: 'operands of three axes',
    inputs: { x: [2, 5, 7], w: [2, 9, 7] },
    make: (b) => [b.op('MatMul', ['x', b.op('Transpose', ['w'], { perm: [0, 2, 1] })])],
    ops: ['Transpose', 'MatMul'],
  },
  {
    title: 'copies, casts and reshapes that change nothing',
    inputs: { x: [6, 4] },
    make(b) {
      const copy = b.op('Identity', [b.op('Relu', ['x'])]);
      const cast = b.op('Cast', [copy], { to: ELEMENT_TYPE.float32 });
      const shaped = b.op('Reshape', [b.op('Reshape', [cast, b.integers([24])]), b.integers([6, 4])]);
      const spread = b.op('Expand', [shaped, b.integers([6, 4])]);
      return [b.op('Neg', [b.op('Transpose', [b.op('Transpose', [spread], { perm: [1, 0] })], { perm: [1, 0] })])];
    },
    ops: ['Relu', 'Neg'],
  },
  {
    title: 'a reshape of a reshape, a transposition of a transposition',
    inputs: { x: [2, 3, 4] },
    make(b) {
      const turned = b.op('Transpose', [b.op('Transpose', ['x'], { perm: [1, 0, 2] })], { perm: [0, 2, 1] });
      return [b.op('Reshape', [b.op('Reshape', [turned, b.integers([12, 2])]), b.integers([4, 6])])];
    },
    ops: ['Transpose', 'Reshape'],
  },
  {
    title: 'an input that is an output',
    inputs: { x: [3] },
    make: (b) => [b.op('Identity', ['x'])],
    ops: ['Identity'],
  },
  {
    title: 'one value under two names',
    inputs: { x: [3] },
    make(b) {
      const value = b.op('Relu', ['x']);
      return [b.op('Identity', [value]), b.op('Identity', [value])];
    },
    ops: ['Relu', 'Identity'],
  },
];

function build({ inputs, make }: Case): { graph: Graph; feeds: Map<string, Tensor> } {
  const b = new GraphBuilder();
  const feeds = new Map(Object.entries(inputs).map(([name, shape]) => [name, wave(shape)]));
  for (const [name, tensor] of feeds) b.input(name, tensor);
  make(b).forEach((name, i) => {
    b.output(name, `out${i}`);
  });
  return { graph: b.finish('tidy'), feeds };
}

const opsOf = ({ nodes }: Graph): string[] => nodes.map(({ op }) => op);

for (const given of CASES) {
  t.test(given.title, async (t) => {
    const { graph, feeds } = build(given);
    const made = tidy(graph);
    t.same(opsOf(made), given.ops);
    t.same(tidy(made), made, 'a tidy graph stays as it is');
    const [before, after] = [
      await runOnce(encodeModel({ opset: OPSET, graph }), feeds),
      await runOnce(encodeModel({ opset: OPSET, graph: made }), feeds),
    ];
    for (const { name } of graph.outputs) t.same(numbersOf(after.get(name)!), numbersOf(before.get(name)!));
  });
}

t.test('what is computed twice is computed once', async (t) => {
  const b = new GraphBuilder();
  b.input('x', { dtype: 'float32', shape: [3] });
  b.initializer('two', tensorOf('float32', [1], [2]));
  b.initializer('deux', tensorOf('float32', [1], [2]));
  b.initializer('three', tensorOf('float32', [1], [3]));
  const twice = ['two', 'deux', 'three'].map((name) => b.op('Exp', [b.op('Mul', ['x', name])]));
  b.output(b.op('Add', [twice[0]!, twice[1]!]), 'sum');
  b.output(b.op('Sub', [twice[2]!, twice[1]!]), 'difference');
  b.output(b.op('Sub', [twice[2]!, twice[0]!]), 'same');
  const graph = b.finish('shared');
  const made = share(graph);
  t.same(opsOf(tidy(made)), ['Mul', 'Exp', 'Mul', 'Exp', 'Add', 'Sub', 'Identity']);
  t.same([...made.initializers.keys()], ['two', 'three']);
  t.same(made.outputs, graph.outputs);
  const feeds = new Map([['x', wave([3])]]);
  t.same(
    await runOnce(encodeModel({ opset: OPSET, graph: made }), feeds),
    await runOnce(encodeModel({ opset: OPSET, graph }), feeds),
  );
});
