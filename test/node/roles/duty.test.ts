/** A duty: a turn on every block, never two at once, and no error that ends it. */
import t from 'tap';
import { errorTable } from '#protocol/errors.ts';
import type { Head, Log } from '#protocol/ports.ts';
import { Duty, onEach } from '#node/roles/duty.ts';

/** A chain that makes a block when the test says so. */
class Blocks {
  #number = 0;
  #waiting: Array<() => void> = [];
  readonly head = (): Head => ({ number: this.#number, timestamp: this.#number });

  nextBlock = (signal?: AbortSignal): Promise<Head> =>
    new Promise((resolve) => {
      const wake = () => resolve(this.head());
      if (signal?.aborted) return wake();
      signal?.addEventListener('abort', wake);
      this.#waiting.push(wake);
    });

  /** Makes a block and lets everything that waited for it run as far as it can. */
  async mine(): Promise<void> {
    this.#number += 1;
    for (const wake of this.#waiting.splice(0)) wake();
    await settled();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function recorder(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (fields: object) => void lines.push(`${level} ${'code' in fields ? fields.code : ''}`);
  return { lines, log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
}

t.test('a turn at the start and on every block, until it is stopped', async (t) => {
  const blocks = new Blocks();
  const seen: number[] = [];
  const duty = new Duty('test', { view: blocks, log: recorder().log }, async ({ number }) => void seen.push(number));
  duty.start();
  await settled();
  await blocks.mine();
  await blocks.mine();
  await duty.stop();
  await blocks.mine();
  t.same(seen, [0, 1, 2]);
});

t.test('a turn that outlasts blocks is not doubled, and stop waits for it', async (t) => {
  const blocks = new Blocks();
  let finish = () => {};
  let [running, most, ended] = [0, 0, false];
  const duty = new Duty('test', { view: blocks, log: recorder().log }, async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    running -= 1;
  });
  duty.start();
  await blocks.mine();
  await blocks.mine();
  const stopped = duty.stop().then(() => {
    ended = true;
  });
  await settled();
  t.equal(ended, false, 'the turn is still under way');
  finish();
  await stopped;
  t.equal(most, 1);
});

t.test('an error is logged by its weight, and the next block is another try', async (t) => {
  const { log, lines } = recorder();
  const blob = errorTable('BLOB', { UNAVAILABLE: { what: (_: Record<string, never>) => 'gone', todo: 'wait for it' } });
  const errors = [blob('UNAVAILABLE', {}), new RangeError('a bug')];
  let turns = 0;
  const blocks = new Blocks();
  const duty = new Duty('test', { view: blocks, log }, async () => {
    turns += 1;
    const error = errors.shift();
    if (error !== undefined) throw error;
  });
  duty.start();
  await settled();
  await blocks.mine();
  await blocks.mine();
  await duty.stop();
  t.equal(turns, 3);
  t.same(lines, ['debug BLOB_UNAVAILABLE', 'error undefined']);
});

t.test('what fails because it was stopped is not logged', async (t) => {
  const { log, lines } = recorder();
  const duty = new Duty('test', { view: new Blocks(), log }, async (_, signal) => {
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new RangeError('stopped'))));
  });
  duty.start();
  await duty.stop();
  t.same(lines, []);
});

t.test('of many items, one that fails keeps none back, and is told at the end', async (t) => {
  const done: number[] = [];
  const failing = onEach([1, 2, 3], async (item) => {
    await settled();
    if (item === 1) throw new RangeError('the first');
    done.push(item);
  });
  await t.rejects(failing, { message: 'the first' });
  t.same(done, [2, 3]);
  await t.resolves(onEach([], async () => {}));
});
