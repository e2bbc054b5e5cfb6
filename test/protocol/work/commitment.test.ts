/** A worker's epoch: the order of its proofs, leaves that a contract recomputes, paths that climb, offsets that find their proof. */
import { AbiCoder, id, keccak256 } from 'ethers';
import t from 'tap';
import { encodeCbor, readCbor } from '#protocol/codec/cbor.ts';
import { epoch, type Hash, units } from '#protocol/ids.ts';
import { MAX_CHUNK, MAX_PROOFS } from '#protocol/limits.ts';
import { climb, sumRoot } from '#protocol/trees/merkle-sum.ts';
import { baseTask } from '#protocol/work/base-task.ts';
import {
  buildCommitment,
  commitment,
  commitmentToWire,
  type Entry,
  entryAt,
  leafNode,
  leafPath,
  sortEntries,
} from '#protocol/work/commitment.ts';
import { taskOfJob } from '#protocol/work/shard.ts';
import { ann, cidFor, hashFor } from '#test/ports/memory.ts';

const entryOf = (task: Hash, shard: number, sum: bigint): Entry => {
  const name = `${task}/${shard}`;
  return { task, shard, digest: hashFor(name), units: units(sum), proof: cidFor(name) };
};

const base = baseTask(epoch(5));
const [job2, job10] = [taskOfJob(2n), taskOfJob(10n)];
/** Out of order on purpose: two words of job 10, one of job 2, one of base tasks. */
const shuffled = [
  entryOf(base, 1, 30n),
  entryOf(job10, 256, 7n),
  entryOf(job10, 2, 11n),
  entryOf(job2, 0, 5n),
  entryOf(base, 0, 20n),
  entryOf(job10, 0, 13n),
];
const entries = sortEntries(shuffled);
const work = buildCommitment(entries);

t.test('entries ascend by task and shard; leaves by task and word', async (t) => {
  t.same(
    entries.map(({ task, shard }) => [task, shard]),
    [
      [job2, 0],
      [job10, 0],
      [job10, 2],
      [job10, 256],
      [base, 0],
      [base, 1],
    ],
  );
  t.same(
    work.leaves.map(({ task, word, mask, units }) => [task, word, mask, units]),
    [
      [job2, 0, 1n, 5n],
      [job10, 0, 0b101n, 24n],
      [job10, 1, 1n, 7n],
      [base, 0, 0b11n, 50n],
    ],
  );
});

t.test('totals: everything, and what the market ordered', async (t) => {
  t.equal(work.units, 86n);
  t.equal(work.marketUnits, 36n);
});

t.test('out of order, or twice there, is refused', async (t) => {
  t.throws(() => buildCommitment(shuffled), { code: 'COMMITMENT_UNSORTED' });
  t.throws(() => buildCommitment(sortEntries([...entries, entryOf(job2, 0, 5n)])), {
    code: 'COMMITMENT_UNSORTED',
    details: { task: job2, shard: 0 },
  });
  t.throws(() => buildCommitment([]), { code: 'TREE_EMPTY' });
});

t.test('a leaf is what the contract hashes', async (t) => {
  for (const leaf of work.leaves) {
    const encoded = AbiCoder.defaultAbiCoder().encode(
      ['bytes32', 'bytes32', 'uint256', 'uint256', 'bytes32'],
      [id('corex.leaf.v1'), leaf.task, leaf.word, leaf.mask, leaf.proofs],
    );
    t.same(leafNode(leaf), { hash: keccak256(encoded), sum: leaf.units });
    t.equal(leaf.proofs, sumRoot(leaf.entries.map((e) => ({ hash: e.digest, sum: e.units }))).hash);
  }
});

t.test('every leaf climbs to the root; a bent one does not', async (t) => {
  for (const [i, leaf] of work.leaves.entries()) {
    t.same(climb(leafNode(leaf), leafPath(work, i)), { hash: work.root, sum: work.units });
    const bent = leafNode({ ...leaf, mask: leaf.mask | 0b1000n });
    t.not(climb(bent, leafPath(work, i)).hash, work.root, 'a shard more');
    const inflated = leafNode({ ...leaf, units: units(leaf.units + 1n) });
    t.not(climb(inflated, leafPath(work, i)).hash, work.root, 'a unit more');
  }
});

t.test('every offset finds the proof that it falls into', async (t) => {
  const hits = new Map<Entry, bigint>();
  for (let offset = 0n; offset < work.units; offset += 1n) {
    const { entry, within } = entryAt(work, offset);
    const before = hits.get(entry) ?? 0n;
    t.equal(within, before, `offset ${offset}`);
    hits.set(entry, before + 1n);
  }
  t.same(
    [...hits],
    entries.map((entry) => [entry, entry.units]),
    'each as often as it has units',
  );
  t.throws(() => entryAt(work, work.units), { code: 'TREE_OFFSET' });
});

t.test('to bytes and back; the fullest one fits into a chunk', async (t) => {
  const full = Array.from({ length: MAX_PROOFS }, (_, i) => entryOf(base, i, 10n ** 18n));
  const object = { v: 1, epoch: epoch(2 ** 40), worker: ann.address, entries: full } as const;
  const bytes = encodeCbor(commitmentToWire(object));
  t.ok(bytes.length <= MAX_CHUNK, `${bytes.length} bytes`);
  t.same(commitment.parse(readCbor(bytes, MAX_CHUNK)), object);
  const wire = commitmentToWire({ ...object, entries: [...full, entryOf(job2, 0, 1n)] });
  t.equal(commitment.safeParse(wire).success, false, 'one proof too many');
  t.equal(commitment.safeParse({ ...wire, entries: [] }).success, false);
});
