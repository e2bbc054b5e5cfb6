/** A node's part of `corex proof`: by job and shard, by CID, of a base task of any epoch, and what is not there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { CarFile } from '#node/bundle/car-file.ts';
import { readFacts } from '#node/bundle/check.ts';
import { type ExportPorts, exportProof } from '#node/bundle/export.ts';
import { ProofIndex } from '#node/roles/proof-index.ts';
import { jobSpec } from '#protocol/work/job.ts';
import { ann, cidFor, DOMAIN, LAW, memoryKeep } from '#test/ports/memory.ts';
import { corex } from '../cli/corex.ts';
import { Bench } from '../cli/proven.ts';

const folder = t.testdir();
const bench = new Bench(folder);
t.teardown(() => bench.engine.close());
const base = await bench.prove(null, 0);
const spec = await bench.post({ slices: '1', rounds: '1', steps: '2', segment: '1' });
const proof = await bench.prove(1n, 0);
const { view, blobs } = bench.ports;
const job = view.job(1n);
if (job === null) throw new RangeError('it was posted');
const claims = () => new Map([[0, ann.address]]);
const index = new ProofIndex({ ask: { ask: async () => null }, keep: memoryKeep(), view: { claims } }, DOMAIN);
const ports: ExportPorts = {
  blobs,
  view: { ...view, head: () => ({ number: 1, timestamp: LAW.genesis + 40 * LAW.epochSeconds }) },
  index,
  find: async () => ({ job, spec: jobSpec.parse(await blobs.getObject(bench.specCid)) }),
};

const exported = (of: string, name: string) => exportProof(ports, { law: LAW, domain: DOMAIN }, of, join(folder, name));

t.test('nothing is written of a shard that nobody has delivered, nor of what is no proof', async (t) => {
  await t.rejects(exported('1/0', 'early.car'), { code: 'BUNDLE_NOT_DELIVERED' });
  await t.rejects(exported('1/7', 'early.car'), { code: 'BUNDLE_NOT_DELIVERED' });
  await t.rejects(exported(bench.specCid, 'early.car'), { code: 'BUNDLE_NO_PROOF' });
  await t.rejects(exported(cidFor('nowhere'), 'early.car'), { code: 'BLOB_UNAVAILABLE' });
  t.notOk(existsSync(join(folder, 'early.car')));
});

t.test('a delivered shard by its number, and the file can be checked', async (t) => {
  await index.add(proof.signed);
  const written = await exported('1/0', 'shard.car');
  t.match(written, { proof: proof.cid, shard: 0, worker: ann.address, units: `${spec.units.step * 2n}` });
  const car = await CarFile.open(written.file);
  t.same(car.size, { blocks: written.blocks, bytes: written.bytes });
  t.match(await readFacts(written.file, car), { job: { id: '1' }, epoch: null, holders: [{ shard: 0 }] });
  await car.close();
  t.equal((await corex(['verify', written.file])).code, 0);
});

t.test('a base task by its CID, many epochs later', async (t) => {
  const written = await exported(base.cid, 'base.car');
  const car = await CarFile.open(written.file);
  t.match(await readFacts(written.file, car), { job: null, epoch: 1, seed: null });
  await car.close();
});

t.test('a part that nobody serves, or a folder that is not there, leaves no file behind', async (t) => {
  const before = proof.signed.proof.traceCid;
  const get: typeof blobs.getObject = (cid, options) =>
    cid === before ? blobs.getObject(cidFor('gone')) : blobs.getObject(cid, options);
  const poor = { ...ports, blobs: { get: blobs.get.bind(blobs), getObject: get } };
  const facts = { law: LAW, domain: DOMAIN };
  await t.rejects(exportProof(poor, facts, '1/0', join(folder, 'poor.car')), { code: 'BLOB_UNAVAILABLE' });
  t.notOk(existsSync(join(folder, 'poor.car')) || existsSync(join(folder, 'poor.car.part')));
  await t.rejects(exported('1/0', 'no/such/folder.car'), { code: 'BUNDLE_NOT_WRITTEN' });
});
