/** When a claim lapses; waiting after it: one timeout, then twice as long each time, and once for what was claimed before. */
import t from 'tap';
import { Lapses, lapsesAt, patience } from '#protocol/economy/lapses.ts';
import { ann, bob, LAW } from '#test/ports/memory.ts';

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

/** The hourly network's, as in LapseLib.t.sol. */
const HOURLY = {
  ...LAW,
  epochSeconds: 3_600,
  commitSeconds: 600,
  auditSeconds: 1_200,
  revealSeconds: 600,
  claimTimeoutSeconds: 7_200,
  disputeSeconds: 10_800,
};

t.test('a claim waits as long as one dispute lasts: its time, six moves, and until a jury has voted', async (t) => {
  t.equal(patience(HOURLY), 7_200 + 6 * 10_800 + 6_000);
});

t.test('a timeout after the claim or the last dispute, but no more than the patience later', async (t) => {
  t.equal(lapsesAt(1_000_000, 0, HOURLY), 1_007_200, 'nobody was accused');
  t.equal(lapsesAt(1_000_000, 999_999, HOURLY), 1_007_200, 'it ended before the claim');
  t.equal(lapsesAt(1_000_000, 1_050_000, HOURLY), 1_057_200);
  t.equal(lapsesAt(1_000_000, 1_078_000, HOURLY), 1_085_200, 'the longest');
  t.equal(lapsesAt(1_000_000, 1_078_001, HOURLY), 1_085_200, 'one after the other');
});
