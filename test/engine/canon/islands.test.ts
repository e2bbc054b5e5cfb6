/** An island computes what its operator does, in every opset that we take. */
import t from 'tap';
import { withIslands } from '#engine/canon/islands.ts';
import type { Attribute, DeclaredValue, Graph } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { floats, node } from '#test/engine/onnx/models.ts';
import { numbersAt, runOnce, worstError } from '#test/engine/train/running.ts';

interface Case {
  readonly op: string;
  readonly opset: number;
  readonly shape: readonly number[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly more?: readonly string[];
}

const int = (value: number): Attribute => ({ kind: 'int', value });
const CASES: readonly Case[] = [
  ...[13, 17, 18].flatMap((opset) => [
    { op: 'Softmax', opset, shape: [2, 3, 4] },
    { op: 'Softmax', opset, shape: [2, 3, 4], attributes: { axis: int(1) } },
    { op: 'LogSoftmax', opset, shape: [2, 3, 4] },
    { op: 'Log', opset, shape: [2, 3, 4] },
    { op: 'ReduceMean', opset, shape: [1, 1, 1] },
  ]),
  { op: 'ReduceMean', opset: 18, shape: [2, 1, 4], more: ['axes'] },
  { op: 'ReduceMean', opset: 17, shape: [2, 4], attributes: { axes: { kind: 'ints', value: [1] }, keepdims: int(0) } },
  { op: 'LayerNormalization', opset: 18, shape: [2, 3, 4], more: ['scale', 'bias'] },
  { op: 'LayerNormalization', opset: 17, shape: [2, 3, 4], attributes: { axis: int(-2) }, more: ['plane'] },
];

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => 0.1 + ((i * 7) % 24) / 5);

for (const { op, opset, shape, attributes, more = [] } of CASES) {
  t.test(`${op} of opset ${opset} ${JSON.stringify(attributes ?? {})}`, async (t) => {
    const constants = new Map([
      ['axes', tensorOf('int64', [1], [1])],
      ['scale', tensorOf('float32', [4], [1, 2, 3, 4])],
      ['bias', tensorOf('float32', [4], [4, 3, 2, 1])],
      ['plane', tensorOf('float32', [3, 4], numbers(12))],
    ]);
    const graph: Graph = {
      name: 'test',
      inputs: [floats('x', [2, 3, 4])],
      outputs: [floats('z', shape) satisfies DeclaredValue],
      nodes: [node(op, ['x', ...more], 'z', attributes)],
      initializers: new Map([...constants].filter(([name]) => more.includes(name))),
      opaque: new Map(),
      values: [],
    };
    const island = withIslands(graph, opset);
    t.notOk(island.nodes.some((made) => made.op === op && op !== 'Log'));
    const feeds = new Map([['x', tensorOf('float32', [2, 3, 4], numbers(24))]]);
    const [plain, wide] = [
      await runOnce(encodeModel({ opset, graph }), feeds),
      await runOnce(encodeModel({ opset, graph: island }), feeds),
    ];
    t.same(wide.get('z')?.shape, shape);
    t.ok(worstError(numbersAt(wide, 'z'), numbersAt(plain, 'z')) < 2e-6);
  });
}
