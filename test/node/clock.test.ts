/** The real clock: sleeps end by time or by signal. */
import t from 'tap';
import { systemClock, systemRandom } from '#node/clock.ts';

t.test('sleep ends by itself, by a signal, or at once', async (t) => {
  const before = systemClock.now();
  await systemClock.sleep(30);
  t.ok(systemClock.now() > before);
  const stop = new AbortController();
  const asleep = systemClock.sleep(3_600_000, stop.signal);
  stop.abort();
  await asleep;
  await systemClock.sleep(3_600_000, stop.signal);
  t.pass('awake');
});

t.test('random bytes differ', (t) => {
  t.equal(systemRandom.bytes(16).length, 16);
  t.notSame(systemRandom.bytes(16), systemRandom.bytes(16));
  t.end();
});
