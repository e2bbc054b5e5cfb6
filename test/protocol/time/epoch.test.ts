/** The epoch clock at its edges. */
import fc from 'fast-check';
import t from 'tap';
import { epoch } from '#protocol/ids.ts';
import { auditTimes, committing, epochAt, epochsToClaim, epochsToExpiry, epochTimes } from '#protocol/time/epoch.ts';
import { LAW } from '#test/ports/memory.ts';

t.test('epochs follow each other without a gap', async (t) => {
  t.equal(epochAt(LAW, 999), null, 'before genesis');
  t.same(
    [1_000, 1_007, 1_008, 1_080].map((time) => epochAt(LAW, time)),
    [0, 0, 1, 10],
  );
  fc.assert(
    fc.property(fc.nat(100_000), (after) => {
      const at = epochAt(LAW, LAW.genesis + after) ?? epoch(0);
      const { begins, ends } = epochTimes(LAW, at);
      return (
        begins <= LAW.genesis + after && LAW.genesis + after < ends && epochTimes(LAW, epoch(at + 1)).begins === ends
      );
    }),
  );
});

t.test('the times of an epoch and of its audit', async (t) => {
  t.same(epochTimes(LAW, epoch(2)), { begins: 1_016, ends: 1_024, commitEnds: 1_027 });
  t.same(auditTimes(LAW, 1_030), { verdictsEnd: 1_035, revealsEnd: 1_038, pays: 1_041, claimable: 1_043 });
});

t.test('the commit window is open from the end of the epoch, and closed at its end', async (t) => {
  const open = (time: number) => committing(LAW, time);
  t.same([999, 1_000, 1_007].map(open), [null, null, null], 'nothing to commit before the first epoch ends');
  t.same([1_008, 1_010, 1_011, 1_015, 1_016].map(open), [0, 0, null, null, 1]);
});

t.test('the epoch in which the emission of an earlier one can be claimed, and in which it has expired', async (t) => {
  // Epoch 0 ends at 1,008, is drawn at 1,011 and can be claimed at 1,024, when epoch 3 begins.
  t.equal(auditTimes(LAW, 1_011).claimable, 1_024);
  t.equal(epochsToClaim(LAW), 3);
  t.equal(epochsToExpiry(LAW), 13);
  const hourly = { ...LAW, epochSeconds: 3600, commitSeconds: 600, auditSeconds: 1200, revealSeconds: 600 };
  t.equal(epochsToClaim({ ...hourly, finalizeSeconds: 600, vestSeconds: 86_400 }), 26, 'more than a day of epochs');
});
