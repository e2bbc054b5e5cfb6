/** Long products in ordered chunks: the same bytes on any number of threads, close to the whole product, and nothing else is touched. */
import * as ort from 'onnxruntime-node';
import t from 'tap';
import { withSplitProducts } from '#engine/canon/split-k.ts';
import { SeededRandom } from '#engine/data/random.ts';
import { uniform } from '#engine/data/synthetic.ts';
import { type AttributeArgument, GraphBuilder } from '#engine/graph/build.ts';
import { type Graph, OPSET } from '#engine/graph/graph.ts';
import { numbersOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { toValue } from '#engine/run/values.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import { numbersAt, runOnce, worstError } from '../train/running.ts';

const SEED = sha256Hash(Uint8Array.of(3));

interface Case {
  readonly op: 'MatMul' | 'Gemm';
  readonly shapes: ReadonlyArray<readonly number[]>;
  readonly attributes?: Readonly<Record<string, AttributeArgument>>;
  readonly parts: number;
}

const float = (value: number): AttributeArgument => ({ kind: 'float', value });

const CASES: Readonly<Record<string, Case>> = {
  'a row times a wide matrix': {
    op: 'MatMul',
    shapes: [
      [1, 1000],
      [1000, 64],
    ],
    parts: 8,
  },
  // Of the whole product the runtime gives up to three results on 1 to 8 threads.
  'a product whose order follows the threads': {
    op: 'MatMul',
    shapes: [
      [64, 512],
      [512, 96],
    ],
    parts: 4,
  },
  'another one': {
    op: 'MatMul',
    shapes: [
      [17, 700],
      [700, 33],
    ],
    parts: 6,
  },
  'chunks that do not fill': {
    op: 'MatMul',
    shapes: [
      [5, 129],
      [129, 7],
    ],
    parts: 2,
  },
  'a stack of products': {
    op: 'MatMul',
    shapes: [
      [2, 3, 4, 300],
      [3, 300, 6],
    ],
    parts: 3,
  },
  'Gemm with a bias': { op: 'Gemm', shapes: [[6, 257], [257, 9], [9]], parts: 3 },
  'Gemm, both turned, scaled': {
    op: 'Gemm',
    shapes: [
      [300, 6],
      [9, 300],
      [6, 1],
    ],
    attributes: { transA: 1, transB: 1, alpha: float(0.5), beta: float(2) },
    parts: 3,
  },
};

function build({ op, shapes, attributes }: Case): { graph: Graph; feeds: Map<string, Tensor> } {
  const b = new GraphBuilder();
  const feeds = new Map(shapes.map((shape, i) => [`in${i}`, uniform(new SeededRandom(SEED, `in${i}`), shape, 0)]));
  const names = [...feeds].map(([name, tensor]) => b.input(name, tensor));
  b.output(b.op(op, names, attributes), 'out');
  return { graph: b.finish('product'), feeds };
}

const encode = (graph: Graph): Uint8Array => encodeModel({ opset: OPSET, graph });

/** The pinned options but for the threads. */
async function onThreads(model: Uint8Array, feeds: ReadonlyMap<string, Tensor>, threads: number): Promise<string> {
  const session = await ort.InferenceSession.create(model, {
    graphOptimizationLevel: 'disabled',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
  const values = Object.fromEntries([...feeds].map(([name, tensor]) => [name, toValue(tensor)]));
  const { out } = await session.run(values);
  if (out === undefined || !ArrayBuffer.isView(out.data)) throw new RangeError('no result');
  const digest = sha256Hash(new Uint8Array(out.data.buffer, out.data.byteOffset, out.data.byteLength));
  await session.release();
  return digest;
}

for (const [title, given] of Object.entries(CASES)) {
  t.test(title, async (t) => {
    const { graph, feeds } = build(given);
    const split = withSplitProducts(graph);
    t.equal(split.nodes.filter(({ op }) => op === given.op).length, given.parts);
    t.equal(split.nodes.filter(({ op }) => op === 'Add').length, given.parts - 1);
    const whole = numbersAt(await runOnce(encode(graph), feeds), 'out');
    const parts = numbersAt(await runOnce(encode(split), feeds), 'out');
    t.ok(worstError(parts, whole) < 1e-5);
    const digests = [];
    for (const threads of [1, 2, 3, 4, 8]) digests.push(await onThreads(encode(split), feeds, threads));
    t.equal(new Set(digests).size, 1, 'the number of threads does not show');
  });
}

t.test('the sum is that of the chunks, in ascending order, each rounded', async (t) => {
  const given = CASES['chunks that do not fill'] as Case;
  const { graph, feeds } = build(given);
  const [a = [], w = []] = [...feeds.values()].map(numbersOf);
  const chunk = async (from: number, to: number): Promise<number[]> => {
    const size = to - from;
    const piece = build({
      op: 'MatMul',
      shapes: [
        [5, size],
        [size, 7],
      ],
      parts: 1,
    });
    const left = Float32Array.from(
      { length: 5 * size },
      (_, i) => a[Math.floor(i / size) * 129 + from + (i % size)] ?? 0,
    );
    const right = Float32Array.from(w.slice(from * 7, to * 7));
    const tensor = (shape: number[], data: Float32Array): Tensor => ({
      dtype: 'float32',
      shape,
      data: new Uint8Array(data.buffer),
    });
    const inputs = new Map([
      ['in0', tensor([5, size], left)],
      ['in1', tensor([size, 7], right)],
    ]);
    return numbersAt(await runOnce(encode(piece.graph), inputs), 'out');
  };
  const [first, second] = [await chunk(0, 128), await chunk(128, 129)];
  const expected = first.map((number, i) => Math.fround(number + (second[i] ?? 0)));
  t.same(numbersAt(await runOnce(encode(withSplitProducts(graph)), feeds), 'out'), expected);
});

t.test('short products, constants and float64 stay as they are', (t) => {
  const short = build({
    op: 'MatMul',
    shapes: [
      [4, 128],
      [128, 3],
    ],
    parts: 1,
  }).graph;
  t.same(withSplitProducts(short), short);
  const constant = new GraphBuilder();
  const w = constant.initializer('w', uniform(new SeededRandom(SEED, 'w'), [300, 4], 0));
  constant.output(constant.op('MatMul', [constant.input('x', { dtype: 'float32', shape: [2, 300] }), w]), 'out');
  const packed = constant.finish('packed');
  t.same(withSplitProducts(packed), packed);
  const wide = new GraphBuilder();
  const shapes = [
    [2, 300],
    [300, 4],
  ];
  wide.output(
    wide.op(
      'MatMul',
      shapes.map((shape, i) => wide.input(`in${i}`, { dtype: 'float64', shape })),
    ),
    'out',
  );
  const doubles = wide.finish('doubles');
  t.same(withSplitProducts(doubles), doubles);
  t.end();
});

t.test('splitting again changes nothing', (t) => {
  const once = withSplitProducts(build(CASES['Gemm with a bias'] as Case).graph);
  t.same(withSplitProducts(once), once);
  t.end();
});
