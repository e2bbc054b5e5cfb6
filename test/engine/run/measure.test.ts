/** Measuring a provider and choosing one. */
import t from 'tap';
import { measureProvider, pickProvider } from '#engine/run/measure.ts';
import { workloadOf } from '#engine/run/workload.ts';
import { perceptron } from '#engine/train/base-model.ts';
import { systemClock } from '#node/clock.ts';

t.test('rates agree with steps and units, and the memory is a process', async (t) => {
  const model = perceptron({ features: 16, layers: [32], classes: 4 });
  const workload = workloadOf(model, { name: 'small', batch: 8, loss: { kind: 'softmax-cross-entropy' } });
  for (const provider of ['cpu', 'portable'] as const) {
    const found = await measureProvider(provider, workload, { clock: systemClock, leastMs: 50 });
    t.equal(found.provider, provider);
    t.equal(found.trainUnitsPerSecond, found.trainStepsPerSecond * Number(workload.train.units));
    t.equal(found.inferUnitsPerSecond, found.inferBatchesPerSecond * Number(workload.infer.units));
    t.ok(found.trainStepsPerSecond > 0 && Number.isFinite(found.trainStepsPerSecond));
    t.ok(found.memoryBytes > 2 ** 24);
  }
});

t.test('the fastest is chosen, for exact jobs among those whose bits can be compared', async (t) => {
  const measured = [
    { provider: 'cpu', trainUnitsPerSecond: 10 },
    { provider: 'webgpu', trainUnitsPerSecond: 30 },
    { provider: 'cuda', trainUnitsPerSecond: 30 },
    { provider: 'portable', trainUnitsPerSecond: 3 },
  ] as const;
  t.equal(pickProvider(measured), 'cpu');
  t.equal(pickProvider(measured, 'fast'), 'webgpu', 'the first of equals');
  t.equal(pickProvider(measured.slice(3), 'fast'), 'portable');
  t.throws(() => pickProvider(measured.slice(1)), { code: 'PROVIDER_NONE' });
});
