/** The choices of a job in a whole training step: a loss of the model's own, frozen weights, parts of a batch, each loss and optimizer. */
import t from 'tap';
import type { Tensor } from '#engine/graph/tensor.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import type { LossSpec, OptimizerSpec, TrainOptions } from '#engine/train/options.ts';
import { compileTrain } from '#engine/train/step.ts';
import { floats, linear, node } from '#test/engine/onnx/models.ts';
import { nextState, numbersAt, openRunner, worstError } from './running.ts';
import { randomNumbers } from './updating.ts';

const BATCH = 4;
const SGD: OptimizerSpec = { kind: 'sgd', lr: 0.1, momentum: 0.9 };
const x = tensorOf('float32', [BATCH, 4], randomNumbers('x', 16));
const y = tensorOf('float32', [BATCH, 3], randomNumbers('y', 12).map(Math.abs));
/** Without the Relu, so that nothing is cut off. */
const affine = { nodes: [node('Gemm', ['input', 'w', 'b'], 'output')] };

async function trained(
  model: Uint8Array,
  options: Omit<TrainOptions, 'batch'>,
  steps: number,
  target: Tensor | null = y,
) {
  const { step, initialState } = compileTrain(model, { batch: BATCH, ...options });
  const runner = await openRunner(step);
  let state = initialState;
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const fed = new Map([...state, ['x', x] as const]);
    if (target !== null) fed.set('y', target);
    const results = await runner.run(fed);
    losses.push(...numbersAt(results, 'loss'));
    state = nextState(results);
  }
  await runner.close();
  return { losses, state, graph: decodeModel(step).graph };
}

t.test('a model that computes its own loss, with y as its second input', async (t) => {
  const own = linear({
    inputs: [floats('input', ['batch', 4]), floats('wanted', ['batch', 3])],
    outputs: [floats('output', [])],
    nodes: [
      node('Gemm', ['input', 'w', 'b'], 'h'),
      node('Sub', ['h', 'wanted'], 'd'),
      node('Mul', ['d', 'd'], 's'),
      node('ReduceMean', ['s'], 'output', { keepdims: { kind: 'int', value: 0 } }),
    ],
  });
  const mine = await trained(own, { loss: { kind: 'output' }, optimizer: SGD }, 5);
  const ours = await trained(linear(affine), { loss: { kind: 'mean-squared-error' }, optimizer: SGD }, 5);
  t.ok(worstError(mine.losses, ours.losses) < 1e-6, `${mine.losses} and ${ours.losses}`);
  t.ok(worstError(numbersAt(mine.state, 'w'), numbersAt(ours.state, 'w')) < 1e-6);
});

t.test('a frozen weight is a constant of the graph, and the others move as they would', async (t) => {
  const loss: LossSpec = { kind: 'huber' };
  const free = await trained(linear(affine), { loss, optimizer: SGD }, 1);
  const frozen = await trained(linear(affine), { loss, optimizer: SGD, groups: [{ match: 'b', frozen: true }] }, 1);
  t.same([...frozen.state.keys()].sort(), ['w', 'w.momentum']);
  t.notOk(frozen.graph.inputs.some(({ name }) => name === 'b'));
  t.same(numbersAt(frozen.state, 'w'), numbersAt(free.state, 'w'));
});

t.test('parts of a batch make the step of the whole batch', async (t) => {
  const options = { loss: { kind: 'l1' }, optimizer: SGD, clipNorm: 0.1 } as const;
  const whole = await trained(linear(affine), options, 5);
  const parts = await trained(linear(affine), { ...options, accumulate: 2 }, 5);
  t.ok(worstError(parts.losses, whole.losses) < 1e-6);
  t.ok(worstError(numbersAt(parts.state, 'w'), numbersAt(whole.state, 'w')) < 1e-6);
});

const LOSSES: readonly LossSpec[] = [
  { kind: 'softmax-cross-entropy' },
  { kind: 'softmax-cross-entropy', ignoreIndex: 1, labelSmoothing: 0.1 },
  { kind: 'mean-squared-error' },
  { kind: 'binary-cross-entropy-with-logits' },
  { kind: 'l1' },
  { kind: 'huber', delta: 0.5 },
];
const OPTIMIZERS: readonly OptimizerSpec[] = [
  SGD,
  { kind: 'adam', lr: 0.03 },
  { kind: 'adamw', lr: 0.03 },
  { kind: 'lion', lr: 0.01 },
];

for (const loss of LOSSES) {
  t.test(`${JSON.stringify(loss)} falls with every optimizer`, async (t) => {
    const classes = tensorOf('int64', [BATCH], [0, 1, 2, 0]);
    const target = loss.kind === 'softmax-cross-entropy' ? classes : y;
    for (const optimizer of OPTIMIZERS) {
      const schedule = { kind: 'cosine', warmupSteps: 2, totalSteps: 30 } as const;
      const { losses } = await trained(linear(affine), { loss, optimizer, schedule, clipNorm: 1 }, 30, target);
      const [first = 0, last = 0] = [losses[0], losses.at(-1)];
      t.ok(last < 0.95 * first, `${optimizer.kind}: ${first} to ${last}`);
    }
  });
}
