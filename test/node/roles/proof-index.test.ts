/** Standing proofs: signed by the shard's holder, built on what stands, and replaced when an input is made again. */
import t from 'tap';
import { cidOfObject } from '#protocol/codec/object.ts';
import type { Address, Cid } from '#protocol/ids.ts';
import type { Ask, Keep, Signer } from '#protocol/ports.ts';
import { proofToWire, type SignedProof, signProof } from '#protocol/work/proof.ts';
import { taskOfJob } from '#protocol/work/shard.ts';
import { ProofIndex } from '#node/roles/proof-index.ts';
import { ann, bob, DOMAIN, hashFor, memoryKeep, proofWith, training } from '#test/ports/memory.ts';

const TASK = taskOfJob(1n);
const nobody: Ask['ask'] = async () => null;

function openIndex(claims: Map<number, Address>, keep: Keep = memoryKeep(), ask: Ask['ask'] = nobody): ProofIndex {
  return new ProofIndex({ ask: { ask }, keep, view: { claims: (job) => (job === 1n ? claims : new Map()) } }, DOMAIN);
}

const prove = (
  by: Signer,
  shard: number,
  inputs: readonly SignedProof[] = [],
  output = 'output',
): Promise<SignedProof> =>
  signProof(
    DOMAIN,
    proofWith({ shard, worker: by.address, inputs: inputs.map(cidOf), outputRoot: hashFor(output) }),
    by,
  );
const cidOf = (signed: SignedProof): Cid => cidOfObject(proofToWire(signed));

const standing = (index: ProofIndex, shard: number): Cid | null => index.standing(1n, training, shard)?.cid ?? null;

t.test('only the holder’s proof stands', async (t) => {
  const claims = new Map([[0, ann.address]]);
  const index = openIndex(claims);
  t.equal(standing(index, 0), null, 'not delivered');
  const [mine, other] = [await prove(ann, 0), await prove(bob, 0)];
  await index.add(mine);
  await index.add(other);
  t.equal(standing(index, 0), cidOf(mine));
  claims.set(0, bob.address);
  t.equal(standing(index, 0), cidOf(other), 'the shard changed hands');
  claims.delete(0);
  t.equal(standing(index, 0), null, 'nobody holds it');
});

t.test('forgeries are refused and leave no trace', async (t) => {
  const keep = memoryKeep();
  const index = openIndex(new Map([[0, ann.address]]), keep);
  const { signature } = await prove(bob, 0);
  t.equal(await index.add({ proof: proofWith(), signature }), false);
  t.equal(standing(index, 0), null);
  t.same(await keep.list(''), []);
});

t.test('a merge stands on its inputs, and falls when one is made again', async (t) => {
  const claims = new Map([0, 1, 2, 256, 512].map((shard) => [shard, ann.address]));
  const index = openIndex(claims);
  const slices = await Promise.all([0, 1, 2].map((shard) => prove(ann, shard)));
  const merge = await prove(ann, 256, slices);
  const next = await prove(ann, 512, [merge]);
  for (const proof of [next, merge]) await index.add(proof);
  t.equal(standing(index, 256), null, 'its inputs are unknown');
  for (const proof of slices) await index.add(proof);
  t.same(
    [256, 512].map((shard) => standing(index, shard)),
    [cidOf(merge), cidOf(next)],
    'in whichever order they came',
  );

  claims.set(1, bob.address);
  t.same(
    [1, 256, 512].map((shard) => standing(index, shard)),
    [null, null, null],
    'its worker was slashed',
  );
  const again = await prove(bob, 1);
  await index.add(again);
  t.equal(standing(index, 256), null, 'the old merge used the old slice');
  const remade = await prove(ann, 256, slices.with(1, again));
  await index.add(remade);
  t.equal(standing(index, 256), cidOf(remade));
  t.equal(standing(index, 512), null, 'and the round after it waits');
  const remadeNext = await prove(ann, 512, [remade]);
  await index.add(remadeNext);
  t.equal(standing(index, 512), cidOf(remadeNext));
});

t.test('inputs in another order, or fewer of them, do not stand', async (t) => {
  const index = openIndex(new Map([0, 1, 2, 256].map((shard) => [shard, ann.address])));
  const slices = await Promise.all([0, 1, 2].map((shard) => prove(ann, shard)));
  for (const proof of slices) await index.add(proof);
  await index.add(await prove(ann, 256, slices.toReversed()));
  await index.add(await prove(ann, 256, slices.slice(0, 2)));
  t.equal(standing(index, 256), null);
});

t.test('of two proofs of one holder the newest stands; the same proof twice is one', async (t) => {
  const keep = memoryKeep();
  const index = openIndex(new Map([[0, ann.address]]), keep);
  const [older, newer] = [await prove(ann, 0), await prove(ann, 0, [], 'other')];
  for (const proof of [older, newer, older]) t.equal(await index.add(proof), true);
  t.equal(standing(index, 0), cidOf(newer));
  t.same(index.newest(TASK, 0, ann.address), newer);
  t.equal(index.newest(TASK, 0, bob.address), null);
  t.equal((await keep.list('proof/')).length, 2);
});

t.test('a restart finds them again', async (t) => {
  const keep = memoryKeep();
  const claims = new Map([[0, ann.address]]);
  const proof = await prove(ann, 0);
  await openIndex(claims, keep).add(proof);
  await keep.put('proof/damaged', { no: 'proof' });
  const reopened = openIndex(claims, keep);
  t.equal(standing(reopened, 0), null);
  await reopened.load();
  t.equal(standing(reopened, 0), cidOf(proof));
});

t.test('the holder is asked, and only an answer of its own is taken', async (t) => {
  const [asked, claims] = [[] as unknown[], new Map([[0, ann.address]])];
  const answering = (answer: unknown) =>
    openIndex(claims, memoryKeep(), async (operator, question) => {
      asked.push([operator, question]);
      return answer;
    });
  const proof = await prove(ann, 0);
  const index = answering(proofToWire(proof));
  await index.enquire(1n, 0);
  t.equal(standing(index, 0), cidOf(proof));
  t.same(asked, [[ann.address, { kind: 'proof', task: TASK, shard: 0, worker: ann.address }]]);
  for (const answer of [null, { no: 'proof' }, proofToWire(await prove(bob, 0))]) {
    const other = answering(answer);
    await other.enquire(1n, 0);
    t.equal(standing(other, 0), null);
  }
  const before = asked.length;
  await index.enquire(1n, 1);
  t.equal(asked.length, before, 'a shard that nobody holds is not asked for');
});
