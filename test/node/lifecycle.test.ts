/** Parts start in order and stop in reverse, whatever fails in between. */
import { EventEmitter } from 'node:events';
import t from 'tap';
import { aborted, Lifecycle, onInterrupt } from '#node/lifecycle.ts';
import type { Part } from '#node/lifecycle.ts';
import { createLog } from '#node/log.ts';

const log = createLog({ level: 'silent', json: true });

const part = (name: string, seen: string[], fails: '' | 'start' | 'stop' = ''): Part => ({
  name,
  start: async () => {
    if (fails === 'start') throw new RangeError(`${name} does not start`);
    seen.push(`+${name}`);
  },
  stop: async () => {
    seen.push(`-${name}`);
    if (fails === 'stop') throw new RangeError(`${name} does not stop`);
  },
});

t.test('in order and in reverse, once', async (t) => {
  const seen: string[] = [];
  const life = new Lifecycle(log);
  for (const name of ['store', 'chain', 'roles']) await life.start(part(name, seen));
  await Promise.all([life.stop(), life.stop()]);
  t.same(seen, ['+store', '+chain', '+roles', '-roles', '-chain', '-store']);
});

t.test('a part that does not start takes down those before it', async (t) => {
  const seen: string[] = [];
  const life = new Lifecycle(log);
  await life.start(part('store', seen));
  await t.rejects(life.start(part('chain', seen, 'start')), { message: 'chain does not start' });
  t.same(seen, ['+store', '-store']);
});

t.test('a part that does not stop keeps no other from stopping', async (t) => {
  const seen: string[] = [];
  const life = new Lifecycle(log);
  await life.start(part('store', seen));
  await life.start(part('chain', seen, 'stop'));
  await t.rejects(life.stop(), { message: 'chain does not stop' });
  t.same(seen.slice(-2), ['-chain', '-store']);
});

t.test('the first signal asks, the second is left to the system', async (t) => {
  const source = new EventEmitter();
  const { signal } = onInterrupt(source);
  t.notOk(signal.aborted);
  source.emit('SIGTERM');
  await aborted(signal);
  t.equal(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM'), 0);
});
