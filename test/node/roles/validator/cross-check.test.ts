/** Checks of other auditors: who looked is left alone, who did not is accused once, and nothing follows from what cannot be seen. */
import t from 'tap';
import { EnginePool } from '#engine/run/pool.ts';
import { digestOf } from '#protocol/codec/cid.ts';
import { type Address, epoch } from '#protocol/ids.ts';
import type { DisputePort } from '#protocol/ports.ts';
import { auditTimes } from '#protocol/time/epoch.ts';
import { chainError } from '#node/chain/errors.ts';
import { openSigner } from '#node/chain/signer.ts';
import { systemClock } from '#node/clock.ts';
import { CrossChecking } from '#node/roles/validator/cross-check.ts';
import { Judging } from '#node/roles/validator/jury.ts';
import { VerdictRecords } from '#node/roles/validator/records.ts';
import { digestReportOf } from '#node/roles/validator/report.ts';
import { ReportBook } from '#node/roles/validator/report-book.ts';
import { ann, bob, cidFor, disputeWith, DOMAIN, hashFor, LAW, MemoryBlobs, memoryKeep } from '#test/ports/memory.ts';
import { auditWorker } from '#verifier/audit.ts';
import { type DisputeWorld, DRAWN, disputeWorld, EPOCH, quiet, skipping } from '../dispute-world.ts';

const pool = new EnginePool({ size: 1, memoryBytes: 2 ** 30, stepTimeoutMs: 60_000, clock: systemClock });
t.teardown(() => pool.close());

const eve = openSigner(`0x${'33'.repeat(32)}`);
const dan = openSigner(`0x${'44'.repeat(32)}`);
const never = new AbortController().signal;
const at = (timestamp: number) => ({ number: 1, timestamp });
const { verdictsEnd, revealsEnd, pays } = auditTimes(LAW, DRAWN);
const MIDDLE = Math.ceil((verdictsEnd + revealsEnd) / 2);
const seed = hashFor(`seed ${EPOCH}`);

const NOTHING = hashFor('nothing seen');

async function shownBy(world: DisputeWorld, validator: Address) {
  const ports = { view: world.view, blobs: world.blobs.bob, engine: pool };
  const draw = { seed, worker: ann.address, validator };
  return (await auditWorker(ports, DOMAIN, world.on, draw, LAW.samples)).auditDigest;
}

/** Bob said ok of Ann, and so did Eve, who shows a digest. */
async function checker(world: DisputeWorld, law = LAW) {
  const keep = memoryKeep();
  const records = new VerdictRecords(keep);
  const said = { verdict: 'ok', auditDigest: hashFor('audit'), salt: hashFor('salt'), reason: null } as const;
  await records.decide(EPOCH, ann.address, { ...said, report: cidFor('report'), charge: null, stage: 'revealed' });
  world.court.verdicts.push({ validator: bob.address, verdict: 'ok', auditDigest: hashFor('audit') });
  const node = (blobs = world.blobs.bob, disputes: Pick<DisputePort, 'accuseAuditor'> = world.court.port) =>
    new CrossChecking(
      { view: world.view, blobs, engine: pool, disputes, keep, log: quiet },
      { self: bob.address, law, domain: DOMAIN },
      records,
      new ReportBook({ view: world.view, peers: { peersOf: () => [] }, gossip: { subscribe: () => () => undefined } }),
    );
  return { node, records, keep };
}

const says = (world: DisputeWorld, auditDigest = NOTHING, verdict: 'ok' | 'fault' = 'ok') =>
  world.court.verdicts.push({ validator: eve.address, verdict, auditDigest });

t.test('who looked is left alone', async (t) => {
  const world = await disputeWorld(pool);
  const { node } = await checker(world);
  says(world, await shownBy(world, eve.address));
  await node().act(at(MIDDLE), never);
  t.same(world.court.auditors, []);
});

t.test('who did not is accused once, also after a restart, with a report that says of what', async (t) => {
  const world = await disputeWorld(pool);
  const { node } = await checker(world);
  says(world);
  const first = node();
  await first.act(at(MIDDLE), never);
  await first.act(at(MIDDLE + 1), never);
  await node().act(at(MIDDLE + 1), never);
  const of = { epoch: EPOCH, worker: ann.address, auditor: eve.address };
  const detail = digestOf(await new MemoryBlobs().putObject(digestReportOf(of)));
  t.same(world.court.auditors, [{ ...of, detail }]);
});

t.test('what was found before a crash is brought, and what is on chain already is done', async (t) => {
  const world = await disputeWorld(pool);
  const { node, keep } = await checker(world);
  says(world);
  const key = `cross/${EPOCH}/${ann.address}/${eve.address}`;
  const refused = chainError('UNREACHABLE', { urls: [], key: 'chain.rpc', reason: 'refused' });
  const fails = { accuseAuditor: () => Promise.reject(refused) };
  await t.rejects(node(world.blobs.bob, fails).act(at(MIDDLE), never));
  t.equal(await keep.get(key), 'false');
  const reverted = chainError('REVERTED', { call: 'accuseAuditor', error: 'AlreadyAccused', args: [] });
  await node(new MemoryBlobs(), { accuseAuditor: () => Promise.reject(reverted) }).act(at(MIDDLE), never);
  t.equal(await keep.get(key), 'accused', 'without another look: these blobs are empty');
  await node().act(at(MIDDLE), never);
  t.same(world.court.auditors, []);
});

t.test('not before the middle of the reveals, and not when the epoch pays', async (t) => {
  const world = await disputeWorld(pool);
  const { node } = await checker(world);
  says(world);
  await node().act(at(verdictsEnd), never);
  await node().act(at(pays), never);
  t.same(world.court.auditors, []);
  await node().act(at(pays - 1), never);
  t.equal(world.court.auditors.length, 1);
});

t.test('an accuser that cannot see says nothing', async (t) => {
  const world = await disputeWorld(pool);
  const { node } = await checker(world);
  says(world);
  await node(new MemoryBlobs()).act(at(MIDDLE), never);
  t.same(world.court.auditors, []);
});

t.test('only of workers that it found in order itself, and of members that say so', async (t) => {
  const world = await disputeWorld(pool);
  const { node, records } = await checker(world);
  says(world, NOTHING, 'fault');
  await node().act(at(MIDDLE), never);
  t.same(world.court.auditors, [], 'a fault is disputed by itself');
  says(world);
  world.court.verdicts.splice(1, 1);
  await records.mark(EPOCH, ann.address, 'accused');
  await node().act(at(MIDDLE), never);
  t.same(world.court.auditors, [], 'its own verdict is no more an ok that it revealed');
});

t.test('of small workers none', async (t) => {
  const world = await disputeWorld(pool);
  const { node } = await checker(world, { ...LAW, crossCheckFrom: 5 });
  says(world);
  await node().act(at(MIDDLE), never);
  t.same(world.court.auditors, []);
});

t.test('one worker in so many, as the seed says', async (t) => {
  const world = await disputeWorld(pool);
  // No 256-bit number of this world is a multiple of it but by a chance of one in 2^50.
  const { node } = await checker(world, { ...LAW, crossCheckOneIn: 2 ** 50 });
  says(world);
  await node().act(at(MIDDLE), never);
  t.same(world.court.auditors, []);
});

/** Bob accuses Eve before a jury on which Dan is. */
async function accused(world: DisputeWorld, of = { epoch: EPOCH, worker: ann.address, auditor: eve.address }) {
  const detail = digestOf(await world.blobs.bob.putObject(digestReportOf(of)));
  const dispute = disputeWith({ id: 5n, epoch: EPOCH, worker: eve.address, reason: 'false-digest', detail });
  world.court.others.push(dispute);
  const blobs = new MemoryBlobs();
  blobs.peers.push(world.blobs.ann, world.blobs.bob);
  const ports = { view: world.view, blobs, engine: pool, disputes: world.court.port, keep: memoryKeep(), log: quiet };
  return { judging: new Judging(ports, { self: dan.address, law: LAW, domain: DOMAIN }), blobs };
}

t.test('the jury: guilty who showed what no execution gives', async (t) => {
  const world = await disputeWorld(pool);
  says(world);
  await (await accused(world)).judging.act(at(DRAWN), never);
  t.same(world.court.votes, [{ id: 5n, guilty: true }]);
});

t.test('the jury: innocent who looked', async (t) => {
  const world = await disputeWorld(pool);
  says(world, await shownBy(world, eve.address));
  await (await accused(world)).judging.act(at(DRAWN), never);
  t.same(world.court.votes, [{ id: 5n, guilty: false }]);
});

t.test('the jury: guilty who said ok of what it drew and is wrong', async (t) => {
  const world = await disputeWorld(pool, skipping(pool));
  says(world, await shownBy(world, eve.address));
  await (await accused(world)).judging.act(at(DRAWN), never);
  t.same(world.court.votes, [{ id: 5n, guilty: true }]);
});

t.test('the jury: innocent whom the report does not name, or who did not say ok', async (t) => {
  for (const of of [
    { epoch: EPOCH, worker: ann.address, auditor: dan.address },
    { epoch: EPOCH, worker: dan.address, auditor: eve.address },
    { epoch: epoch(7), worker: ann.address, auditor: eve.address },
  ]) {
    const world = await disputeWorld(pool);
    says(world);
    await (await accused(world, of)).judging.act(at(DRAWN), never);
    t.same(world.court.votes, [{ id: 5n, guilty: false }], JSON.stringify(of));
  }
  const world = await disputeWorld(pool);
  says(world, NOTHING, 'fault');
  await (await accused(world)).judging.act(at(DRAWN), never);
  t.same(world.court.votes, [{ id: 5n, guilty: false }], 'a fault');
});

t.test('the jury: who cannot see does not vote', async (t) => {
  const world = await disputeWorld(pool);
  says(world);
  const { judging, blobs } = await accused(world);
  const served = blobs.peers.splice(0, 1);
  await judging.act(at(DRAWN), never);
  t.same(world.court.votes, []);
  blobs.peers.push(...served);
  await judging.act(at(DRAWN + 1), never);
  t.same(world.court.votes, [{ id: 5n, guilty: true }]);
});
