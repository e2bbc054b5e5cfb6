/** The law's numbers: a sound one breaks no relation, each bent one breaks the relation that names it. */
import t from 'tap';
import { brokenRelations, exposure, type Law, MAX_SHARD, MAX_SLICES, WORD } from '#protocol/limits.ts';
import { LAW } from '#test/ports/memory.ts';

t.test('a sound law breaks nothing', async (t) => {
  t.same(brokenRelations(LAW), []);
  t.equal(exposure(LAW), 3 + 5 + 3 + 3);
});

const bent: ReadonlyArray<readonly [change: Partial<Law>, sentence: RegExp]> = [
  [{ commitSeconds: 8, unbondSeconds: 99, claimTimeoutSeconds: 99 }, /commit window/],
  [{ unbondSeconds: 53 }, /stake stays/],
  [{ claimTimeoutSeconds: 21 }, /claim outlives/],
  [{ committee: 0 }, /somebody looks/],
  [{ samples: 0 }, /somebody looks/],
  [{ jury: 0 }, /somebody decides/],
  [{ crossCheckOneIn: 0 }, /auditors are checked/],
  [{ disputeSeconds: 0 }, /moves can be made/],
];

t.test('each relation is noticed', async (t) => {
  for (const [change, sentence] of bent) {
    const broken = brokenRelations({ ...LAW, ...change });
    t.equal(broken.length, 1, JSON.stringify(change));
    t.match(broken[0], sentence);
  }
});

t.test('bounds fit into each other', async (t) => {
  t.ok(MAX_SLICES < WORD, 'the slices of a round fit into one word');
  t.ok(MAX_SHARD < 2 ** 32, 'a shard number is a uint32 in the signed proof');
});
