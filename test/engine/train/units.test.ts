/** Units follow from the canonical bytes alone: what the compiler says is what anybody recounts, and nothing inflates it. */
import t from 'tap';
import { tensorOf } from '#engine/graph/numbers.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { BASE_MODEL, perceptron } from '#engine/train/base-model.ts';
import { compileInfer } from '#engine/train/infer.ts';
import { compileMerge } from '#engine/train/merge.ts';
import { compileTrain } from '#engine/train/step.ts';
import { countUnits } from '#engine/train/units.ts';
import { linear, node } from '../onnx/models.ts';

const trained = (batch: number) =>
  compileTrain(perceptron(BASE_MODEL), {
    batch,
    loss: { kind: 'softmax-cross-entropy' },
    optimizer: { kind: 'sgd', lr: 0.1, momentum: 0.9 },
  });

t.test('the compiler and whoever has only the bytes count the same', (t) => {
  const { step, units, initialState } = trained(64);
  t.equal(countUnits(step), units);
  const inference = compileInfer(linear(), { batch: 2, labels: true });
  t.equal(countUnits(inference.step), inference.units);
  const merge = compileMerge(initialState, 3);
  t.equal(countUnits(merge.graph), merge.units);
  const weights = [...initialState.values()].reduce((sum, { data }) => sum + data.length / 4, 0);
  t.equal(merge.units, BigInt(weights * 3), 'two additions and a product for each element');
  t.end();
});

t.test('a step of the base model costs its products and little else', (t) => {
  const weights = 64 * 256 + 256 * 256 + 256 * 10;
  // Forward, and backward to the weights everywhere and to the operand in all layers but the first.
  const products = 2 * 64 * (3 * weights - 64 * 256);
  const { units } = trained(64);
  t.ok(units > BigInt(products), `${units} and ${products}`);
  t.ok(units < BigInt(Math.round(products * 1.1)), `${units} and ${products}`);
  t.end();
});

t.test('the work grows with the batch', (t) => {
  t.ok(trained(128).units > trained(64).units);
  t.end();
});

t.test('an operator without a row is not paid for a large weight that it only looks at', (t) => {
  const nodes = [
    node('Gemm', ['input', 'w', 'b'], 'output'),
    { ...node('Size', ['large'], 'count'), name: 'looks' },
    { ...node('Cast', ['count'], 'number', { to: { kind: 'int', value: 1 } }), name: 'cast' },
    { ...node('Add', ['output', 'number'], 'sum'), name: 'sum' },
  ];
  const { graph, opset } = decodeModel(linear());
  const large = tensorOf('float32', [1000, 1000], Array(1_000_000).fill(0));
  const model = (extra: boolean): Uint8Array =>
    encodeModel({
      opset,
      graph: {
        ...graph,
        nodes: extra ? nodes : nodes.slice(0, 1),
        outputs: [{ name: extra ? 'sum' : 'output', dtype: 'float32', shape: ['batch', 3] }],
        initializers: new Map([...graph.initializers, ...(extra ? [['large', large] as const] : [])]),
      },
    });
  const of = (extra: boolean): bigint => compileInfer(model(extra), { batch: 2, labels: false }).units;
  t.ok(of(true) - of(false) < 100n, `${of(true)} and ${of(false)}`);
  t.end();
});

t.test('a file that declares larger values than it computes is not paid for them', (t) => {
  const { step, units } = compileInfer(linear(), { batch: 2, labels: false });
  const { graph, opset } = decodeModel(step);
  const huge = (value: (typeof graph.values)[number]) => ({ ...value, shape: value.shape.map(() => 100_000) });
  t.ok(graph.values.length > 0);
  t.equal(countUnits(encodeModel({ opset, graph: { ...graph, values: graph.values.map(huge) } })), units);
  t.end();
});
