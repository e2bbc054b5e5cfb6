/** Convolutions with one place as products of matrices: the runtime's own numbers, and no convolution left. */
import t from 'tap';
import { canonical } from '#engine/canon/canonical.ts';
import { SeededRandom } from '#engine/data/random.ts';
import { uniform } from '#engine/data/synthetic.ts';
import { type AttributeArgument, GraphBuilder } from '#engine/graph/build.ts';
import { OPSET } from '#engine/graph/graph.ts';
import type { OperatorName } from '#engine/ops/catalogue.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import { numbersAt, runOnce, worstError } from '#test/engine/train/running.ts';

interface Case {
  readonly op: OperatorName;
  readonly shapes: ReadonlyArray<readonly number[]>;
  readonly attributes: Readonly<Record<string, AttributeArgument>>;
}

const CASES: Readonly<Record<string, Case>> = {
  'the kernel is the image': { op: 'Conv', shapes: [[3, 4, 5, 5], [6, 4, 5, 5], [6]], attributes: {} },
  'the kernel is larger than the image': {
    op: 'Conv',
    shapes: [
      [2, 3, 2, 4],
      [5, 3, 4, 5],
    ],
    attributes: { pads: [1, 0, 1, 1] },
  },
  'a window with holes that leaves a rest': {
    op: 'Conv',
    shapes: [[2, 3, 6, 7], [4, 3, 2, 3], [4]],
    attributes: { dilations: [4, 2], strides: [3, 4] },
  },
  groups: { op: 'Conv', shapes: [[3, 4, 4], [6, 2, 4], [6]], attributes: { group: 2 } },
  'one filter for a group': { op: 'Conv', shapes: [[3, 4, 3, 3], [4, 1, 3, 3], [4]], attributes: { group: 4 } },
  'one image, more than 128 terms': {
    op: 'Conv',
    shapes: [
      [1, 20, 4, 4],
      [7, 20, 4, 4],
    ],
    attributes: {},
  },
  'transposed, from one place': {
    op: 'ConvTranspose',
    shapes: [[3, 4, 1, 1], [4, 5, 3, 2], [5]],
    attributes: { strides: [2, 2] },
  },
  'transposed, cut and padded, in groups': {
    op: 'ConvTranspose',
    shapes: [[2, 4, 1, 1], [4, 3, 4, 4], [6]],
    attributes: { group: 2, pads: [1, 0, 0, 2], strides: [2, 2], output_padding: [1, 0] },
  },
};

for (const [name, { op, shapes, attributes }] of Object.entries(CASES)) {
  t.test(name, async (t) => {
    const b = new GraphBuilder();
    const feeds = new Map(
      shapes.map((shape, i) => [`in${i}`, uniform(new SeededRandom(sha256Hash(Buffer.from(name)), `${i}`), shape, 0)]),
    );
    const inputs = [...feeds].map(([input, { dtype, shape }]) => b.input(input, { dtype, shape }));
    b.output(b.op(op, inputs, attributes, 'made'));
    const graph = b.finish('single');
    const exact = canonical(graph, 'exact');
    t.notOk(
      exact.nodes.some((node) => node.op === op),
      'none left',
    );
    const [own, ours] = await Promise.all(
      [graph, exact].map((each) => runOnce(encodeModel({ opset: OPSET, graph: each }), feeds)),
    );
    t.same(ours?.get('made')?.shape, own?.get('made')?.shape);
    const error = worstError(numbersAt(ours ?? new Map(), 'made'), numbersAt(own ?? new Map(), 'made'));
    t.ok(error < 1e-6, `${error}`);
  });
}
