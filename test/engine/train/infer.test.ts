/** Inference graphs: results, labels, operators that the catalogue does not know, and trained weights put back. */
import t from 'tap';
import { tensorOf } from '#engine/graph/numbers.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { compileInfer } from '#engine/train/infer.ts';
import { withWeights } from '#engine/train/weights.ts';
import { CorexError } from '#protocol/errors.ts';
import { floats, linear, node } from '#test/engine/onnx/models.ts';
import { numbersAt, runOnce, worstError } from './running.ts';

const x = tensorOf('float32', [2, 4], [1, 2, 3, 4, -4, 3, -2, 1]);
const y = tensorOf('int64', [2], [0, 1]);

t.test('logits, predictions, and whether they are right', async (t) => {
  const { step, state, units } = compileInfer(linear(), { batch: 2, labels: true });
  t.same([...state.keys()].sort(), ['b', 'w']);
  const results = await runOnce(step, new Map([...state, ['x', x], ['y', y]]));
  const logits = numbersAt(results, 'logits');
  const best = [logits.slice(0, 3), logits.slice(3)].map((row) => row.indexOf(Math.max(...row)));
  t.same(numbersAt(results, 'prediction'), best);
  t.same(
    numbersAt(results, 'correct'),
    [0, 1].map((label, i) => (best[i] === label ? 1 : 0)),
  );
  // Gemm 6 x (2 x 4 + 1), Relu 6, ArgMax 6, Equal 2.
  t.equal(units, 68n);
});

t.test('without labels there is no y', async (t) => {
  const { step, state } = compileInfer(linear(), { batch: 2, labels: false });
  const results = await runOnce(step, new Map([...state, ['x', x]]));
  t.same([...results.keys()].sort(), ['logits', 'prediction']);
});

t.test('an operator that the catalogue does not know', async (t) => {
  const model = linear({ nodes: [node('Gemm', ['input', 'w', 'b'], 'h'), node('Erf', ['h'], 'output')] });
  const { step, state, units } = compileInfer(model, { batch: 2, labels: false });
  const results = await runOnce(step, new Map([...state, ['x', x]]));
  t.same(results.get('logits')?.shape, [2, 3]);
  t.ok(units > 0n);
});

t.test('a softmax is written out where its bits are compared, and is the provider’s own where not', async (t) => {
  const model = linear({ nodes: [node('Gemm', ['input', 'w', 'b'], 'h'), node('Softmax', ['h'], 'output')] });
  const rows: number[][] = [];
  for (const comparison of ['exact', 'fast'] as const) {
    const { step, state } = compileInfer(model, { batch: 2, labels: false, comparison });
    const operators = decodeModel(step).graph.nodes.map(({ op }) => op);
    t.equal(operators.includes('Softmax'), comparison === 'fast');
    rows.push(numbersAt(await runOnce(step, new Map([...state, ['x', x]])), 'logits'));
  }
  const [exact = [], fast = []] = rows;
  t.ok(Math.abs(exact.reduce((sum, number) => sum + number, 0) - 2) < 1e-6);
  t.ok(worstError(exact, fast) < 1e-6);
});

t.test('a batch of one in the file is bound to the batch', async (t) => {
  const model = linear({ inputs: [floats('input', [1, 4])], outputs: [floats('output', [1, 3])] });
  const { step, state } = compileInfer(model, { batch: 2, labels: false });
  t.same((await runOnce(step, new Map([...state, ['x', x]]))).get('logits')?.shape, [2, 3]);
});

t.test('trained weights', async (t) => {
  const trained = new Map([
    ['b', tensorOf('float32', [3], [7, 8, 9])],
    ['b.momentum', tensorOf('float32', [3], [1, 1, 1])],
  ]);
  const { state } = compileInfer(withWeights(linear(), trained), { batch: 2, labels: false });
  t.same(numbersAt(state, 'b'), [7, 8, 9]);
  t.equal(state.size, 2);
  const wrong = new Map([['b', tensorOf('float32', [4], [1, 2, 3, 4])]]);
  t.throws(() => withWeights(linear(), wrong), CorexError);
});
