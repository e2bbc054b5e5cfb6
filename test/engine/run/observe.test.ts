/** Step-through: digests of what each operator of a compiled step puts out, and nothing else changes by looking. */
import t from 'tap';
import { Filler } from '#engine/data/feed.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { EnginePool } from '#engine/run/pool.ts';
import { operatorValues } from '#engine/run/observe.ts';
import type { ShardRun } from '#engine/run/shard-run.ts';
import { readSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import { compileTrain } from '#engine/train/step.ts';
import { systemClock } from '#node/clock.ts';
import { FINE_CHUNK, tensorDigest } from '#protocol/trees/tensor.ts';
import { linear } from '#test/engine/onnx/models.ts';
import { runOnce } from '../train/running.ts';
import { SEED, values } from './step-graphs.ts';

const { step, initialState } = compileTrain(linear(), {
  batch: 2,
  loss: { kind: 'softmax-cross-entropy' },
  optimizer: { kind: 'adamw', lr: 0.01 },
});
const { opset, graph } = decodeModel(step);
const labels = {
  dtype: 'int64',
  shape: [6],
  data: new Uint8Array(new BigInt64Array([0n, 1n, 1n, 0n, 1n, 0n]).buffer),
} as const;
const run: ShardRun = {
  kind: 'train',
  graph: step,
  state: writeSafetensors(initialState),
  data: writeSafetensors(
    new Map([
      ['x', values('x', [6, 4])],
      ['y', labels],
    ]),
  ),
  batch: 2,
  firstStep: 0,
  steps: 4,
  segment: 4,
  seed: SEED,
};
const pool = new EnginePool({ size: 1, memoryBytes: 2 ** 30, stepTimeoutMs: 60_000, clock: systemClock });
t.teardown(() => pool.close());

const at = 2;
const shown = operatorValues(graph);

t.test('all operators of a step, in their order, and the checkpoint stays', async (t) => {
  const plain = await pool.run(run);
  const seen = await pool.run({ ...run, observe: { step: at, values: 'all' } });
  t.same(seen.checkpoints, plain.checkpoints);
  t.equal(plain.observed, undefined);
  t.same(
    seen.observed?.map(({ name }) => name),
    shown.map(({ name }) => name),
  );
  t.ok(shown.length > 20 && shown.length === graph.nodes.flatMap(({ outputs }) => outputs).length);
  // The outputs of step 2 are the state after step 3 of 4: what a run of three steps ends with.
  const ended = readSafetensors((await pool.run({ ...run, steps: at + 1 })).checkpoints[0]?.state as Uint8Array);
  for (const [name, { data, dtype, shape }] of ended) {
    const found = seen.observed?.find((value) => value.name === `${name}.next`);
    t.same(found, { name: `${name}.next`, dtype, shape, digest: tensorDigest(data) });
  }
});

t.test('the digests are those of the whole graph with every value as its output', async (t) => {
  const inside = graph.values.filter(({ name }) => shown.some((value) => value.name === name));
  const open = { ...graph, outputs: [...graph.outputs, ...inside], values: [] };
  const feeds = await feedsOf();
  const whole = await runOnce(encodeModel({ opset, graph: open }), feeds);
  const plain = await runOnce(step, feeds);
  for (const [name, tensor] of plain) t.same(whole.get(name), tensor, name);
  const { observed } = await pool.run({ ...run, observe: { step: at, values: 'all' } });
  for (const { name, digest } of observed ?? []) t.equal(digest, tensorDigest(whole.get(name)!.data), name);
});

/** State and batch of the observed step. */
async function feedsOf() {
  const { checkpoints } = await pool.run({ ...run, steps: at });
  const plan = {
    slice: run.data as Uint8Array,
    batch: 2,
    seed: SEED,
    isSequential: false,
    columns: ['x', 'y'],
    noise: [],
  };
  const filler = new Filler({ ...plan, firstStep: 0, steps: 4 });
  const batch = filler.buffers();
  filler.fill(at, batch);
  const plainBytes = [...batch].map(
    ([name, tensor]) => [name, { ...tensor, data: Uint8Array.from(tensor.data) }] as const,
  );
  return new Map([...readSafetensors(checkpoints[0]?.state as Uint8Array), ...plainBytes]);
}

t.test('chosen values, and the bytes of one', async (t) => {
  const [first, second] = [shown[3]!.name, shown[1]!.name];
  const { observed, observedBytes } = await pool.run({
    ...run,
    observe: { step: 0, values: [first], bytes: [second] },
  });
  t.same(
    observed?.map(({ name }) => name),
    [first],
  );
  const all = await pool.run({ ...run, observe: { step: 0, values: 'all' } });
  t.same(
    observed?.[0],
    all.observed?.find(({ name }) => name === first),
  );
  t.equal(tensorDigest(observedBytes!.get(second)!), all.observed?.find(({ name }) => name === second)?.digest);
  await t.rejects(pool.run({ ...run, observe: { step: 0, values: ['nothing'] } }), { code: 'ENGINE_BAD_INPUT' });
  await t.rejects(pool.run({ ...run, observe: { step: 4, values: 'all' } }), { code: 'ENGINE_BAD_INPUT' });
});

t.test('what the step is fed, and the finer tree of a dispute', async (t) => {
  const feeds = await feedsOf();
  const made = shown.map(({ name }) => name);
  const bytes = [...feeds.keys(), made[2]!];
  const { observed, observedBytes } = await pool.run({
    ...run,
    observe: { step: at, values: [...made, ...feeds.keys()], tree: 'fine', bytes },
  });
  t.same(new Set(observed?.map(({ name }) => name)), new Set([...feeds.keys(), ...made]));
  t.same([...observedBytes!.keys()], bytes);
  for (const [name, { dtype, shape, data }] of feeds) {
    t.same(observedBytes!.get(name), data, name);
    const found = observed?.find((value) => value.name === name);
    t.same(found, { name, dtype, shape, digest: tensorDigest(data, FINE_CHUNK) });
  }
  const computed = observedBytes!.get(made[2]!)!;
  t.equal(observed?.find(({ name }) => name === made[2])?.digest, tensorDigest(computed, FINE_CHUNK));
});
