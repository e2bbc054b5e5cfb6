/** Inference graphs of the models that PyTorch exported give PyTorch's logits, and its most probable class. */
import t from 'tap';
import type { Tensor } from '#engine/graph/tensor.ts';
import { compileInfer } from '#engine/train/infer.ts';
import { ABSENT, expectedOf, REFERENCES, referenceModel } from '../onnx/reference-models.ts';
import { numbersAt, runOnce, worstError } from './running.ts';

for (const name of REFERENCES) {
  t.test(name, async (t) => {
    const model = referenceModel(name);
    if (model === null) return void t.comment(ABSENT);
    const expected = expectedOf(name);
    const feeds = ['x', 'y'].map((key) => [key, expected.get(key) as Tensor] as const);
    const [batch = 0] = expected.get('x')?.shape ?? [];
    const { step, state, units } = compileInfer(model, { batch, labels: true });
    const results = await runOnce(step, new Map([...state, ...feeds]));
    t.same(results.get('logits')?.shape, expected.get('logits')?.shape);
    const error = worstError(numbersAt(results, 'logits'), numbersAt(expected, 'logits'));
    t.ok(error < 1e-5, `${error}`);
    t.same(results.get('prediction')?.shape, expected.get('y')?.shape);
    const [predicted, labels] = [numbersAt(results, 'prediction'), numbersAt(expected, 'y')];
    t.same(
      numbersAt(results, 'correct'),
      predicted.map((label, i) => (label === labels[i] ? 1 : 0)),
    );
    t.ok(units > 0n);
    t.comment(`${name}: ${units} units a batch`);
  });
}
