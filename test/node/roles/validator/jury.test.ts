/** The juror: looks at the same again itself, votes once, abstains where nothing can be seen, and counts when the time is over. */
import t from 'tap';
import { EnginePool } from '#engine/run/pool.ts';
import { digestOf } from '#protocol/codec/cid.ts';
import type { Hash } from '#protocol/ids.ts';
import { auditTimes } from '#protocol/time/epoch.ts';
import { systemClock } from '#node/clock.ts';
import { Judging } from '#node/roles/validator/jury.ts';
import { reportOf } from '#node/roles/validator/report.ts';
import { ann, bob, disputeWith, DOMAIN, hashFor, LAW, MemoryBlobs, memoryKeep } from '#test/ports/memory.ts';
import { openSigner } from '#node/chain/signer.ts';
import { type DisputeWorld, DRAWN, disputeWorld, EPOCH, quiet, SHARD, skipping, TASK } from '../dispute-world.ts';

const pool = new EnginePool({ size: 1, memoryBytes: 2 ** 30, stepTimeoutMs: 60_000, clock: systemClock });
t.teardown(() => pool.close());

const eve = openSigner(`0x${'33'.repeat(32)}`);
const never = new AbortController().signal;
const at = (timestamp: number) => ({ number: 1, timestamp });
const { revealsEnd } = auditTimes(LAW, DRAWN);

interface Named {
  readonly task?: Hash;
  readonly shard?: number;
  readonly segment?: number | null;
}

/** Bob accuses Ann of a sample, in a report that he serves; Eve is a juror. */
async function accused(world: DisputeWorld, { task = TASK, shard = SHARD, segment = 1 }: Named = {}) {
  const report = reportOf(
    { epoch: EPOCH, worker: ann.address, validator: bob.address },
    {
      verdict: 'fault',
      reason: 'wrong-result',
      auditDigest: hashFor('audit'),
      samples: [{ task, shard, segment, fault: 'wrong-result', digest: null }],
    },
  );
  const detail = digestOf(await world.blobs.bob.putObject(report));
  const dispute = disputeWith({ id: 4n, epoch: EPOCH, reason: 'wrong-result', detail });
  world.court.others.push(dispute);
  const blobs = new MemoryBlobs();
  blobs.peers.push(world.blobs.ann, world.blobs.bob);
  const keep = memoryKeep();
  const juror = (self = eve.address) => {
    const ports = { view: world.view, blobs, engine: pool, disputes: world.court.port, keep, log: quiet };
    return new Judging(ports, { self, law: LAW, domain: DOMAIN });
  };
  return { juror, blobs, keep };
}

t.test('a fault that is there: guilty, once, also after a restart', async (t) => {
  const world = await disputeWorld(pool, skipping(pool));
  const { juror } = await accused(world);
  const first = juror();
  await first.act(at(DRAWN), never);
  await first.act(at(DRAWN + 1), never);
  t.same(world.court.votes, [{ id: 4n, guilty: true }]);
});

t.test('none: innocent, whatever the report says', async (t) => {
  const world = await disputeWorld(pool);
  const { juror } = await accused(world);
  await juror().act(at(DRAWN), never);
  t.same(world.court.votes, [{ id: 4n, guilty: false }]);
});

t.test('a report that names nothing of the commitment accuses of nothing', async (t) => {
  for (const named of [{ shard: SHARD + 1 }, { segment: 77 }, { segment: null }, { task: hashFor('other') }]) {
    const world = await disputeWorld(pool, skipping(pool));
    const { juror } = await accused(world, named);
    await juror().act(at(DRAWN), never);
    t.same(world.court.votes, [{ id: 4n, guilty: false }], JSON.stringify(named));
  }
});

t.test('what was decided before a restart is what is voted', async (t) => {
  const world = await disputeWorld(pool, skipping(pool));
  const { juror, keep } = await accused(world);
  await keep.put('vote/4', false);
  await juror().act(at(DRAWN), never);
  t.same(world.court.votes, [{ id: 4n, guilty: false }]);
});

t.test('who cannot see does not vote, and looks again', async (t) => {
  const world = await disputeWorld(pool, skipping(pool));
  const { juror, blobs } = await accused(world);
  const served = blobs.peers.splice(0);
  const one = juror();
  await one.act(at(DRAWN), never);
  t.same(world.court.votes, []);
  blobs.peers.push(...served);
  await one.act(at(DRAWN + 1), never);
  t.same(world.court.votes, [{ id: 4n, guilty: true }]);
});

t.test('neither the parties nor whoever was not drawn votes', async (t) => {
  const world = await disputeWorld(pool, skipping(pool));
  const { juror } = await accused(world);
  await juror(ann.address).act(at(DRAWN), never);
  await juror(bob.address).act(at(DRAWN), never);
  world.court.jurors = false;
  await juror().act(at(DRAWN), never);
  t.same(world.court.votes, []);
});

t.test('the votes are counted when their time is over', async (t) => {
  const world = await disputeWorld(pool);
  const { juror } = await accused(world);
  await juror().act(at(revealsEnd + 3), never);
  t.same([world.court.votes, world.court.calls], [[], ['conclude']]);
});
