/** The pool against models that crash, hang and eat memory: each costs its own request and nothing else. */
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { EnginePool, type PoolOptions } from '#engine/run/pool.ts';
import { commitmentOf } from '#engine/state/state.ts';
import { systemClock } from '#node/clock.ts';
import {
  endless,
  expandBomb,
  inferGraph,
  inferRun,
  slowBomb,
  tappedGraph,
  trainRun,
  trainState,
} from './step-graphs.ts';

const MIB = 2 ** 20;

function openPool(t: Test, over: Partial<PoolOptions> = {}): EnginePool {
  const pool = new EnginePool({ size: 1, memoryBytes: 1024 * MIB, stepTimeoutMs: 60_000, clock: systemClock, ...over });
  t.teardown(() => pool.close());
  return pool;
}

/** Resolves when the pool has a process. */
async function firstPid(pool: EnginePool): Promise<number> {
  for (;;) {
    const [pid] = pool.pids;
    if (pid !== undefined) return pid;
    await sleep(5);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

t.test('a run in a child is the same bytes as the next one, in another child', async (t) => {
  const pool = openPool(t, { size: 2 });
  const [first, second] = await Promise.all([pool.run(trainRun), pool.run(trainRun)]);
  t.equal(pool.pids.length, 2);
  t.equal(first.startRoot, commitmentOf(trainState));
  t.equal(first.checkpoints.length, 3);
  t.same(second.checkpoints, first.checkpoints);
  t.equal(first.metrics.steps, 10);
  const tapped = await pool.run({ ...trainRun, tap: { step: 3, graph: tappedGraph, value: 'miss' } });
  t.same(tapped.checkpoints, first.checkpoints);
  t.equal(tapped.tapped?.length, 16);
});

t.test('another provider computes in its own process, in place or not, and comes near', async (t) => {
  const [exact, portable] = await Promise.all([
    openPool(t).run(trainRun),
    openPool(t, { provider: 'portable' }).run(trainRun),
  ]);
  t.equal(portable.checkpoints.length, exact.checkpoints.length);
  t.equal(portable.startRoot, exact.startRoot);
  t.ok(Math.abs((portable.metrics.lastLoss ?? 0) - (exact.metrics.lastLoss ?? 9)) < 1e-4);
});

t.test('more requests than places wait their turn', async (t) => {
  const pool = openPool(t);
  const results = await Promise.all(Array.from({ length: 6 }, () => pool.run(inferRun)));
  t.equal(pool.pids.length, 1);
  t.equal(new Set(results.map(({ checkpoints }) => checkpoints[1]?.outputsRoot)).size, 1);
});

t.test('a model tells its inputs and outputs, or why it is none', async (t) => {
  const pool = openPool(t);
  t.match(await pool.probe(inferGraph), {
    inputs: [
      { name: 'w', dtype: 'float32', shape: [12, 1] },
      { name: 'x', shape: [4, 12] },
    ],
    outputs: [
      { name: 'logits', dtype: 'float32', shape: [4, 1] },
      { name: 'total', shape: [] },
    ],
  });
  await t.rejects(pool.probe(new Uint8Array(100).fill(7)), { code: 'MODEL_NOT_ONNX' });
  await t.rejects(pool.probe(inferGraph.subarray(0, 100)), { code: 'MODEL_NOT_ONNX' });
  t.ok(await pool.run(inferRun), 'and the next run works');
});

t.test('2 TB at once fail inside the child, which lives on', async (t) => {
  const pool = openPool(t);
  await pool.run(inferRun);
  const [pid] = pool.pids;
  await t.rejects(pool.run(expandBomb), { code: 'ENGINE_OUT_OF_MEMORY' });
  t.ok(await pool.run(inferRun));
  t.same(pool.pids, [pid]);
});

t.test('memory that grows beyond the limit ends the child, the next run gets a fresh one', async (t) => {
  const pool = openPool(t, { memoryBytes: 400 * MIB });
  await t.rejects(pool.run(slowBomb(40)), { code: 'ENGINE_OUT_OF_MEMORY' });
  t.ok(await pool.run(inferRun));
});

t.test('a step without end is stopped', async (t) => {
  const pool = openPool(t, { stepTimeoutMs: 1_500 });
  const running = pool.run(endless);
  const pid = await firstPid(pool);
  await t.rejects(running, { code: 'ENGINE_TIMEOUT', details: { limitMs: 1_500 } });
  t.equal(isRunning(pid), false);
  t.ok(await pool.run(inferRun));
});

t.test('a killed child costs its request only', async (t) => {
  const pool = openPool(t);
  const running = pool.run(endless);
  const waiting = pool.run(inferRun);
  process.kill(await firstPid(pool), 'SIGKILL');
  await t.rejects(running, { code: 'ENGINE_CRASHED', details: { exit: 'SIGKILL' } });
  t.ok(await waiting);
});

t.test('a child killed while idle is not used again', async (t) => {
  const pool = openPool(t);
  await pool.run(inferRun);
  const [pid] = pool.pids;
  process.kill(pid as number, 'SIGKILL');
  while (isRunning(pid as number)) await sleep(5);
  t.ok(await pool.run(inferRun));
  t.not(pool.pids[0], pid);
});

t.test('a request is called off while it runs and while it waits', async (t) => {
  const pool = openPool(t);
  const [first, second] = [new AbortController(), new AbortController()];
  const running = pool.run(endless, first.signal);
  const waiting = pool.run(inferRun, second.signal);
  await firstPid(pool);
  second.abort();
  await t.rejects(waiting, { code: 'ENGINE_ABORTED' });
  first.abort();
  await t.rejects(running, { code: 'ENGINE_ABORTED' });
  await t.rejects(pool.run(inferRun, AbortSignal.abort()), { code: 'ENGINE_ABORTED' });
  t.ok(await pool.run(inferRun));
});

t.test('what nobody wants when its turn comes is not begun, and costs no process', async (t) => {
  const pool = openPool(t);
  let isWanted = true;
  const running = pool.run(trainRun, undefined, () => isWanted);
  const waiting = pool.run(trainRun, undefined, () => isWanted);
  const pid = await firstPid(pool);
  isWanted = false;
  t.ok(await running, 'what is under way goes on');
  await t.rejects(waiting, { code: 'ENGINE_ABORTED' });
  t.ok(await pool.run(inferRun));
  t.same(pool.pids, [pid]);
});

t.test('closing ends what runs and what waits, and leaves no process', async (t) => {
  const pool = openPool(t);
  const requests = [pool.run(endless), pool.run(inferRun)];
  const pid = await firstPid(pool);
  const rejected = Promise.all(requests.map((request) => t.rejects(request, { code: 'ENGINE_CLOSED' })));
  await pool.close();
  await rejected;
  t.equal(isRunning(pid), false);
  await t.rejects(pool.run(inferRun), { code: 'ENGINE_CLOSED' });
});
