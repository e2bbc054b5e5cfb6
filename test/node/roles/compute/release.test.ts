/** Freeing claims: of slashed workers at once, of those who neither deliver nor serve after the timeout, of nobody else. */
import t from 'tap';
import type { DisputeView, Phase } from '#protocol/dispute/moves.ts';
import { patience } from '#protocol/economy/lapses.ts';
import { type Address, address, epoch, units } from '#protocol/ids.ts';
import type { CommitmentView, Sent } from '#protocol/ports.ts';
import { chainError } from '#node/chain/errors.ts';
import { Releasing } from '#node/roles/compute/release.ts';
import { ann, bob, disputeWith, hashFor, LAW, TRAINING, training, viewOf } from '#test/ports/memory.ts';

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
  /** The outcome of every eighth epoch; others are accepted. */
  readonly once?: CommitmentView['outcome'];
  readonly refuses?: boolean;
  /** Bob let a claim of the job lapse before. */
  readonly lapsed?: boolean;
  /** Of a dispute against Bob, in one turn after another. */
  readonly phases?: readonly Phase[];
}

const againstBob = (phase: Phase): DisputeView => disputeWith({ phase, worker: bob.address, challenger: ann.address });

/** Turns at these times, in one process. @returns what was released, in order */
async function turns(times: readonly number[], facts: Facts) {
  const released: unknown[] = [];
  let turn = 0;
  const disputes = (): DisputeView[] => {
    const phase = facts.phases?.[turn];
    return phase === undefined ? [] : [againstBob(phase)];
  };
  const committed = (of: number): CommitmentView[] =>
    facts.outcome === undefined && facts.once === undefined
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
            outcome: facts.outcome ?? (of % 8 === 0 ? facts.once : 'accepted') ?? null,
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
        disputes,
      },
      market: {
        waitsUntil: async () => (facts.lapsed === true ? START : 0),
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
  for (const [number, timestamp] of times.entries()) {
    turn = number;
    await releasing.act(JOB, { number, timestamp }, (shard) => (facts.delivered ?? []).includes(shard));
  }
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
  t.same(await turns([START, LATE], { claims: BOBS, delivered: [0, 2], once: 'unavailable' }), [], 'once is an outage');
});

t.test('nobody frees its own', async (t) => {
  t.same(await turns([START, LATE], { claims: [[0, ann.address]] }), []);
});

t.test('where the market refuses, it is tried once more after another timeout', async (t) => {
  const soon = [START, LATE, LATE + 1, LATE + 2];
  t.equal((await turns(soon, { claims: BOBS, refuses: true })).length, 1);
  t.equal((await turns([...soon, LATE + LAW.claimTimeoutSeconds + 8], { claims: BOBS, refuses: true })).length, 2);
});

t.test('nobody’s claim lapses under a dispute, nor for a timeout after it', async (t) => {
  const later = LATE + LAW.claimTimeoutSeconds;
  const claims = BOBS;
  t.same(await turns([START, LATE, later], { claims, phases: ['openBlocks', 'jury', 'jury'] }), []);
  t.same(
    await turns([START, LATE, later - 1], { claims, phases: ['jury', 'jury', 'innocent'] }),
    [],
    'it ended lately',
  );
  t.same(await turns([START, LATE, later + 8], { claims, phases: ['jury', 'jury', 'innocent'] }), [both]);
  t.same(await turns([START, LATE], { claims, phases: ['innocent', 'undecided'] }), [both], 'it ended long ago');
});

t.test('accusations without end hold a claim only so long', async (t) => {
  const end = START + patience(LAW) + LAW.claimTimeoutSeconds;
  const phases = ['jury', 'jury', 'jury'] as const;
  t.same(await turns([START, LATE, end - 1], { claims: BOBS, phases }), []);
  t.same(await turns([START, LATE, end + 8], { claims: BOBS, phases }), [both]);
});

t.test('the dispute of another holds nothing up, and a slashed worker’s claim is freed under one', async (t) => {
  const claims = [[0, address(`0x${'33'.repeat(20)}`)]] as const;
  t.equal((await turns([START, LATE], { claims, phases: ['jury', 'jury'] })).length, 1);
  t.same(await turns([START], { claims: BOBS, slashed: true, phases: ['jury'] }), [both]);
});

t.test('nobody has to deliver what could not be begun: the clock stands while inputs are missing', async (t) => {
  const claims = [[256, bob.address]] as const;
  t.same(await turns([START, LATE], { claims, delivered: [0, 1] }), [], 'a merge of three slices');
  t.same(
    await turns([START, LATE], { claims, delivered: [0, 1], lapsed: true }),
    [{ ...both, word: 1, mask: 1n }],
    'but not for who let another claim lapse',
  );
  t.same(await turns([START, LATE], { claims, delivered: [0, 1, 2] }), [{ ...both, word: 1, mask: 1n }]);
});
