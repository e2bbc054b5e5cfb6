/** Inputs gathered ahead by a thread are those that are gathered on the spot, and large messages arrive whole. */
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { directFeed, type FeedPlan, Filler } from '#engine/data/feed.ts';
import { fillNoise } from '#engine/data/noise.ts';
import { pack, piecesOf, Unpacker } from '#engine/run/parcels.ts';
import { Prefetcher } from '#engine/run/prefetch.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { SEED, values } from './step-graphs.ts';

const ROWS = 10;
const plan: FeedPlan = {
  slice: writeSafetensors(
    new Map([
      ['x', values('x', [ROWS, 64])],
      ['y', values('y', [ROWS])],
    ]),
  ),
  batch: 4,
  seed: SEED,
  isSequential: false,
  columns: ['x'],
  // Large enough for a thread.
  noise: [{ name: 'random.0', dtype: 'float32', shape: [256, 300] }],
  firstStep: 3,
  steps: 7,
};

async function inputs(feed: ReturnType<Prefetcher['feed']>, steps: number): Promise<string[]> {
  const seen: string[] = [];
  for (let step = 0; step < steps; step++) {
    const { tensors, validRows } = await feed.next();
    // What the thread does meanwhile must not reach these buffers.
    if (step % 3 === 0) await sleep(20);
    const hex = [...tensors].map(([name, { data }]) => `${name} ${Buffer.from(data).toString('base64')}`);
    seen.push(`${validRows} ${hex.join()}`);
  }
  feed.close();
  return seen;
}

t.test('the thread gives what the main thread would, run after run', async (t) => {
  const prefetcher = new Prefetcher();
  t.teardown(() => prefetcher.close());
  const direct = await inputs(directFeed(new Filler(plan)), plan.steps);
  t.equal(new Set(direct).size, plan.steps);
  t.same(await inputs(prefetcher.feed(plan), plan.steps), direct);
  t.same(await inputs(prefetcher.feed(plan), 2), direct.slice(0, 2), 'a run that is given up');
  t.same(
    await inputs(prefetcher.feed({ ...plan, firstStep: 5 }), 5),
    direct.slice(2),
    'steps are counted from the slice’s start',
  );
});

t.test('an error in the thread reaches whoever waits', async (t) => {
  const prefetcher = new Prefetcher();
  t.teardown(() => prefetcher.close());
  const short = prefetcher.feed({ ...plan, isSequential: true, firstStep: 0, steps: 4 });
  await t.rejects(inputs(short, 4), { code: 'DATA_NO_SUCH_STEP', details: { step: 3 } });
  t.equal((await inputs(prefetcher.feed(plan), 1)).length, 1, 'and the next run works');
});

t.test('noise goes by name and absolute step; columns that nobody asks for are left out', async (t) => {
  const { tensors } = await directFeed(new Filler(plan)).next();
  t.same([...tensors.keys()], ['x', 'random.0']);
  const expected = new Uint8Array(256 * 300 * 4);
  fillNoise({ seed: SEED, name: 'random.0', step: 3 }, expected);
  t.ok(Buffer.compare(expected, (tensors.get('random.0') as { data: Uint8Array }).data) === 0);
});

t.test('byte arrays of a message travel in pieces and arrive in shared memory', async (t) => {
  const large = new Uint8Array(2.5 * 2 ** 20).map((_, i) => i * 7);
  const message = {
    type: 'run',
    run: { graph: Uint8Array.of(1, 2), state: large, states: [large.slice(1), Uint8Array.of(3)], n: 5 },
  };
  const { light, parcels } = pack(message);
  t.equal(parcels.length, 2);
  const unpacker = new Unpacker();
  const pieces = [...piecesOf(parcels)];
  t.ok(pieces.every(({ bytes }) => bytes.length <= 2 ** 20));
  for (const piece of pieces) unpacker.add(piece);
  const { run } = unpacker.unpack(structuredClone(light)) as typeof message;
  t.ok(run.state.buffer instanceof SharedArrayBuffer);
  t.equal(Buffer.compare(run.state, large), 0);
  t.equal(Buffer.compare(run.states[0]!, large.slice(1)), 0);
  t.same([run.graph, run.states[1], run.n], [message.run.graph, message.run.states[1], 5]);
  t.throws(() => (unpacker.unpack(light) as typeof message).run.state.length, TypeError, 'the bytes are given once');
});
