/** Every loss and its gradient beside the plain formula and its finite differences; large logits, ignored rows, wrong shapes. */
import t from 'tap';
import { canonical } from '#engine/canon/canonical.ts';
import { GraphBuilder } from '#engine/graph/build.ts';
import { OPSET } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { LOSSES, lossOf } from '#engine/train/losses.ts';
import type { LossSpec } from '#engine/train/options.ts';
import { plainLoss } from './plain-losses.ts';
import { numbersAt, runOnce } from './running.ts';
import { randomNumbers } from './updating.ts';

interface Case {
  readonly spec: LossSpec;
  readonly shape: readonly number[];
  readonly y: readonly number[];
  /** Random numbers times 3 where absent. */
  readonly z?: readonly number[];
}

function graphOf({ spec, shape }: Pick<Case, 'spec' | 'shape'>) {
  const b = new GraphBuilder();
  const { target, add } = lossOf(spec);
  const z = b.input('z', { dtype: 'float32', shape });
  const info = target(b.info(z));
  const { loss, gradient } = add(b, z, info === null ? '' : b.input('y', info));
  b.output(loss, 'loss');
  b.output(gradient, 'gradient');
  return { info, graph: b.finish('loss') };
}

const logitsOf = ({ z, shape }: Case): readonly number[] =>
  z ?? randomNumbers(`z ${shape}`, elementCount(shape)).map((number) => Math.fround(3 * number));

async function run(of: Case) {
  const { info, graph } = graphOf(of);
  const feeds = new Map([['z', tensorOf('float32', of.shape, logitsOf(of))]]);
  if (info !== null) feeds.set('y', tensorOf(info.dtype, info.shape, of.y));
  const results = await runOnce(encodeModel({ opset: OPSET, graph: canonical(graph, 'exact') }), feeds);
  return {
    shapes: [results.get('loss')?.shape, results.get('gradient')?.shape],
    loss: numbersAt(results, 'loss')[0] as number,
    gradient: numbersAt(results, 'gradient'),
  };
}

/** Central differences of the plain loss. */
function slopes(z: readonly number[], y: readonly number[], spec: LossSpec): number[] {
  const step = 1e-5;
  const at = (i: number, by: number): number => plainLoss(z.with(i, (z[i] as number) + by), y, spec);
  return z.map((_, i) => (at(i, step) - at(i, -step)) / (2 * step));
}

const values = (count: number): number[] => randomNumbers('y', count).map((number) => Math.fround(2 * number));
const labels = [2, 0, 4, 1, 4, 3];

const CASES: readonly Case[] = [
  { spec: { kind: 'softmax-cross-entropy' }, shape: [6, 5], y: labels },
  { spec: { kind: 'softmax-cross-entropy' }, shape: [2, 3, 5], y: labels },
  { spec: { kind: 'softmax-cross-entropy', labelSmoothing: 0.1 }, shape: [2, 3, 5], y: labels },
  { spec: { kind: 'softmax-cross-entropy', ignoreIndex: 4 }, shape: [6, 5], y: labels },
  { spec: { kind: 'softmax-cross-entropy', ignoreIndex: -100 }, shape: [6, 5], y: [2, -100, -100, 0, 4, 1] },
  {
    spec: { kind: 'softmax-cross-entropy', ignoreIndex: -100, labelSmoothing: 0.2 },
    shape: [3, 2, 5],
    y: [2, -100, 1, 0, 4, 1],
  },
  { spec: { kind: 'softmax-cross-entropy', ignoreIndex: -1 }, shape: [2, 5], y: [-1, -1] },
  { spec: { kind: 'softmax-cross-entropy' }, shape: [2, 3], y: [0, 1], z: [1000, -1000, 0, 88, 90, 89] },
  { spec: { kind: 'mean-squared-error' }, shape: [4, 3], y: values(12) },
  { spec: { kind: 'binary-cross-entropy-with-logits' }, shape: [4, 2], y: [0, 1, 1, 0, 0.3, 1, 0, 0.8] },
  { spec: { kind: 'l1' }, shape: [4, 1], y: values(4) },
  { spec: { kind: 'huber' }, shape: [4, 3], y: values(12) },
  { spec: { kind: 'huber', delta: 0.3 }, shape: [4, 3], y: values(12) },
  { spec: { kind: 'output' }, shape: [], y: [] },
  { spec: { kind: 'output' }, shape: [1, 1], y: [] },
];

t.test('every loss has a case', (t) => {
  t.same([...new Set(CASES.map(({ spec }) => spec.kind))].sort(), Object.keys(LOSSES).sort());
  t.end();
});

for (const of of CASES) {
  t.test(`${JSON.stringify(of.spec)} of [${of.shape.join(', ')}]`, async (t) => {
    const z = logitsOf(of);
    const { loss, gradient, shapes } = await run(of);
    t.same(shapes, [[], of.shape]);
    const expected = plainLoss(z, of.y, of.spec);
    t.ok(Math.abs(loss - expected) <= 1e-6 * Math.max(1, Math.abs(expected)), `${loss} and ${expected}`);
    slopes(z, of.y, of.spec).forEach((slope, i) => {
      t.ok(Math.abs(slope - (gradient[i] as number)) < 1e-6, `gradient ${i}: ${gradient[i]} and ${slope}`);
    });
  });
}

t.test('binary cross-entropy of large logits is finite', async (t) => {
  const { loss, gradient } = await run({
    spec: { kind: 'binary-cross-entropy-with-logits' },
    shape: [4, 1],
    z: [1000, -1000, 1000, -1000],
    y: [1, 0, 0, 1],
  });
  t.equal(loss, 500);
  t.same(gradient, [0, 0, 0.25, -0.25]);
});

t.test('an error of zero has no slope in l1', async (t) => {
  const { gradient } = await run({ spec: { kind: 'l1' }, shape: [2, 1], z: [1, 2], y: [1, 1] });
  t.same(gradient, [0, 0.5]);
});

t.test('a class that does not exist stops the step', async (t) => {
  await t.rejects(run({ spec: { kind: 'softmax-cross-entropy' }, shape: [2, 3], y: [0, 3] }));
});

t.test('few nodes, and the logarithm is of one number a row', (t) => {
  const { graph } = graphOf({ spec: { kind: 'softmax-cross-entropy' }, shape: [6, 5] });
  const logarithms = graph.nodes.filter(({ op }) => op === 'Log').flatMap(({ inputs }) => inputs);
  t.same(
    graph.values.filter(({ name }) => logarithms.includes(name)).map(({ shape }) => shape),
    [[6, 1]],
  );
  t.ok(graph.nodes.filter(({ op }) => op !== 'Identity').length <= 14);
  t.end();
});

t.test('outputs that a loss cannot take', (t) => {
  const wrong = (spec: LossSpec, shape: readonly number[], message: RegExp): void => {
    t.throws(() => graphOf({ spec, shape }), { code: 'MODEL_SHAPE', message });
  };
  wrong({ kind: 'softmax-cross-entropy' }, [6], /float32 \[6\].*\[batch, …, classes\]/);
  wrong({ kind: 'mean-squared-error' }, [], /\[batch, …\]/);
  wrong({ kind: 'output' }, [2], /of one element/);
  t.end();
});
