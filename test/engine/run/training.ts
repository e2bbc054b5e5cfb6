/** A few steps of the base model on seeded data, with any session: what the tests of the providers compare. */
import { SeededRandom } from '#engine/data/random.ts';
import { uniform } from '#engine/data/synthetic.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import type { Session } from '#engine/run/session.ts';
import { fromValues, toValues } from '#engine/run/values.ts';
import { BASE_MODEL, perceptron } from '#engine/train/base-model.ts';
import type { OptimizerSpec } from '#engine/train/options.ts';
import { compileTrain } from '#engine/train/step.ts';
import { SEED } from './step-graphs.ts';

const BATCH = 32;
const seeded = (name: string, shape: readonly number[], exponent: number): Tensor =>
  uniform(new SeededRandom(SEED, name), shape, exponent);

export const OPTIMIZERS: readonly OptimizerSpec[] = [
  { kind: 'sgd', lr: 0.05, momentum: 0.9 },
  // A common epsilon of 1e-8 makes steps of full size from gradients that are rounding errors.
  { kind: 'adamw', lr: 0.001, epsilon: 1e-3, weightDecay: 0.01 },
];

/** Weights around 1/√fan-in, so that the loss moves. */
export const compiled = (optimizer: OptimizerSpec) =>
  compileTrain(perceptron({ ...BASE_MODEL, weight: (name, shape) => seeded(name, shape, -3) }), {
    batch: BATCH,
    loss: { kind: 'softmax-cross-entropy' },
    optimizer,
  });

const batch = new Map([
  ['x', seeded('x', [BATCH, BASE_MODEL.features], 0)],
  [
    'y',
    tensorOf(
      'int64',
      [BATCH],
      Array.from({ length: BATCH }, (_, row) => row % BASE_MODEL.classes),
    ),
  ],
]);

/** State and loss after so many steps; `peek` sees each step's results where they lie. */
export async function train(
  session: Session,
  start: ReadonlyMap<string, Tensor>,
  steps: number,
  peek?: (results: Awaited<ReturnType<Session['run']>>) => void,
): Promise<Map<string, Tensor>> {
  const wanted = session.info.outputs.map(({ name }) => name);
  const fixed = toValues(batch);
  let state = toValues(start);
  let results = await session.run(new Map([...state, ...fixed]), wanted);
  for (let step = 1; step < steps; step++) {
    peek?.(results);
    const last = results;
    state = new Map([...state.keys()].map((name) => [name, last.get(`${name}.next`) ?? state.get(name)!]));
    results = await session.run(new Map([...state, ...fixed]), wanted);
  }
  const here = fromValues(await session.read(results));
  return new Map([...here].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]));
}
