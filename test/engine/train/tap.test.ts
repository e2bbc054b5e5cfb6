/** A tap shows one more value and changes nothing else. */
import t from 'tap';
import type { Tensor } from '#engine/graph/tensor.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { compileTrain } from '#engine/train/step.ts';
import { withTap } from '#engine/train/tap.ts';
import { linear } from '#test/engine/onnx/models.ts';
import { runOnce } from './running.ts';

const compiled = compileTrain(linear(), {
  batch: 2,
  loss: { kind: 'softmax-cross-entropy' },
  optimizer: { kind: 'sgd', lr: 0.5, momentum: 0.9 },
});
const feeds = new Map<string, Tensor>([
  ...compiled.initialState,
  ['x', tensorOf('float32', [2, 4], [1, 2, 3, 4, -4, 3, -2, 1])],
  ['y', tensorOf('int64', [2], [0, 1])],
]);

t.test('each pick shows a float32 value, and the results stay', async (t) => {
  const plain = await runOnce(compiled.step, feeds);
  const seen = new Set<string>();
  for (let pick = 0; pick < 40; pick++) {
    const { graph, value } = withTap(compiled.step, pick);
    if (seen.has(value)) continue;
    seen.add(value);
    const results = await runOnce(graph, feeds);
    t.equal(results.get(value)?.dtype, 'float32');
    t.equal(results.size, plain.size + 1);
    for (const [name, tensor] of plain) t.same(results.get(name), tensor, name);
  }
  t.ok(seen.size > 5, `${seen.size} values`);
});

t.test('the same pick is the same bytes, and nodes and inputs are the same', async (t) => {
  const { graph } = withTap(compiled.step, 3);
  t.same(withTap(compiled.step, 3).graph, graph);
  const [before, after] = [decodeModel(compiled.step).graph, decodeModel(graph).graph];
  t.same(after.nodes, before.nodes);
  t.same(after.inputs, before.inputs);
});
