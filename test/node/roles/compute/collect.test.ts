/** Collecting: which epochs are looked at, when each step is due, and leaves that the contract would pay. */
import t from 'tap';
import { digestOf } from '#protocol/codec/cid.ts';
import type { DisputeView } from '#protocol/dispute/moves.ts';
import { type Epoch, epoch, units, wei } from '#protocol/ids.ts';
import type { CommitmentView, RedeemLeaf, Sent, SumStep } from '#protocol/ports.ts';
import { climb } from '#protocol/trees/merkle-sum.ts';
import { buildCommitment, commitmentToWire, leafNode, sortEntries } from '#protocol/work/commitment.ts';
import { taskOfJob } from '#protocol/work/shard.ts';
import { Collecting, recentEpochs } from '#node/roles/compute/collect.ts';
import { ann, bob, cidFor, disputeWith, hashFor, LAW, MemoryBlobs, TRAINING, viewOf } from '#test/ports/memory.ts';

t.test('recent epochs: newest first, none before genesis', async (t) => {
  t.same(recentEpochs(epoch(5), 3), [4, 3, 2]);
  t.same(recentEpochs(epoch(2), 9), [1, 0]);
  t.same(recentEpochs(epoch(0), 9), []);
});

const EPOCH = epoch(2);
/** 1030: verdicts until 1035, reveals until 1038, pays from 1041, claimable from 1043. */
const DRAWN = 1_030;
const entries = sortEntries(
  [0, 1, 2, 256].map((shard) => ({
    task: taskOfJob(1n),
    shard,
    digest: hashFor(`${shard}`),
    units: units(shard === 256 ? 7n : 1_000n),
    proof: cidFor(`${shard}`),
  })),
);
const work = buildCommitment(entries);

interface Facts {
  readonly outcome?: CommitmentView['outcome'];
  readonly settled?: boolean;
  readonly paid?: readonly number[];
  /** Freed for others. */
  readonly freed?: readonly number[];
  readonly resets?: ReadonlyArray<{ fromWord: number; epoch: Epoch }>;
  readonly slashed?: boolean;
  readonly claimable?: bigint;
  readonly disputes?: readonly DisputeView[];
  /** What one turn after another is told instead. */
  readonly answers?: readonly bigint[];
}

/** One turn at `timestamp`, or one for each of `answers`; gives what was sent, in order. */
async function turn(timestamp: number, facts: Facts) {
  const blobs = new MemoryBlobs();
  const manifest = digestOf(
    await blobs.putObject(commitmentToWire({ v: 1, epoch: EPOCH, worker: ann.address, entries })),
  );
  const { root, units: all, marketUnits, tier } = work;
  const made = {
    worker: ann.address,
    epoch: EPOCH,
    root,
    units: all,
    marketUnits,
    manifest,
    tier,
    outcome: facts.outcome ?? null,
    score: 0n,
  };
  const calls: string[] = [];
  const redeemed: Array<{ leaf: RedeemLeaf; path: readonly SumStep[] }> = [];
  const sent = (name: string): Sent => {
    calls.push(name);
    return Promise.resolve({ transaction: hashFor(name), block: 1 });
  };
  const ignore = () => {};
  const answers = [...(facts.answers ?? [])];
  const turns = Math.max(1, answers.length);
  const collecting = new Collecting(
    {
      view: {
        commitments: (of) => (of === EPOCH ? [made] : []),
        seed: (of) => (of === EPOCH ? { seed: hashFor('seed'), drawnAt: DRAWN } : null),
        settled: () => facts.settled ?? false,
        job: (id) => (id === 1n ? viewOf(1n, TRAINING) : null),
        paid: () => new Set(facts.paid ?? []),
        claims: () =>
          new Map(entries.map(({ shard }) => [shard, facts.freed?.includes(shard) ? bob.address : ann.address])),
        resets: () => facts.resets ?? [],
        slashed: () => facts.slashed ?? false,
        disputes: () => facts.disputes ?? [],
      },
      blobs,
      work: { finalize: () => sent('finalize') },
      market: {
        redeem: (r) => {
          redeemed.push(r);
          return sent(`redeem ${r.leaf.word}`);
        },
      },
      pool: {
        settle: () => sent('settle'),
        claimWork: () => sent('claimWork'),
        claimAudit: () => sent('claimAudit'),
        claimable: async () => ({ work: wei(answers.shift() ?? facts.claimable ?? 1n), audit: wei(0n) }),
      },
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    },
    { self: ann.address, law: LAW, lookback: 10 },
  );
  for (let i = 0; i < turns; i++) await collecting.act({ number: 1, timestamp }, new AbortController().signal);
  return { calls, redeemed };
}

t.test('each step when its time has come, not a second before', async (t) => {
  const calls = async (timestamp: number, facts: Facts = {}) => (await turn(timestamp, facts)).calls;
  t.same(await calls(1_037), []);
  t.same(await calls(1_038), ['finalize']);
  const accepted = { outcome: 'accepted', paid: [0, 1, 2, 256] } as const;
  t.same(await calls(1_040, accepted), []);
  t.same(await calls(1_041, accepted), ['settle']);
  t.same(await calls(1_042, { ...accepted, settled: true }), []);
  t.same(await calls(1_043, { ...accepted, settled: true }), ['claimWork']);
  t.same(await calls(1_043, { ...accepted, settled: true, claimable: 0n }), []);
});

t.test('a zero from an endpoint that is behind does not end the claim', async (t) => {
  const facts = { outcome: 'accepted', settled: true, paid: [0, 1, 2, 256], answers: [0n, 5n] } as const;
  t.same((await turn(1_043, facts)).calls, ['claimWork']);
});

t.test('the slices first, the merge when they are paid', async (t) => {
  const ready = { outcome: 'accepted', settled: true } as const;
  t.same((await turn(1_042, ready)).calls, ['redeem 0']);
  t.same((await turn(1_042, { ...ready, paid: [0, 1, 2] })).calls, ['redeem 1']);
  t.same((await turn(1_042, { ...ready, paid: [1] })).calls, [], 'a leaf is paid whole or not at all');
});

t.test('a redeemed leaf climbs to the committed root', async (t) => {
  const { redeemed } = await turn(1_042, { outcome: 'accepted', settled: true });
  const [first] = redeemed;
  t.equal(redeemed.length, 1);
  t.same(first && climb(leafNode(first.leaf), first.path), { hash: work.root, sum: work.units });
  t.same(Object.keys(first?.leaf ?? {}).sort(), ['mask', 'proofs', 'task', 'units', 'word']);
});

t.test('a reset holds back what was committed up to its epoch', async (t) => {
  const ready = { outcome: 'accepted', settled: true } as const;
  const after = async (fromWord: number, at: number) =>
    (await turn(1_042, { ...ready, resets: [{ fromWord, epoch: epoch(at) }] })).calls;
  t.same(await after(0, 2), []);
  t.same(await after(0, 1), ['redeem 0'], 'committed after it');
  t.same(await after(1, 2), ['redeem 0'], 'the word before it');
});

t.test('a leaf with a shard that was freed is not asked for: the market pays it as a whole', async (t) => {
  const facts = { outcome: 'accepted', settled: true } as const;
  t.same((await turn(1_042, { ...facts, freed: [1] })).calls, []);
  t.same((await turn(1_042, { ...facts, freed: [256] })).calls, ['redeem 0']);
});

t.test('no acceptance, no pay', async (t) => {
  for (const outcome of ['fault', 'unavailable', 'unaudited', 'disputed'] as const) {
    t.same((await turn(1_099, { outcome, settled: true })).calls, [], outcome);
  }
  t.same((await turn(1_099, { outcome: 'accepted', settled: true, slashed: true })).calls, [], 'slashed since');
});

t.test('a leaf waits for the end of a dispute about this worker and epoch alone', async (t) => {
  const ready = { outcome: 'accepted', settled: true } as const;
  const dispute = disputeWith({ epoch: EPOCH });
  t.same((await turn(1_042, { ...ready, disputes: [dispute] })).calls, []);
  t.same((await turn(1_042, { ...ready, disputes: [{ ...dispute, phase: 'innocent' as const }] })).calls, ['redeem 0']);
  const other = { ...dispute, worker: bob.address, challenger: ann.address };
  t.same((await turn(1_042, { ...ready, disputes: [other] })).calls, ['redeem 0']);
  const later = { ...dispute, epoch: epoch(EPOCH + 1) };
  t.same((await turn(1_042, { ...ready, disputes: [later] })).calls, ['redeem 0'], 'or nothing would ever be paid');
});
