/** Results written in place: the same bits as plain runs, in the caller's memory, without copies; and the state in its file's bytes. */
import t from 'tap';
import { decodeModel } from '#engine/onnx/decode.ts';
import { overwritable } from '#engine/run/aliasing.ts';
import { LiveState } from '#engine/run/live-state.ts';
import { openSession, type Session } from '#engine/run/session.ts';
import { fromValue, toValue, type Value } from '#engine/run/values.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { commitmentOf, zeros } from '#engine/state/state.ts';
import { BATCH, trainGraph, trainState, values } from './step-graphs.ts';
import { compiled, OPTIMIZERS, train } from './training.ts';

const open = (graph: Uint8Array, inPlace: boolean): Promise<Session> =>
  openSession(graph, { provider: 'cpu', memoryBytes: 2 ** 30, inPlace });

const x = values('x', [BATCH, 12]);
const y = values('y', [BATCH]);

t.test('results lie where the caller wants them, and a run that fails is told from one that ends early', async (t) => {
  const session = await open(trainGraph, true);
  t.teardown(() => session.close());
  t.same(session.info, await open(trainGraph, false).then(({ info }) => info), 'the mark is not to be seen');
  const feeds = new Map(
    [...trainState, ['x', x] as const, ['y', y] as const].map(([name, tensor]) => [name, toValue(tensor)]),
  );
  const names = session.info.outputs.map(({ name }) => name);
  const plain = await session.run(feeds, names);
  const places = new Map(
    session.info.outputs.map(({ name, dtype, shape }) => [name, toValue(zeros(dtype, shape as number[]))]),
  );
  const placed = await session.run(feeds, names, places);
  for (const name of names) {
    t.equal(placed.get(name), places.get(name), name);
    t.same(fromValue(places.get(name) as Value), fromValue(plain.get(name) as Value), name);
  }
  const some = await session.run(feeds, names, new Map([...places].slice(0, 1)));
  t.same(
    fromValue(some.get('loss') as Value),
    fromValue(plain.get('loss') as Value),
    'without a place a result gets one',
  );
  await t.rejects(
    session.run(new Map(), names, places),
    { code: 'ENGINE_STEP_FAILED' },
    'a failed run is no finished one',
  );
});

t.test('ten steps in place are the bits of ten plain ones, for every optimizer', async (t) => {
  for (const optimizer of OPTIMIZERS) {
    const { step, initialState } = compiled(optimizer);
    const plain = await train(await open(step, false), initialState, 10);
    const session = await open(step, true);
    const safe = overwritable(decodeModel(step).graph);
    t.ok(safe.size > 0);
    const state = new LiveState(writeSafetensors(initialState), safe, session);
    const feeds = await batchOf(step);
    const loss = toValue(zeros('float32', []));
    const names = session.info.outputs.map(({ name }) => name);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 10; i++)
      state.advance(
        await session.run(new Map([...state.feeds(), ...feeds]), names, new Map([...state.places(), ['loss', loss]])),
      );
    t.ok(
      process.memoryUsage().arrayBuffers - before < 100_000,
      'the binding answers no copies, which are a megabyte a step',
    );
    const next = new Map(
      [...plain].flatMap(([name, tensor]) => (name === 'loss' ? [] : [[name.slice(0, -5), tensor] as const])),
    );
    t.same(await state.file(session), writeSafetensors(next), optimizer.kind);
  }
});

/** The batch of ./training.ts, as its own first step sees it. */
async function batchOf(step: Uint8Array): Promise<Map<string, Value>> {
  const session = await open(step, false);
  const seen = new Map<string, Value>();
  const spy: Session = {
    info: session.info,
    run: async (feeds, wanted) => {
      for (const name of ['x', 'y']) seen.set(name, feeds.get(name) as Value);
      return session.run(feeds, wanted);
    },
    read: (values) => session.read(values),
    close: () => session.close(),
  };
  await train(spy, compiledState(step), 1);
  return seen;
}

function compiledState(step: Uint8Array) {
  const { inputs } = decodeModel(step).graph;
  return new Map(
    inputs
      .filter(({ name }) => name !== 'x' && name !== 'y')
      .map(({ name, dtype, shape }) => [name, zeros(dtype, shape as number[])]),
  );
}

t.test('the file of a live state is its canonical safetensors, wherever its tensors are', async (t) => {
  const read = async (values: ReadonlyMap<string, Value>) => values;
  for (const writesInto of [true, false]) {
    const state = new LiveState(writeSafetensors(trainState), new Set(['count']), { writesInto });
    t.equal(commitmentOf(state.tensors), commitmentOf(trainState));
    const next = new Map(
      [...trainState].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.map((byte) => byte ^ 1) }]),
    );
    const places = state.places();
    t.equal(places.size, writesInto ? trainState.size : 0);
    const results = new Map(
      [...next].map(([name, tensor]) => {
        const place = places.get(`${name}.next`);
        if (place !== undefined) fromValue(place).data.set(tensor.data);
        return [`${name}.next`, place ?? toValue(tensor)];
      }),
    );
    if (writesInto) {
      const isSame = (name: string) => places.get(`${name}.next`) === state.feeds().get(name);
      t.same(['w', 'rate', 'count'].map(isSame), [false, false, true], 'only count is overwritten');
    }
    state.advance(results);
    t.same(await state.file({ read }), writeSafetensors(next));
  }
});
