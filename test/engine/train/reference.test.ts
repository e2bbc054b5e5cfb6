/** Our training step against PyTorch's on the same weights and data: logits, loss, every gradient, and ten steps of each optimizer. */
import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';
import type { Tensor } from '#engine/graph/tensor.ts';
import { importSafetensors } from '#engine/state/safetensors.ts';
import { compileInfer } from '#engine/train/infer.ts';
import type { OptimizerSpec } from '#engine/train/options.ts';
import { compileTrain } from '#engine/train/step.ts';
import { nextState, numbersAt, openRunner, runOnce, worstError } from './running.ts';

const FOLDER = new URL('../../../../shared/reference/mlp/', import.meta.url);
const BATCH = 32;
const LOSS = { kind: 'softmax-cross-entropy' } as const;
const skip = existsSync(FOLDER) ? false : 'the reference files are not here';

const load = () => ({
  model: new Uint8Array(readFileSync(new URL('forward.onnx', FOLDER))),
  expected: importSafetensors(readFileSync(new URL('expected.safetensors', FOLDER))),
});

function batchOf(expected: ReadonlyMap<string, Tensor>): Array<[string, Tensor]> {
  return ['x', 'y'].map((name) => [name, expected.get(name) as Tensor]);
}

t.test('logits', { skip }, async (t) => {
  const { model, expected } = load();
  const { step, state } = compileInfer(model, { batch: BATCH, labels: true });
  const results = await runOnce(step, new Map([...state, ...batchOf(expected)]));
  t.ok(worstError(numbersAt(results, 'logits'), numbersAt(expected, 'logits')) < 1e-5);
});

t.test('loss and gradients, read off a step of size one', { skip }, async (t) => {
  const { model, expected } = load();
  const compiled = compileTrain(model, { batch: BATCH, loss: LOSS, optimizer: { kind: 'sgd', lr: 1, momentum: 0.5 } });
  const results = await runOnce(compiled.step, new Map([...compiled.initialState, ...batchOf(expected)]));
  t.ok(worstError(numbersAt(results, 'loss'), numbersAt(expected, 'loss')) < 1e-6, 'loss');
  const gradients = [...expected.keys()].filter((name) => name.startsWith('grad.'));
  t.equal(gradients.length, 6);
  for (const name of gradients) {
    const momentum = numbersAt(results, `${name.slice('grad.'.length)}.momentum.next`);
    t.ok(worstError(momentum, numbersAt(expected, name)) < 1e-4, name);
  }
});

const OPTIMIZERS: ReadonlyArray<readonly [string, OptimizerSpec]> = [
  ['sgd', { kind: 'sgd', lr: 0.05, momentum: 0.9 }],
  ['adamw', { kind: 'adamw', lr: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 }],
];

for (const [name, optimizer] of OPTIMIZERS) {
  t.test(`ten steps of ${name}`, { skip }, async (t) => {
    const { model, expected } = load();
    const { step, initialState } = compileTrain(model, { batch: BATCH, loss: LOSS, optimizer });
    const runner = await openRunner(step);
    let state = initialState;
    const losses: number[] = [];
    for (let i = 0; i < 10; i++) {
      const results = await runner.run(new Map([...state, ...batchOf(expected)]));
      losses.push(...numbersAt(results, 'loss'));
      state = nextState(results);
    }
    await runner.close();
    const wanted = numbersAt(expected, `${name}.losses`);
    losses.forEach((loss, i) => {
      t.ok(worstError([loss], [wanted[i] as number]) < 1e-4, `loss ${i}: ${loss} and ${wanted[i]}`);
    });
    const parameters = [...expected.keys()].filter((key) => key.startsWith(`${name}.param.`));
    t.equal(parameters.length, 6);
    for (const key of parameters) {
      const error = worstError(numbersAt(state, key.slice(`${name}.param.`.length)), numbersAt(expected, key));
      t.ok(error < 1e-3, `${key}: ${error}`);
    }
  });
}
