/** Disputes over the real contracts on a real chain: a base task that was not computed, from its commitment to its slash. */
import t from 'tap';
import { EnginePool } from '#engine/run/pool.ts';
import type { DisputeView } from '#protocol/dispute/moves.ts';
import { hashWords } from '#protocol/codec/abi.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import { epoch, hash, units, type Units } from '#protocol/ids.ts';
import { baseTask } from '#protocol/work/base-task.ts';
import { buildCommitment, placeOf } from '#protocol/work/commitment.ts';
import { proofDigest, proofMembers, proofToWire, signProof, type WorkloadProof } from '#protocol/work/proof.ts';
import { openSegment, trace as traceObject } from '#protocol/work/trace.ts';
import { openSigner } from '#node/chain/signer.ts';
import { systemClock as clock } from '#node/clock.ts';
import { proveShard } from '#node/roles/compute/prove.ts';
import { MemoryBlobs } from '#test/ports/memory.ts';
import { altered } from '#test/verifier/dispute/playing.ts';
import { nextAccusation } from '#verifier/dispute/accuse.ts';
import { baseTerms } from '#verifier/dispute/base-terms.ts';
import { compileProgram } from '#verifier/dispute/compile.ts';
import { nextDefence, valueBytes } from '#verifier/dispute/defend.ts';
import type { Side } from '#verifier/dispute/side.ts';
import { recordTranscript } from '#verifier/dispute/transcript.ts';
import { findSource, prepareRun } from '#verifier/shard-run.ts';
import { skipping } from '../roles/dispute-world.ts';
import { type Actor, deployedChain, LAW } from './deployed.ts';
import { CHAIN_ID } from './world.ts';

t.setTimeout(300_000);
const pool = new EnginePool({ size: 1, memoryBytes: 2 ** 30, stepTimeoutMs: 60_000, clock });
const world = await deployedChain();
t.teardown(async () => {
  await world.stop();
  await pool.close();
});
const [first, second, third] = [await world.actor(), await world.actor(), await world.actor()];
const workers = [first, second, third];
const validators = [await world.actor(), await world.actor()];
const [bob, eve] = validators as [Actor, Actor];
const everybody = [...workers, ...validators];
/** Keys of the actors, in the order in which the world makes them. */
const keyOf = (actor: Actor) => openSigner(`0x${(101 + everybody.indexOf(actor)).toString(16).padStart(64, '0')}`);
const domain: Domain = { chainId: CHAIN_ID, contract: world.deployment.addresses.ledger };
const AUDIT = hash(`0x${'ad'.repeat(32)}`);
const SALT = hash(`0x${'5a'.repeat(32)}`);
const FAULT = 2;

async function caughtUp(): Promise<void> {
  const { number = 0 } = (await world.chain.rpc.header('latest')) ?? {};
  for (const { chain } of everybody) while (chain.view.head().number < number) await clock.sleep(5);
}

const WORKING = epoch(1);
const SHARD = 3;

/** A base task whose steps after the first segment were skipped. */
async function proven(actor: Actor, change: (proof: WorkloadProof) => WorkloadProof = (proof) => proof) {
  const blobs = new MemoryBlobs();
  const ref = { task: baseTask(WORKING), shard: SHARD, epoch: WORKING, worker: actor.address };
  const source = await findSource({ blobs, view: { job: () => null, seed: () => null } }, ref);
  if (source === null) throw new RangeError('there is no such base shard');
  const signer = keyOf(actor);
  const ports = { blobs, engine: skipping(pool), signer };
  const made = await proveShard(ports, { domain, engine: 'test/1' }, { ref, source, inputs: [] });
  const proof = change(made.proof);
  const cid = await blobs.putObject(proofToWire(await signProof(domain, proof, signer)));
  const digest = proofDigest(domain, proof);
  const work = buildCommitment([{ task: ref.task, shard: SHARD, digest, units: proof.units, proof: cid }]);
  const trace = traceObject.parse(await blobs.getObject(proof.traceCid));
  const placement = placeOf(work, ref)?.placement;
  if (placement === undefined) throw new RangeError('the entry stands in no tree');
  const of = { epoch: WORKING, worker: actor.address };
  const committed = { ...of, proof: proofMembers(proof), placement, terms: baseTerms() };
  return { blobs, source, trace, work, committed };
}

type Proven = Awaited<ReturnType<typeof proven>>;

/** What an honest node has of segment 1. */
async function sideOf({ blobs, source, trace }: Proven): Promise<Side> {
  const [start, end] = [trace.checkpoints[1]?.state, trace.checkpoints[2]?.state];
  if (start == null || end == null) throw new RangeError('a trace without states');
  const ends = { start: await blobs.get(start), end: await blobs.get(end) };
  const run = await prepareRun(blobs, source, { start: { state: ends.start }, segment: 1 });
  return { own: await recordTranscript(pool, run), program: compileProgram(run.graph).instructions, ends };
}

/** Everybody commits, Bob and Eve reveal a fault of all; then the reveal window is open. */
async function revealed(made: readonly Proven[]): Promise<void> {
  await world.at(world.startOf(WORKING + 1) + 10);
  for (const [i, { work }] of made.entries()) {
    const { root, units: sum, marketUnits, tier } = work;
    const commitment = { epoch: WORKING, root, units: sum, marketUnits, manifest: AUDIT, tier };
    await world.mined((workers[i] as Actor).chain.work.commitWork(commitment));
  }
  await world.at(world.startOf(WORKING + 1) + LAW.commitSeconds);
  await world.mined(bob.chain.beacon.draw(WORKING, world.signatureFor(WORKING)));
  await caughtUp();
  const drawn = bob.chain.view.seed(WORKING)?.drawnAt ?? 0;
  for (const { address } of workers.slice(0, made.length)) {
    for (const v of validators) {
      const digest = hashWords([v.address, address, BigInt(WORKING), FAULT, AUDIT, SALT]);
      await world.mined(v.chain.court.commitVerdict({ epoch: WORKING, worker: address, digest }));
    }
  }
  await world.at(drawn + LAW.auditSeconds);
  for (const { address } of workers.slice(0, made.length)) {
    const verdict = { epoch: WORKING, worker: address, verdict: 'fault', auditDigest: AUDIT, salt: SALT } as const;
    for (const v of validators) await world.mined(v.chain.court.revealVerdict(verdict));
  }
}

const disputeOf = (worker: Actor, challenger: Actor): DisputeView | undefined =>
  bob.chain.view.disputes().find((d) => d.worker === worker.address && d.challenger === challenger.address);

/** Moves of both until it has ended, or nobody has any. @returns the kinds of the moves */
async function played(worker: Actor, theirs: Side, own: Side): Promise<string[]> {
  const kinds: string[] = [];
  for (let turn = 0; turn < 8; turn++) {
    await caughtUp();
    const view = disputeOf(worker, bob);
    if (view === undefined) throw new RangeError('there is no such dispute');
    const answer = await nextDefence(view, theirs);
    const move = answer ?? (await nextAccusation(view, own, (position) => valueBytes(theirs, position)));
    if (move === null) break;
    kinds.push(move.kind);
    await world.mined((answer === null ? bob : worker).chain.disputes.move(view.id, move));
  }
  await caughtUp();
  return kinds;
}

const inflated = (proof: WorkloadProof): WorkloadProof => ({ ...proof, units: (proof.units * 2n) as Units });
const made: Proven[] = [];

t.test('work that nobody did is committed, and found out', async (t) => {
  const register = [
    ...workers.map((w) => w.chain.stake.register({ compute: true, validator: false })),
    ...validators.map((v) => v.chain.stake.register({ compute: false, validator: true })),
  ];
  await world.mined(Promise.all(register));
  for (const [i, worker] of workers.entries()) made.push(await proven(worker, i === 1 ? inflated : undefined));
  await revealed(made);
  t.equal(bob.chain.view.commitments(WORKING).length, 3);
  t.same(bob.chain.view.disputes(), []);
});

t.test('the log is honest, the checkpoint is not: guilty in three moves', async (t) => {
  const [proof] = made as [Proven];
  const segment = openSegment(proof.trace, 1);
  const early = eve.chain.disputes.accuseResult({ ...proof.committed, segment: { ...segment, index: 2 } });
  await t.rejects(world.mined(early), { code: 'CHAIN_REVERTED', details: { error: 'WrongOpening' } });
  await world.mined(bob.chain.disputes.accuseResult({ ...proof.committed, segment }));
  await caughtUp();
  const named = { task: baseTask(WORKING), shard: SHARD, index: 1 };
  t.match(disputeOf(first, bob), { id: 1n, phase: 'openBlocks', reason: 'none', segment: named });
  const side = await sideOf(proof);
  t.same(await played(first, side, side), ['openBlocks', 'nameLink', 'openLink']);
  t.match(disputeOf(first, bob), { phase: 'guilty', link: { atEnd: true } });
  t.equal(bob.chain.view.slashed(first.address), true);
  t.match(bob.chain.slashes(), [{ address: first.address, epoch: WORKING }]);
});

t.test('units: guilty at once', async (t) => {
  const proof = made[1] as Proven;
  t.equal(proof.work.units, units((made[0] as Proven).work.units * 2n));
  await world.mined(eve.chain.disputes.accuseUnits(proof.committed));
  await caughtUp();
  t.equal(bob.chain.view.slashed(second.address), true);
  const right = bob.chain.disputes.accuseUnits((made[2] as Proven).committed);
  await t.rejects(world.mined(right), { code: 'CHAIN_REVERTED', details: { error: 'UnitsAreRight' } });
});

t.test('a log with another value in it: down to one element, which the contract computes', async (t) => {
  const proof = made[2] as Proven;
  await world.mined(bob.chain.disputes.accuseResult({ ...proof.committed, segment: openSegment(proof.trace, 1) }));
  const side = await sideOf(proof);
  const last = 2 * side.own.values - 1;
  const own = await altered(side.own, last, (bytes) => {
    bytes[2] = (bytes[2] as number) ^ 0x10;
  });
  const moves = ['openBlocks', 'nameBlock', 'openLeaves', 'nameValue', 'openOperands'];
  t.same(await played(third, { ...side, own }, side), moves);
  t.match(disputeOf(third, bob), { phase: 'guilty', value: { position: last } });
  t.equal(bob.chain.view.slashed(third.address), true);
});

t.test('an auditor is accused of its digest, by whom also judged the worker, once', async (t) => {
  const said = { verdict: 'fault', auditDigest: AUDIT } as const;
  const reveals = validators.map(({ address }) => ({ validator: address, ...said }));
  t.same(eve.chain.view.verdicts(WORKING, first.address), reveals);
  t.same(eve.chain.view.verdicts(WORKING, eve.address), []);
  const of = { epoch: WORKING, worker: first.address, detail: AUDIT };
  await world.mined(eve.chain.disputes.accuseAuditor({ ...of, auditor: bob.address }));
  await caughtUp();
  t.match(disputeOf(bob, eve), { phase: 'jury', reason: 'false-digest', detail: AUDIT });
  const other = eve.chain.disputes.accuseAuditor({ ...of, auditor: third.address });
  await t.rejects(world.mined(other), { code: 'CHAIN_REVERTED', details: { error: 'NoVerdict' } });
});

t.test(
  'what was open is open again after a restart, and a block that the chain takes back takes its disputes along',
  async (t) => {
    const again = await world.open({ keep: bob.keep, confirmations: 0, key: 999 });
    t.same(again.chain.view.disputes(), bob.chain.view.disputes());
    const snapshot = await world.chain.endpoints.send('evm_snapshot', []);
    const before = eve.chain.view.disputes().length;
    const digest = { epoch: WORKING, worker: first.address, reason: 'wrong-start', detail: AUDIT } as const;
    await world.mined(eve.chain.disputes.accuse(digest));
    await caughtUp();
    t.match(disputeOf(first, eve), { phase: 'jury', reason: 'wrong-start', detail: AUDIT });
    await world.chain.endpoints.send('evm_revert', [snapshot]);
    await world.chain.mine(20);
    for (let i = 0; i < 300 && eve.chain.view.disputes().length > before; i += 1) await clock.sleep(10);
    t.equal(eve.chain.view.disputes().length, before);
  },
);
