/** A tour of the protocol, in order: the smallest example of each public idea. Read this file first. */
import t from 'tap';
import { sampleOffsets } from '#protocol/audit/sampling.ts';
import { verdictDigest } from '#protocol/audit/verdict.ts';
import { encodeCbor } from '#protocol/codec/cbor.ts';
import { cidOf, cidOfDigest, digestOf } from '#protocol/codec/cid.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import { cidOfObject } from '#protocol/codec/object.ts';
import { feeOfUnits, splitFee } from '#protocol/economy/fees.ts';
import { address, epoch, formatCxt, parseCxt, units } from '#protocol/ids.ts';
import { auditTimes, committing, epochAt } from '#protocol/time/epoch.ts';
import { climb, leafAt, sumPath, sumRoot } from '#protocol/trees/merkle-sum.ts';
import {
  buildCommitment,
  commitmentToWire,
  entryAt,
  leafNode,
  leafPath,
  sortEntries,
} from '#protocol/work/commitment.ts';
import { jobSpec, shardsOf } from '#protocol/work/job.ts';
import { isSignedByWorker, proofDigest, proofToWire, signProof } from '#protocol/work/proof.ts';
import { planJob, planShard, taskOfJob, unitsOfJob } from '#protocol/work/shard.ts';
import { ann, bob, DOMAIN, hashFor, LAW, proofWith, TRAINING } from './ports/memory.ts';

t.test('1. names and amounts: an account has one spelling, and CXT is exact to 18 decimals', async (t) => {
  t.equal(address(`0x${'AB'.repeat(20)}`), `0x${'ab'.repeat(20)}`);
  t.equal(formatCxt(parseCxt('1.5') + parseCxt('0.25')), '1.75');
});

t.test(
  '2. content: bytes have a digest, the digest has an address, and nobody can serve other bytes under it',
  async (t) => {
    const bytes = new TextEncoder().encode('hello');
    t.equal(cidOf(bytes, 'raw'), 'bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq');
    t.equal(digestOf(cidOf(bytes, 'raw')), sha256Hash(bytes));
  },
);

t.test('3. objects: canonical DAG-CBOR, so that the same facts always have the same address', async (t) => {
  t.equal(cidOfObject({ a: 1, b: 2 }), cidOfObject({ b: 2, a: 1 }));
  t.equal(cidOf(encodeCbor({ a: 1 }), 'dag-cbor'), cidOfObject({ a: 1 }));
});

const job = jobSpec.parse(TRAINING);

t.test(
  '4. a job unfolds into shards: three slices are trained, a merge averages them, and so on for four rounds',
  async (t) => {
    t.equal(shardsOf(job), 16);
    t.same(
      planJob(job)
        .slice(0, 5)
        .map(({ index, kind, inputs }) => [index, kind, inputs]),
      [
        [0, 'train', []],
        [1, 'train', []],
        [2, 'train', []],
        [256, 'merge', [0, 1, 2]],
        [512, 'train', [256]],
      ],
    );
    t.equal(
      unitsOfJob(job),
      planJob(job).reduce((sum, shard) => sum + shard.units, 0n),
    );
  },
);

t.test('5. time: work in an epoch, commit right after it, be judged after the draw, be paid after that', async (t) => {
  t.equal(epochAt(LAW, LAW.genesis + 9), 1);
  t.equal(committing(LAW, LAW.genesis + 9), 0);
  t.same(auditTimes(LAW, 100), { verdictsEnd: 105, revealsEnd: 108, pays: 111, claimable: 113 });
});

t.test('6. a Merkle-sum tree: its root fixes every leaf and counts every unit', async (t) => {
  const leaves = [5n, 7n, 1n].map((sum) => ({ hash: hashFor(`${sum}`), sum: units(sum) }));
  t.equal(sumRoot(leaves).sum, 13n);
  t.same(leafAt(leaves, 6n), { index: 1, within: 1n });
  t.same(climb({ hash: hashFor('7'), sum: units(7n) }, sumPath(leaves, 1)), sumRoot(leaves));
});

/** What Ann did in epoch 0: the three slices of the first round of job 1. */
const proofs = [0, 1, 2].map((shard) => proofWith({ task: taskOfJob(1n), shard, units: planShard(job, shard).units }));

async function commitEpoch() {
  const signed = await Promise.all(proofs.map((proof) => signProof(DOMAIN, proof, ann)));
  const entries = signed.map((one) => {
    const { task, shard, units: done } = one.proof;
    return { task, shard, digest: proofDigest(DOMAIN, one.proof), units: done, proof: cidOfObject(proofToWire(one)) };
  });
  return { entries: sortEntries(entries), work: buildCommitment(sortEntries(entries)) };
}

t.test('7. a proof: the worker signs which shard it ran, from what, to what', async (t) => {
  const signed = await signProof(DOMAIN, proofWith(), ann);
  t.equal(isSignedByWorker(DOMAIN, signed), true);
  t.equal(isSignedByWorker(DOMAIN, { ...signed, proof: proofWith({ units: units(1_000_000n) }) }), false);
});

t.test('8. a commitment: one root on chain stands for all proofs of an epoch', async (t) => {
  const { entries, work } = await commitEpoch();
  const [leaf] = work.leaves;
  t.same([work.units, leaf?.mask], [3_000n, 0b111n]);
  t.same(leaf && climb(leafNode(leaf), leafPath(work, 0)), { hash: work.root, sum: work.units });
  const manifest = cidOfObject(commitmentToWire({ v: 1, epoch: epoch(0), worker: ann.address, entries }));
  t.equal(cidOfDigest(digestOf(manifest), 'dag-cbor'), manifest, 'the chain keeps a digest, anyone finds the object');
});

t.test('9. a sample: a seed that nobody knew before picks what a validator looks at, weighted by units', async (t) => {
  const { work } = await commitEpoch();
  const draw = { seed: hashFor('drawn after the commitment'), worker: ann.address, validator: bob.address };
  const offsets = sampleOffsets(draw, work.units, LAW.samples);
  t.equal(offsets.length, 4);
  for (const offset of offsets) t.equal(BigInt(entryAt(work, offset).entry.shard), offset / 1_000n);
});

t.test('10. a verdict: committed as a digest first, so that no validator can copy another', async (t) => {
  const mine = {
    worker: ann.address,
    epoch: epoch(0),
    verdict: 'ok',
    auditDigest: hashFor('seen'),
    salt: hashFor('salt'),
  } as const;
  t.not(verdictDigest({ ...mine, validator: bob.address }), verdictDigest({ ...mine, validator: ann.address }));
});

t.test('11. a fee: what was done of the job is paid, 5 % burned, 10 % to its auditors', async (t) => {
  const due = feeOfUnits(parseCxt('12.028'), units(3_000n), unitsOfJob(job));
  t.equal(formatCxt(due), '3.0');
  t.same(splitFee(due), { burned: parseCxt('0.15'), auditors: parseCxt('0.3'), worker: parseCxt('2.55') });
});
