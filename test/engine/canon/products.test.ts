/** Products of runtime operands have the same bytes on any number of threads, wherever they are written in another way or left alone. */
import * as ort from 'onnxruntime-node';
import t from 'tap';
import { toExact } from '#engine/canon/rewrite.ts';
import { SeededRandom } from '#engine/data/random.ts';
import { uniform } from '#engine/data/synthetic.ts';
import { GraphBuilder } from '#engine/graph/build.ts';
import { type Graph, OPSET } from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { inexactNode, threadsOf } from '#engine/ops/determinism.ts';
import { toValue } from '#engine/run/values.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import { numbersAt, runOnce, worstError } from '#test/engine/train/running.ts';

interface Case {
  readonly op: 'MatMul' | 'Gemm';
  readonly shapes: readonly (readonly number[])[];
  readonly attributes?: Readonly<Record<string, number>>;
  /** Is the runtime's own product the same on any number of threads? */
  readonly isKept: boolean;
}

const CASES: Readonly<Record<string, Case>> = {
  'more columns than rows': {
    op: 'MatMul',
    shapes: [
      [33, 1000],
      [1000, 200],
    ],
    isKept: false,
  },
  'more rows than columns': {
    op: 'MatMul',
    shapes: [
      [300, 1000],
      [1000, 33],
    ],
    isKept: true,
  },
  'as many rows': {
    op: 'MatMul',
    shapes: [
      [257, 300],
      [300, 257],
    ],
    isKept: true,
  },
  'few terms': {
    op: 'MatMul',
    shapes: [
      [33, 128],
      [128, 600],
    ],
    isKept: true,
  },
  'so many columns that each of six threads has 80': {
    op: 'MatMul',
    shapes: [
      [33, 300],
      [300, 480],
    ],
    isKept: true,
  },
  'a batch': {
    op: 'MatMul',
    shapes: [
      [4, 33, 300],
      [4, 300, 200],
    ],
    isKept: false,
  },
  'a batch and one right operand': {
    op: 'MatMul',
    shapes: [
      [6, 33, 300],
      [300, 200],
    ],
    isKept: false,
  },
  'one row': {
    op: 'MatMul',
    shapes: [
      [1, 1000],
      [1000, 300],
    ],
    isKept: false,
  },
  'a Gemm with a bias': { op: 'Gemm', shapes: [[7, 1000], [1000, 133], [133]], isKept: false },
  'a Gemm with its right operand transposed': {
    op: 'Gemm',
    shapes: [[65, 300], [200, 300], [200]],
    attributes: { transB: 1 },
    isKept: false,
  },
  'a Gemm with its left operand transposed': {
    op: 'Gemm',
    shapes: [[300, 65], [300, 300], [300]],
    attributes: { transA: 1 },
    isKept: true,
  },
};

const SEED = sha256Hash(Uint8Array.of(7));

function build({ op, shapes, attributes = {} }: Case): { graph: Graph; feeds: Map<string, Tensor> } {
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
  const { out } = await session.run(Object.fromEntries([...feeds].map(([name, tensor]) => [name, toValue(tensor)])));
  if (out === undefined || !ArrayBuffer.isView(out.data)) throw new RangeError('no result');
  const digest = sha256Hash(new Uint8Array(out.data.buffer, out.data.byteOffset, out.data.byteLength));
  await session.release();
  return digest;
}

async function digestsOf(graph: Graph, feeds: ReadonlyMap<string, Tensor>, most: number): Promise<Set<string>> {
  const digests = new Set<string>();
  const counts = [1, 2, 3, 4, 6, 8].filter((threads) => threads <= most);
  for (const threads of counts) digests.add(await onThreads(encode(graph), feeds, threads));
  return digests;
}

for (const [title, given] of Object.entries(CASES)) {
  t.test(title, async (t) => {
    const { graph, feeds } = build(given);
    const exact = toExact(graph);
    t.equal(inexactNode(graph) === null, given.isKept);
    t.equal(inexactNode(exact), null);
    t.ok(threadsOf(exact) >= 3);
    if (given.isKept)
      t.same(
        exact.nodes.map(({ op }) => op),
        [given.op],
      );
    const [whole, made] = [await runOnce(encode(graph), feeds), await runOnce(encode(exact), feeds)];
    t.ok(worstError(numbersAt(made, 'out'), numbersAt(whole, 'out')) < 1e-5);
    t.equal((await digestsOf(exact, feeds, threadsOf(exact))).size, 1, 'the number of threads does not show');
  });
}

t.test('it shows where nothing is done', async (t) => {
  const { graph, feeds } = build(CASES['more columns than rows'] as Case);
  t.ok((await digestsOf(graph, feeds, 8)).size > 1);
});
