/** What an auditor must have shown: the same for everybody who executes its samples, another for every auditor, none for a fast job. */
import t from 'tap';
import { EnginePool } from '#engine/run/pool.ts';
import { combineDigests } from '#protocol/audit/verdict.ts';
import { systemClock } from '#node/clock.ts';
import { auditWorker } from '#verifier/audit.ts';
import { checkDigest, digestOf, segmentsIn } from '#verifier/cross-check.ts';
import { disputeWorld, EPOCH, skipping } from '#test/node/roles/dispute-world.ts';
import { ann, bob, DOMAIN, hashFor, LAW, MemoryBlobs } from '#test/ports/memory.ts';
import { openSigner } from '#node/chain/signer.ts';

const pool = new EnginePool({ size: 1, memoryBytes: 2 ** 30, stepTimeoutMs: 60_000, clock: systemClock });
t.teardown(() => pool.close());

const eve = openSigner(`0x${'33'.repeat(32)}`);
const seed = hashFor(`seed ${EPOCH}`);
const drawOf = (validator: typeof bob) => ({ seed, worker: ann.address, validator: validator.address });

t.test('whoever executes the samples of an auditor finds its digest', async (t) => {
  const { on, view, blobs } = await disputeWorld(pool);
  const ports = { view, blobs: blobs.bob, engine: pool };
  const own = await auditWorker(ports, DOMAIN, on, drawOf(bob), LAW.samples);
  const of = (shown: typeof own.auditDigest, validator = bob) =>
    checkDigest(ports, DOMAIN, on, { draw: drawOf(validator), samples: LAW.samples, shown });
  t.equal(digestOf(own), own.auditDigest);
  t.equal(await of(own.auditDigest), 'right');
  t.equal(await of(own.auditDigest, eve), 'false', 'it is of no use to another');
  t.equal(await of(combineDigests([])), 'false', 'nothing was looked at');
});

t.test('who says ok of a fault did not look', async (t) => {
  const { on, view, blobs } = await disputeWorld(pool, skipping(pool));
  const ports = { view, blobs: blobs.bob, engine: pool };
  const shown = (await auditWorker(ports, DOMAIN, on, drawOf(bob), LAW.samples)).auditDigest;
  t.equal(await checkDigest(ports, DOMAIN, on, { draw: drawOf(bob), samples: LAW.samples, shown }), 'false');
});

t.test('of what is not served nothing is said', async (t) => {
  const { on, view } = await disputeWorld(pool);
  const ports = { view, blobs: new MemoryBlobs(), engine: pool };
  const revealed = { draw: drawOf(bob), samples: LAW.samples, shown: hashFor('shown') };
  t.equal(await checkDigest(ports, DOMAIN, on, revealed), 'unseen');
});

t.test('bytes that are each provider’s own cannot be compared', async (t) => {
  const { on, view, blobs } = await disputeWorld(pool);
  const ports = { view, blobs: blobs.bob, engine: pool };
  const own = await auditWorker(ports, DOMAIN, on, drawOf(bob), 1);
  const elements = { step: 0, value: 'y', op: 'MatMul', places: [], bits: [], largest: 0 };
  t.equal(digestOf({ ...own, verdict: 'unavailable' }), null);
  t.equal(digestOf({ ...own, samples: own.samples.map((seen) => ({ ...seen, elements })) }), null);
});

t.test('segments of an epoch', async (t) => {
  const { on, view, blobs } = await disputeWorld(pool);
  const ports = { view, blobs: blobs.bob };
  const one = await segmentsIn(ports, on, drawOf(bob));
  t.equal(one, 4, 'of one base shard');
});
