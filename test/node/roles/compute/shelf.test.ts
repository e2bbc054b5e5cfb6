/** The shelf of proofs made here, closed and reopened over the same memory. */
import t from 'tap';
import { epoch } from '#protocol/ids.ts';
import { signProof } from '#protocol/work/proof.ts';
import { taskOfJob } from '#protocol/work/shard.ts';
import { Shelf } from '#node/roles/compute/shelf.ts';
import { ann, cidFor, DOMAIN, memoryKeep, proofWith } from '#test/ports/memory.ts';

const prove = (shard: number, task = taskOfJob(1n)) => signProof(DOMAIN, proofWith({ shard, task }), ann);

t.test('proofs and their commitments survive', async (t) => {
  const keep = memoryKeep();
  const shelf = new Shelf(keep);
  const [a, b] = [await shelf.add(await prove(0)), await shelf.add(await prove(1))];
  await shelf.markCommitted([a.cid, cidFor('unknown')], epoch(4));
  await shelf.markCommitted([a.cid], epoch(4));
  await shelf.markCommitted([a.cid], epoch(6));
  const reopened = new Shelf(keep);
  t.same(reopened.all(), [], 'nothing before it is loaded');
  await reopened.load();
  const byShard = reopened.all().toSorted((x, y) => x.signed.proof.shard - y.signed.proof.shard);
  t.same(byShard, [
    { ...a, committed: [4, 6] },
    { ...b, committed: [] },
  ]);
});

t.test('a proof made again keeps its commitments', async (t) => {
  const shelf = new Shelf(memoryKeep());
  const { cid } = await shelf.add(await prove(0));
  await shelf.markCommitted([cid], epoch(4));
  t.same((await shelf.add(await prove(0))).committed, [4]);
  t.equal(shelf.all().length, 1);
});

t.test('what is dropped is gone, also after a restart', async (t) => {
  const keep = memoryKeep();
  const shelf = new Shelf(keep);
  const [a] = [
    await shelf.add(await prove(0)),
    await shelf.add(await prove(1)),
    await shelf.add(await prove(0, taskOfJob(2n))),
  ];
  t.equal(shelf.count(taskOfJob(1n)), 2);
  await shelf.drop(a.cid);
  t.equal(shelf.count(taskOfJob(1n)), 1);
  await keep.put('made/damaged', 7);
  const reopened = new Shelf(keep);
  await reopened.load();
  t.equal(reopened.all().length, 2, 'and what is damaged is left out');
  t.notOk(reopened.all().some(({ cid }) => cid === a.cid));
});
