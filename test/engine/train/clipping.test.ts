/** Clipping beside torch's formula: above the limit, below it, and without any gradient. */
import t from 'tap';
import { GraphBuilder } from '#engine/graph/build.ts';
import { OPSET } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { addClipping } from '#engine/train/clipping.ts';
import { numbersAt, runOnce } from './running.ts';
import { randomNumbers } from './updating.ts';

const SHAPES = { scalar: [], vector: [5], matrix: [7, 3], kernel: [2, 3, 2, 2] } as const;

async function clipped(maxNorm: number) {
  const b = new GraphBuilder();
  const feeds = new Map(
    Object.entries(SHAPES).map(([name, shape]) => [
      name,
      tensorOf('float32', shape, randomNumbers(name, elementCount(shape))),
    ]),
  );
  const gradients = new Map([...feeds].map(([name, tensor]) => [name, b.input(name, tensor)]));
  for (const [name, value] of addClipping(b, gradients, maxNorm)) b.output(value, `${name}.clipped`);
  const results = await runOnce(encodeModel({ opset: OPSET, graph: b.finish('clip') }), feeds);
  return {
    before: [...feeds.keys()].flatMap((name) => numbersAt(feeds, name)),
    after: [...feeds.keys()].flatMap((name) => numbersAt(results, `${name}.clipped`)),
  };
}

t.test('above the limit the common norm becomes the limit', async (t) => {
  const { before, after } = await clipped(0.25);
  const scale = 0.25 / (Math.hypot(...before) + 1e-6);
  t.ok(scale < 0.2);
  after.forEach((number, i) => {
    t.ok(Math.abs(number - scale * (before[i] as number)) < 1e-7);
  });
});

t.test('below it nothing changes, to the bit', async (t) => {
  const { before, after } = await clipped(100);
  t.same(after, before);
});

t.test('no gradients, no nodes', (t) => {
  const b = new GraphBuilder();
  t.equal(addClipping(b, new Map(), 1).size, 0);
  t.equal(b.nodes.length, 0);
  t.end();
});
