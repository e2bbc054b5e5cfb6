/** The portable provider: near the cpu, the same bits each time, and errors of our own. */
import t from 'tap';
import { type GoldenCase, goldenSuite } from '#engine/run/golden.ts';
import type { ProviderName } from '#engine/run/providers.ts';
import { openSession, runtimeName } from '#engine/run/session.ts';
import { fromValues, toValues } from '#engine/run/values.ts';
import { readSafetensors } from '#engine/state/safetensors.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { worstError } from './near.ts';
import { shardOn } from './shard-on.ts';
import { expandBomb, inferGraph, inferRun, trainRun, values } from './step-graphs.ts';
import { compiled, OPTIMIZERS, train } from './training.ts';

const MEMORY = 2 ** 31;

/** One step of a golden case on its first rows. */
async function once({ run }: GoldenCase, provider: ProviderName): Promise<Map<string, Tensor>> {
  const session = await openSession(run.graph, { provider, memoryBytes: MEMORY });
  const given = new Map([...readSafetensors(run.state), ...readSafetensors(run.data as Uint8Array)]);
  const feeds = session.info.inputs.map(({ name, shape }) => {
    const tensor = given.get(name) as Tensor;
    const rows = shape[0] as number;
    const bytes = (tensor.data.byteLength / (tensor.shape[0] as number)) * rows;
    return [name, { ...tensor, shape: [rows, ...tensor.shape.slice(1)], data: tensor.data.slice(0, bytes) }] as const;
  });
  const wanted = session.info.outputs.map(({ name }) => name);
  const results = fromValues(await session.read(await session.run(toValues(new Map(feeds)), wanted)));
  await session.close();
  return results;
}

for (const golden of goldenSuite()) {
  t.test(`${golden.name}: near the cpu, and the same bits twice`, async (t) => {
    const found = await once(golden, 'portable');
    const error = worstError(found, await once(golden, 'cpu'));
    t.ok(error < 1e-5, `relative error ${error}`);
    t.same(await once(golden, 'portable'), found);
  });
}

for (const optimizer of OPTIMIZERS) {
  t.test(`20 steps of training with ${optimizer.kind}: near the cpu, and the same bits twice`, async (t) => {
    const { step, initialState } = compiled(optimizer);
    const [cpu, first, second] = await Promise.all(
      (['cpu', 'portable', 'portable'] as const).map(async (provider) => {
        const session = await openSession(step, { provider, memoryBytes: MEMORY });
        const end = await train(session, initialState, 20);
        await session.close();
        return end;
      }),
    );
    const error = worstError(first!, cpu!);
    t.ok(error < 1e-5, `relative error ${error}`);
    t.same(second, first);
  });
}

t.test('shards with checkpoints are near the cpu, and the same bits twice', async (t) => {
  for (const run of [trainRun, inferRun]) {
    const found = await shardOn('portable', run);
    const error = worstError(found, await shardOn('cpu', run));
    t.ok(error < 1e-5, `relative error ${error}`);
    t.same(await shardOn('portable', run), found);
  }
});

t.test('places that are given are filled', async (t) => {
  const session = await openSession(inferGraph, { provider: 'portable', memoryBytes: MEMORY });
  const feeds = toValues(new Map(['w', 'x'].map((name) => [name, values(name, name === 'w' ? [12, 1] : [4, 12])])));
  const plain = await session.run(feeds, ['logits', 'total']);
  const place = toValues(new Map([['logits', values('place', [4, 1])]]));
  const results = await session.run(feeds, ['logits', 'total'], place);
  t.equal(results.get('logits'), place.get('logits'));
  t.same(fromValues(results), fromValues(plain));
  await session.close();
});

t.test('what cannot be done is said, and the runtime goes on', async (t) => {
  const options = { provider: 'portable', memoryBytes: MEMORY } as const;
  await t.rejects(openSession(new Uint8Array(64).fill(7), options), { code: 'ENGINE_MODEL_REFUSED' });
  const bomb = await openSession(expandBomb.graph, options);
  await t.rejects(bomb.run(toValues(new Map([['x', values('x', [1])]])), ['out']), { code: /^ENGINE_/ });
  await bomb.close();
  t.match(await once(goldenSuite()[0]!, 'portable'), new Map());
  t.match(await runtimeName('portable'), /^onnxruntime-web-\d+\.\d+\.\d+$/);
  t.match(await runtimeName('cpu'), /^onnxruntime-\d+\.\d+\.\d+$/);
});
