/** A batch in parts, one after the other: the same gradient as of the whole. */
import t from 'tap';
import { tensorOf } from '#engine/graph/numbers.ts';
import { compileGradients } from '#engine/train/step.ts';
import { floats, linear } from '../onnx/models.ts';
import { layer, modelOf, spread } from './layers.ts';
import { numbersAt, runOnce, worstError } from './running.ts';

const BATCH = 4;
const x = spread([BATCH, 4], 3, 3);
const labels = tensorOf('int64', [BATCH], [0, 2, 1, 2]);

const deep = modelOf({
  inputs: [floats('input', ['batch', 4])],
  nodes: [
    layer('Gemm', ['input', 'w', 'b'], ['h']),
    layer('Tanh', ['h'], ['t']),
    layer('MatMul', ['t', 'v'], ['output']),
  ],
  initializers: { w: spread([4, 5]), b: spread([5], 1), v: spread([5, 3], 2) },
});

const LOSSES = [
  [{ kind: 'softmax-cross-entropy' }, labels],
  [{ kind: 'softmax-cross-entropy', labelSmoothing: 0.1 }, labels],
  [{ kind: 'mean-squared-error' }, spread([BATCH, 3], 7)],
  [{ kind: 'l1' }, spread([BATCH, 3], 7)],
] as const;

for (const [loss, y] of LOSSES)
  t.test(JSON.stringify(loss), async (t) => {
    const found = [];
    for (const accumulate of [1, 2, 4]) {
      const { graph, weights } = compileGradients(deep, { batch: BATCH, loss, accumulate });
      found.push(await runOnce(graph, new Map([...weights, ['x', x], ['y', y]])));
    }
    const [whole, ...parts] = found;
    if (whole === undefined) throw new RangeError('nothing was run');
    t.same([...whole.keys()].sort(), ['grad.b', 'grad.v', 'grad.w', 'logits', 'loss']);
    for (const part of parts)
      for (const name of whole.keys()) {
        t.same(part.get(name)?.shape, whole.get(name)?.shape);
        const error = worstError(numbersAt(part, name), numbersAt(whole, name));
        t.ok(error < 1e-6, `${name}: ${error}`);
      }
  });

t.test('parts that do not fit are refused', async (t) => {
  const loss = { kind: 'softmax-cross-entropy' } as const;
  for (const accumulate of [0, 3, 8, 1.5, -1])
    t.throws(() => compileGradients(linear(), { batch: BATCH, loss, accumulate }), { code: 'MODEL_SHAPE' });
  t.throws(() => compileGradients(linear(), { batch: 128, loss, accumulate: 128 }), { code: 'MODEL_SHAPE' });
});
