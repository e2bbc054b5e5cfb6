/** Which shards a worker asks for: free ones of the frontier or the word after it, never all of them, and none of a job in which it waits. */
import t from 'tap';
import { termsHash } from '#protocol/dispute/terms.ts';
import { type Address, wei } from '#protocol/ids.ts';
import { planJob } from '#protocol/work/shard.ts';
import { Claiming, chooseShards } from '#node/roles/compute/claim.ts';
import { JobBook } from '#node/roles/job-book.ts';
import { ProofIndex } from '#node/roles/proof-index.ts';
import {
  ann,
  bob,
  DOMAIN,
  hashFor,
  INFERENCE,
  inference,
  LAW,
  MemoryBlobs,
  memoryKeep,
  TRAINING,
  training,
  viewOf,
} from '#test/ports/memory.ts';
import { jobTerms } from '#verifier/dispute/job-terms.ts';

const ordered = { view: viewOf(1n, TRAINING), spec: training };
const independent = { view: viewOf(2n, INFERENCE), spec: inference };

const held = (...shards: number[]): Map<number, Address> => new Map(shards.map((shard) => [shard, bob.address]));
const choose = (claims: Map<number, Address>, delivered: readonly number[] = [], room = 9) =>
  chooseShards(ordered, planJob(training), claims, (shard) => delivered.includes(shard), room);

t.test('the first word first, a third of it at most', async (t) => {
  t.same(choose(held()), { job: 1n, word: 0, mask: 0b111n, limit: 1 });
  t.same(choose(held(0, 2)), { job: 1n, word: 0, mask: 0b010n, limit: 1 }, 'only what is free is in the mask');
});

t.test('the word after the frontier may be claimed ahead, no later one', async (t) => {
  t.same(choose(held(0, 1, 2)), { job: 1n, word: 1, mask: 1n, limit: 1 }, 'the merge, while its inputs are made');
  t.equal(choose(held(0, 1, 2, 256)), null);
  t.same(choose(held(0, 1, 2, 256), [0, 1, 2]), { job: 1n, word: 2, mask: 0b111n, limit: 1 });
  t.equal(choose(held(0, 1, 2, 256), [0, 1]), null, 'one slice is missing');
});

t.test('a shard that was freed is asked for again, before anything later', async (t) => {
  t.match(choose(held(0, 2, 256), [0, 2, 256]), { word: 0, mask: 0b010n });
});

t.test('independent shards have no frontier, only room', async (t) => {
  const plans = planJob(inference);
  const ask = (room: number, claims = held()) => chooseShards(independent, plans, claims, () => false, room);
  t.same(ask(9), { job: 2n, word: 0, mask: 0b1_1111_1111n, limit: 3 });
  t.match(ask(2), { limit: 2 });
  t.match(ask(9, held(0, 1, 2, 3, 4, 5, 6)), { mask: 0b1_1000_0000n, limit: 1 });
});

t.test('no room, nothing free or all delivered: nothing is asked for', async (t) => {
  t.equal(choose(held(), [], 0), null);
  t.equal(choose(held(), [], -1), null);
  t.equal(
    chooseShards(ordered, planJob(training), held(), () => true, 9),
    null,
  );
  const all = new Map(planJob(inference).map(({ index }) => [index, ann.address]));
  t.equal(
    chooseShards(independent, planJob(inference), all, () => false, 9),
    null,
  );
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Ann's turns at these times, with two jobs whose shards are all free unless `claims` says so. @returns what was asked and claimed */
async function turns(times: readonly number[], until: ReadonlyMap<bigint, number>, claims = held()) {
  const blobs = new MemoryBlobs();
  await blobs.putObject(INFERENCE);
  const terms = termsHash(jobTerms(inference, new Uint8Array()));
  const jobs = [viewOf(1n, INFERENCE, { terms }), viewOf(2n, INFERENCE, { terms })];
  const view = {
    jobs: () => jobs,
    claims: () => claims,
    slashed: () => false,
    paid: () => new Set<number>(),
    commitments: () => [],
    disputes: () => [],
  };
  const calls: string[] = [];
  const sent = { transaction: hashFor('sent'), block: 1 };
  const market = {
    waitsUntil: async (job: bigint, worker: Address) => {
      calls.push(`wait ${job}${worker === ann.address ? '' : ' of another'}`);
      return until.get(job) ?? 0;
    },
    claimShards: async ({ job }: { job: bigint }) => {
      calls.push(`claim ${job}`);
      return sent;
    },
    releaseShards: async () => sent,
  };
  const stake = { stakeOf: async () => wei(1n), minimum: async () => wei(1n) };
  const claiming = new Claiming(
    { view, market, stake, log: silent },
    { self: ann.address, law: LAW, capacity: 6, classes: new Set(['exact']) },
    new JobBook({ blobs, view, log: silent }),
    new ProofIndex({ ask: { ask: async () => null }, keep: memoryKeep(), view }, DOMAIN),
  );
  for (const [number, timestamp] of times.entries())
    await claiming.act({ number, timestamp }, new AbortController().signal);
  return calls;
}

t.test('nothing is claimed in a job in which this node waits, and its room goes to the others', async (t) => {
  t.same(await turns([1_000], new Map()), ['wait 1', 'claim 1', 'wait 2', 'claim 2']);
  t.same(await turns([1_000], new Map([[1n, 1_001]])), ['wait 1', 'wait 2', 'claim 2']);
  t.same(
    await turns([1_001], new Map([[1n, 1_001]])),
    ['wait 1', 'claim 1', 'wait 2', 'claim 2'],
    'the waiting is over',
  );
});

t.test('the market is asked only before a claim, and once for a waiting', async (t) => {
  const both = new Map([
    [1n, 1_010],
    [2n, 1_020],
  ]);
  t.same(await turns([1_000, 1_005, 1_009], both), ['wait 1', 'wait 2']);
  t.same(await turns([1_000, 1_010], both), ['wait 1', 'wait 2', 'wait 1', 'claim 1']);
  const taken = new Map(planJob(inference).map(({ index }) => [index, bob.address]));
  t.same(await turns([1_000], both, taken), [], 'nothing is free');
});
