/** Our training step against PyTorch's on the same weights and data: logits, loss, every gradient, and ten steps of each optimizer. */
import t from 'tap';
import type { Tensor } from '#engine/graph/tensor.ts';
import type { OptimizerSpec } from '#engine/train/options.ts';
import { compileGradients, compileTrain } from '#engine/train/step.ts';
import { ABSENT, expectedOf, REFERENCES, referenceModel } from '../onnx/reference-models.ts';
import { nextState, numbersAt, openRunner, runOnce, worstError } from './running.ts';

const LOSS = { kind: 'softmax-cross-entropy' } as const;
const MOST = 1e-4;
const OPTIMIZERS: ReadonlyArray<readonly [string, OptimizerSpec]> = [
  ['sgd', { kind: 'sgd', lr: 0.05, momentum: 0.9 }],
  ['adamw', { kind: 'adamw', lr: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 }],
];

const batchOf = (expected: ReadonlyMap<string, Tensor>): Array<[string, Tensor]> =>
  ['x', 'y'].map((name) => [name, expected.get(name) as Tensor]);

for (const reference of REFERENCES) {
  const model = referenceModel(reference);
  const skip = model === null ? ABSENT : false;

  t.test(`${reference}: logits, loss and every gradient`, { skip }, async (t) => {
    if (model === null) return;
    const expected = expectedOf(reference);
    const batch = expected.get('x')?.shape[0] ?? 0;
    const { graph, weights } = compileGradients(model, { batch, loss: LOSS });
    const results = await runOnce(graph, new Map([...weights, ...batchOf(expected)]));
    const names = [...expected.keys()].filter((name) => name.startsWith('grad.'));
    t.same(
      names.sort(),
      [...weights.keys()].map((name) => `grad.${name}`).sort(),
      'the weights are PyTorch’s parameters',
    );
    for (const name of ['logits', 'loss', ...names]) {
      t.same(results.get(name)?.shape, expected.get(name)?.shape, name);
      const error = worstError(numbersAt(results, name), numbersAt(expected, name));
      t.ok(error < MOST, `${name}: ${error}`);
    }
  });

  for (const [kind, optimizer] of OPTIMIZERS)
    t.test(`${reference}: ten steps of ${kind}`, { skip }, async (t) => {
      if (model === null) return;
      const expected = expectedOf(reference);
      const batch = expected.get('x')?.shape[0] ?? 0;
      const { step, initialState } = compileTrain(model, { batch, loss: LOSS, optimizer });
      const runner = await openRunner(step);
      let state = initialState;
      const losses: number[] = [];
      for (let i = 0; i < 10; i++) {
        const results = await runner.run(new Map([...state, ...batchOf(expected)]));
        losses.push(...numbersAt(results, 'loss'));
        state = nextState(results);
      }
      await runner.close();
      const wanted = numbersAt(expected, `${kind}.losses`);
      t.equal(losses.length, wanted.length);
      losses.forEach((loss, i) => {
        t.ok(worstError([loss], [wanted[i] as number]) < MOST, `loss ${i}: ${loss} and ${wanted[i]}`);
      });
      const parameters = [...expected.keys()].filter((key) => key.startsWith(`${kind}.param.`));
      t.ok(parameters.length > 0);
      for (const key of parameters) {
        const error = worstError(numbersAt(state, key.slice(`${kind}.param.`.length)), numbersAt(expected, key));
        t.ok(error < 1e-3, `${key}: ${error}`);
      }
    });
}
