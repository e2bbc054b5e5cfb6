/** What is committed again: proofs whose leaf the market can pay no more, and no others. */
import t from 'tap';
import { Committing } from '#node/roles/compute/commit.ts';
import { Shelf } from '#node/roles/compute/shelf.ts';
import { type Address, type Epoch, epoch, units } from '#protocol/ids.ts';
import type { CommitmentView } from '#protocol/ports.ts';
import { epochTimes } from '#protocol/time/epoch.ts';
import { signProof } from '#protocol/work/proof.ts';
import { taskOfJob } from '#protocol/work/shard.ts';
import {
  ann,
  bob,
  DOMAIN,
  hashFor,
  LAW,
  MemoryBlobs,
  memoryKeep,
  proofWith,
  TRAINING,
  training,
  viewOf,
} from '#test/ports/memory.ts';

const BEFORE = epoch(2);
const NOW = epoch(5);
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

interface Facts {
  /** Of the epoch before. */
  readonly outcome?: CommitmentView['outcome'];
  /** Shards of others: freed, and claimed by Bob. */
  readonly freed?: readonly number[];
  readonly paid?: readonly number[];
  readonly resets?: ReadonlyArray<{ fromWord: number; epoch: Epoch }>;
}

/** Ann made the slices 0 to 2 of the first round and the merge 256, and committed to all of them. @returns shards that she commits to now */
async function again({ outcome = 'accepted', freed = [], paid = [], resets = [] }: Facts): Promise<number[]> {
  const shelf = new Shelf(memoryKeep());
  const made = new Map<number, Awaited<ReturnType<Shelf['add']>>>();
  for (const shard of [0, 1, 2, 256])
    made.set(shard, await shelf.add(await signProof(DOMAIN, proofWith({ shard, task: taskOfJob(1n) }), ann)));
  await shelf.markCommitted(
    [...made.values()].map(({ cid }) => cid),
    BEFORE,
  );
  const on: CommitmentView = {
    worker: ann.address,
    epoch: BEFORE,
    root: hashFor('root'),
    units: units(1n),
    marketUnits: units(1n),
    manifest: hashFor('list'),
    tier: 0,
    outcome,
    score: 0n,
  };
  const holder = (shard: number): Address => (freed.includes(shard) ? bob.address : ann.address);
  const committing = new Committing(
    {
      view: {
        claims: () => new Map([...made.keys()].map((shard) => [shard, holder(shard)])),
        commitments: (of) => (of === BEFORE ? [on] : []),
        job: () => viewOf(1n, TRAINING),
        paid: () => new Set(paid),
        resets: () => resets,
        slashed: () => false,
      },
      blobs: Object.assign(new MemoryBlobs(), { keep: async () => undefined }),
      work: { commitWork: async () => ({ transaction: hashFor('sent'), block: 1 }) },
      log: quiet,
    },
    { self: ann.address, law: LAW, domain: DOMAIN },
    {
      book: { spec: async () => training },
      index: { standing: (_job, _spec, shard) => (holder(shard) === ann.address ? (made.get(shard) ?? null) : null) },
      shelf,
    },
  );
  const timestamp = epochTimes(LAW, NOW).commitEnds - 1;
  await committing.act({ number: 1, timestamp }, new AbortController().signal);
  const due = shelf.all().filter(({ committed }) => committed.includes(NOW));
  return due.map(({ signed }) => signed.proof.shard).sort((a, b) => a - b);
}

t.test('what is under a commitment that can pay it is left there', async (t) => {
  t.same(await again({}), []);
  t.same(await again({ outcome: null }), [], 'also before it is concluded');
});

t.test('all of a commitment that was refused', async (t) => {
  for (const outcome of ['unavailable', 'disputed', 'unaudited'] as const)
    t.same(await again({ outcome }), [0, 1, 2, 256], outcome);
});

t.test('a leaf that lost a shard to another: what is left of it', async (t) => {
  t.same(await again({ freed: [1] }), [0, 2], 'the other word stays');
});

t.test('a leaf of which a shard is paid by another commitment', async (t) => {
  t.same(await again({ paid: [0] }), [1, 2]);
});

t.test('what a reset voids, as soon as it has passed', async (t) => {
  t.same(await again({ resets: [{ fromWord: 1, epoch: BEFORE }] }), [256]);
  t.same(await again({ resets: [{ fromWord: 1, epoch: NOW }] }), [], 'and not sooner');
});
