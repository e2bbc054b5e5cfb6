/** Waiting after a lapse: one timeout, then twice as long each time, and once for what was claimed before. */
import t from 'tap';
import { Lapses } from '#protocol/economy/lapses.ts';
import { ann, bob } from '#test/ports/memory.ts';

t.test('each waiting is twice the last, up to a cap', async (t) => {
  const lapses = new Lapses();
  t.equal(lapses.waitsUntil(ann.address), 0);
  let waiting = 60;
  for (let i = 0; i < 40; i++) {
    const now = lapses.waitsUntil(ann.address) + 60;
    lapses.add(ann.address, now - 60, now, 60);
    t.equal(lapses.waitsUntil(ann.address), now + waiting);
    waiting = Math.min(2 * waiting, 60 * 2 ** 32);
  }
  t.equal(lapses.waitsUntil(bob.address), 0, "another's");
});

t.test('what was claimed before the waiting is the same lapse, whenever it is freed', async (t) => {
  const lapses = new Lapses();
  lapses.add(ann.address, 100, 160, 60);
  lapses.add(ann.address, 130, 190, 60);
  lapses.add(ann.address, 130, 500, 60);
  t.equal(lapses.waitsUntil(ann.address), 220);
  lapses.add(ann.address, 220, 500, 60);
  t.equal(lapses.waitsUntil(ann.address), 620);
});
