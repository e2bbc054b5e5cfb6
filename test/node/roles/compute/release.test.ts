/** Freeing claims: of slashed workers at once, of those who neither deliver nor serve after the timeout, of nobody else. */
import t from 'tap';
import { type Address, epoch, units } from '#protocol/ids.ts';
import type { CommitmentView, Sent } from '#protocol/ports.ts';
import { chainError } from '#node/chain/errors.ts';
import { Releasing } from '#node/roles/compute/release.ts';
import { ann, bob, hashFor, LAW, TRAINING, training, viewOf } from '#test/ports/memory.ts';

const JOB = { view: viewOf(1n, TRAINING), spec: training };
const START = LAW.genesis + 3 * LAW.epochSeconds;
/** After the timeout, and after every node's own few seconds. */
const LATE = START + LAW.claimTimeoutSeconds + 8;

interface Facts {
  readonly claims: ReadonlyArray<readonly [number, Address]>;
  readonly paid?: readonly number[];
  readonly slashed?: boolean;
  readonly delivered?: readonly number[];
  readonly outcome?: CommitmentView['outcome'];
  readonly refuses?: boolean;
}

/** Turns at these times, in one process. @returns what was released, in order */
async function turns(times: readonly number[], facts: Facts) {
  const released: unknown[] = [];
  const committed = (of: number): CommitmentView[] =>
    facts.outcome === undefined
      ? []
      : [
          {
            worker: bob.address,
            epoch: epoch(of),
            root: hashFor('root'),
            units: units(1n),
            marketUnits: units(1n),
            manifest: hashFor('list'),
            tier: 0,
            outcome: facts.outcome,
            score: 0n,
          },
        ];
  const releasing = new Releasing(
    {
      view: {
        claims: () => new Map(facts.claims),
        slashed: () => facts.slashed === true,
        paid: () => new Set(facts.paid ?? []),
        commitments: committed,
      },
      market: {
        async releaseShards(part): Sent {
          released.push(part);
          if (facts.refuses === true)
            throw chainError('REVERTED', { call: 'releaseShards', error: 'NotReleasable', args: [] });
          return { transaction: hashFor('sent'), block: 1 };
        },
      },
      log: { debug() {}, info() {}, warn() {}, error() {} },
    },
    { self: ann.address, law: LAW },
  );
  for (const [number, timestamp] of times.entries())
    await releasing.act(JOB, { number, timestamp }, (shard) => (facts.delivered ?? []).includes(shard));
  return released;
}

const BOBS = [
  [0, bob.address],
  [2, bob.address],
] as const;
const both = { job: 1n, word: 0, mask: 0b101n, holder: bob.address };

t.test('what a slashed worker holds, at once, but not what is paid', async (t) => {
  t.same(await turns([START], { claims: BOBS, slashed: true }), [both]);
  t.same(await turns([START], { claims: BOBS, slashed: true, paid: [0] }), [{ ...both, mask: 0b100n }]);
});

t.test('what was not delivered, once the claim has lapsed', async (t) => {
  t.same(await turns([START, START + LAW.claimTimeoutSeconds - 1], { claims: BOBS }), []);
  t.same(await turns([START, LATE], { claims: BOBS }), [both]);
  t.same(await turns([LATE], { claims: BOBS }), [], 'a claim that is seen for the first time is not old');
});

t.test('a delivered shard is left alone, unless its worker did not serve its data', async (t) => {
  t.same(await turns([START, LATE], { claims: BOBS, delivered: [0] }), [{ ...both, mask: 0b100n }]);
  t.same(await turns([START, LATE], { claims: BOBS, delivered: [0, 2], outcome: 'accepted' }), []);
  t.same(await turns([START, LATE], { claims: BOBS, delivered: [0, 2], outcome: 'unavailable' }), [both]);
});

t.test('nobody frees its own', async (t) => {
  t.same(await turns([START, LATE], { claims: [[0, ann.address]] }), []);
});

t.test('where the market refuses, it is tried once more after another timeout', async (t) => {
  const soon = [START, LATE, LATE + 1, LATE + 2];
  t.equal((await turns(soon, { claims: BOBS, refuses: true })).length, 1);
  t.equal((await turns([...soon, LATE + LAW.claimTimeoutSeconds + 8], { claims: BOBS, refuses: true })).length, 2);
});
