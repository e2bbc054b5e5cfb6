/** From a fault to the end of its game: an audit, an accusation, and the moves of both nodes, each after a restart. */
import t, { type Test } from 'tap';
import { EnginePool } from '#engine/run/pool.ts';
import { digestOf } from '#protocol/codec/cid.ts';
import type { DisputeView } from '#protocol/dispute/moves.ts';
import { termsHash } from '#protocol/dispute/terms.ts';
import type { Cid } from '#protocol/ids.ts';
import { MAX_CHECKPOINTS } from '#protocol/limits.ts';
import { climb } from '#protocol/trees/merkle-sum.ts';
import { merkleClimb } from '#protocol/trees/merkle.ts';
import { leafNode } from '#protocol/work/commitment.ts';
import { checkpointHash } from '#protocol/work/trace.ts';
import { systemClock } from '#node/clock.ts';
import { answerQuestion } from '#node/roles/answers.ts';
import { Defending } from '#node/roles/compute/defend.ts';
import type { Transcripts } from '#node/roles/transcripts.ts';
import { Accusing } from '#node/roles/validator/accuse.ts';
import { Pursuing } from '#node/roles/validator/dispute.ts';
import { HintBook } from '#node/roles/validator/hint-book.ts';
import { Looking } from '#node/roles/validator/look.ts';
import { VerdictRecords } from '#node/roles/validator/records.ts';
import { ann, bob, DOMAIN, hashFor, LAW, memoryKeep } from '#test/ports/memory.ts';
import { altered } from '#test/verifier/dispute/playing.ts';
import { auditWorker } from '#verifier/audit.ts';
import { baseTerms } from '#verifier/dispute/base-terms.ts';
import type { Executor } from '#verifier/replay.ts';
import {
  type DisputeWorld,
  DRAWN,
  disputeWorld,
  EPOCH,
  quiet,
  REVEALING,
  SHARD,
  skipping,
  TASK,
} from '../dispute-world.ts';

const pool = new EnginePool({ size: 1, memoryBytes: 2 ** 30, stepTimeoutMs: 60_000, clock: systemClock });
t.teardown(() => pool.close());

const never = new AbortController().signal;
const at = (timestamp: number) => ({ number: 1, timestamp });

/** Bob audits, reveals, and accuses in the reveal window. */
async function audited(world: DisputeWorld, audit = auditWorker): Promise<VerdictRecords> {
  const { view, court, blobs } = world;
  const records = new VerdictRecords(memoryKeep());
  const done = async () => ({ transaction: hashFor('sent'), block: 1 });
  const alone = {
    view,
    blobs: blobs.bob,
    engine: pool,
    audit,
    court: { onCommittee: async () => true, commitVerdict: done },
    gossip: { publish: async () => {}, subscribe: () => () => {} },
    peers: { peersOf: () => [] },
    random: { bytes: (count: number) => new Uint8Array(count).fill(5) },
    log: quiet,
  };
  const own = { self: bob.address, law: { ...LAW, samples: 6 }, domain: DOMAIN };
  const looking = new Looking(alone, own, records, new HintBook(alone, own));
  await looking.act(at(DRAWN), never);
  // Whoever found nothing listens for a while before it says ok.
  await looking.act(at(DRAWN + 2), never);
  const ports = { view, blobs: blobs.bob, engine: pool, disputes: court.port, log: quiet };
  const settings = { self: bob.address, law: LAW, domain: DOMAIN };
  const accuse = () =>
    new Accusing(ports, settings, records, { termsOf: async () => baseTerms() }).act(at(REVEALING), never);
  await accuse();
  if (court.results.length + court.units.length + court.accusations.length > 0)
    throw new RangeError('accused before it revealed');
  await records.mark(EPOCH, ann.address, 'revealed');
  await accuse();
  await accuse();
  return records;
}

const BOB = { self: bob.address, law: LAW };

interface Nodes {
  readonly worker?: (of: Transcripts) => Pick<Transcripts, 'sideOf'>;
  /** Does Ann's node answer questions? */
  readonly answers?: boolean;
  /** When both look. */
  readonly now?: number;
}

/** Turns of both nodes, started anew for each, until nothing moves any more. */
async function played(
  world: DisputeWorld,
  { worker = (of) => of, answers = true, now = DRAWN }: Nodes = {},
): Promise<string> {
  const { view, court, blobs } = world;
  for (let turn = 0; turn < 12; turn++) {
    const before = court.calls.length;
    const anns = worker(world.transcripts('ann'));
    const index = { newest: () => null };
    const answer = answerQuestion({ index, transcripts: anns, view, blobs: blobs.ann }, ann.address);
    const ask = { ask: async (_: unknown, question: unknown) => (answers ? answer(question) : null) };
    await new Defending({ view, disputes: court.port, log: quiet }, ann.address, anns).act(at(now));
    const ports = { view, disputes: court.port, ask, blobs: blobs.bob, log: quiet };
    await new Pursuing(ports, BOB, world.transcripts('bob')).act(at(now));
    if (court.calls.length === before) break;
  }
  return view.disputes()[0]?.phase ?? 'none';
}

/** The accusation is what the contract checks. */
function isCommitted(t: Test, world: DisputeWorld): void {
  const a = world.court.results[0] as (typeof world.court.results)[number];
  const { within, leaf, path } = a.placement;
  t.match(a.proof, { task: TASK, shard: SHARD });
  t.same(within, []);
  t.same(climb(leafNode(leaf), path), { hash: world.on.root, sum: world.on.units });
  t.equal(termsHash(a.terms), termsHash(baseTerms()));
  const { index, startState, startOutputs, startPath, endState, endOutputs, endPath } = a.segment;
  t.ok(index < MAX_CHECKPOINTS);
  const start = checkpointHash({ stateRoot: startState, outputsRoot: startOutputs });
  const end = checkpointHash({ stateRoot: endState, outputsRoot: endOutputs });
  t.equal(merkleClimb(start, index, 5, startPath), a.proof.trace);
  t.equal(merkleClimb(end, index + 1, 5, endPath), a.proof.trace);
}

t.test('skipped steps: the log is honest, the checkpoint is not', async (t) => {
  const world = await disputeWorld(pool, skipping(pool));
  const records = await audited(world);
  t.match(await records.get(EPOCH, ann.address), { verdict: 'fault', reason: 'wrong-result', stage: 'accused' });
  t.equal(world.court.results.length, 1, 'once, whatever is asked again');
  isCommitted(t, world);
  t.equal(await played(world), 'guilty');
  t.same(world.court.calls, ['openBlocks', 'nameLink', 'openLink']);
});

t.test('an honest worker is not accused', async (t) => {
  const world = await disputeWorld(pool);
  const records = await audited(world);
  t.match(await records.get(EPOCH, ann.address), { verdict: 'ok' });
  t.same([world.court.results, world.court.units, world.court.accusations], [[], [], []]);
});

t.test('units are the contract’s to judge', async (t) => {
  const world = await disputeWorld(pool, pool, 4n);
  await audited(world);
  t.match(world.court.units, [{ worker: ann.address, epoch: EPOCH, proof: { units: world.on.units } }]);
  t.same(world.court.results, []);
});

t.test('a checkpoint that is not what the trace says is for the jury, with the report', async (t) => {
  const world = await disputeWorld(pool, withBadEnd(pool));
  const records = await audited(world);
  const record = await records.get(EPOCH, ann.address);
  t.match(world.court.accusations, [
    { worker: ann.address, reason: 'wrong-checkpoint', detail: digestOf(record?.report as Cid) },
  ]);
  t.same(world.court.results, []);
});

/** Serves other bytes than those it commits to, from the second checkpoint on. */
function withBadEnd(engine: Executor): Executor {
  return {
    async run(run, signal) {
      const result = await engine.run(run, signal);
      const [first] = result.checkpoints;
      const checkpoints = result.checkpoints.map((c, i) =>
        i === 0 || first === undefined ? c : { ...c, state: first.state },
      );
      return { ...result, checkpoints };
    },
  };
}

/** A worker whose log has another value somewhere in the second step. */
const bending = (of: Transcripts, position: (values: number) => number): Pick<Transcripts, 'sideOf'> => ({
  async sideOf(dispute) {
    const side = await of.sideOf(dispute);
    if (side === null) return null;
    const own = await altered(side.own, position(side.own.values), (bytes) => {
      bytes[2] = (bytes[2] as number) ^ 0x10;
    });
    return { ...side, own };
  },
});

t.test('a log with one other value: the element is found in the bytes that the worker serves', async (t) => {
  const world = await disputeWorld(pool, skipping(pool));
  await audited(world);
  const last = (values: number) => 2 * values - 1;
  t.equal(await played(world, { worker: (of) => bending(of, last) }), 'guilty');
  t.same(world.court.calls, ['openBlocks', 'nameBlock', 'openLeaves', 'nameValue', 'openOperands']);
});

t.test('a worker that does not say what its value is goes to the jury', async (t) => {
  const world = await disputeWorld(pool, skipping(pool));
  await audited(world);
  const last = (values: number) => 2 * values - 1;
  const silent = { worker: (of: Transcripts) => bending(of, last), answers: false };
  t.equal(await played(world, silent), 'nameValue', 'a question may get lost');
  const deadline = world.view.disputes()[0]?.deadline ?? 0;
  t.equal(await played(world, { ...silent, now: deadline - 1 }), 'jury');
  t.same(world.court.calls, ['openBlocks', 'nameBlock', 'openLeaves', 'nameValue']);
});

t.test('whoever is silent loses, and not before its time is over', async (t) => {
  const world = await disputeWorld(pool, skipping(pool));
  await audited(world);
  const { view, court, blobs } = world;
  const ask = { ask: async () => null };
  const ports = { view, disputes: court.port, ask, blobs: blobs.bob, log: quiet };
  const pursuing = new Pursuing(ports, BOB, world.transcripts('bob'));
  const deadline = view.disputes()[0]?.deadline ?? 0;
  await pursuing.act(at(deadline - 1));
  t.same(court.calls, []);
  await pursuing.act(at(deadline));
  t.same(court.calls, ['timeout']);
  t.equal(view.disputes()[0]?.phase, 'guilty');

  const other = await disputeWorld(pool, skipping(pool));
  await audited(other);
  const mine = { view: other.view, disputes: other.court.port, log: quiet };
  const defending = new Defending(mine, ann.address, other.transcripts('ann'));
  await defending.act(at(DRAWN));
  await defending.act(at(deadline - 1));
  t.same(other.court.calls, ['openBlocks']);
  await defending.act(at(deadline));
  t.same(other.court.calls, ['openBlocks', 'timeout']);
  t.equal(other.view.disputes()[0]?.phase, 'innocent');
});

/** Says of the last sample of honest work that it is wrong. */
const lying: typeof auditWorker = async (...of) => {
  const report = await auditWorker(...of);
  const last = report.samples.at(-1);
  if (last === undefined) throw new RangeError('nothing was drawn');
  const samples = [...report.samples.slice(0, -1), { ...last, fault: 'wrong-result' as const }];
  return { ...report, verdict: 'fault', reason: 'wrong-result', samples };
};

/** Whose sides were asked for. */
class Asked {
  readonly of: bigint[] = [];
  readonly #transcripts: Pick<Transcripts, 'sideOf'>;

  constructor(transcripts: Pick<Transcripts, 'sideOf'>) {
    this.#transcripts = transcripts;
  }

  sideOf(dispute: DisputeView) {
    this.of.push(dispute.id);
    return this.#transcripts.sideOf(dispute);
  }
}

t.test('who accused wrongly finds nothing to name, once, and loses by silence', async (t) => {
  const world = await disputeWorld(pool);
  await audited(world, lying);
  const { view, court, blobs } = world;
  const defending = new Defending({ view, disputes: court.port, log: quiet }, ann.address, world.transcripts('ann'));
  await defending.act(at(DRAWN));
  const asked = new Asked(world.transcripts('bob'));
  const ports = { view, disputes: court.port, ask: { ask: async () => null }, blobs: blobs.bob, log: quiet };
  const pursuing = new Pursuing(ports, BOB, asked);
  await pursuing.act(at(DRAWN));
  await pursuing.act(at(DRAWN + 1));
  t.equal(asked.of.length, 1, 'the segment is not executed again at each block');
  await defending.act(at(view.disputes()[0]?.deadline ?? 0));
  t.same(court.calls, ['openBlocks', 'timeout']);
  t.equal(view.disputes()[0]?.phase, 'innocent');
});

t.test('logs are made ahead for as many games as are kept, those that are over first', async (t) => {
  const world = await disputeWorld(pool, skipping(pool));
  await audited(world);
  const [game] = world.view.disputes();
  if (game === undefined) throw new RangeError('no game');
  const games = [7, 3, 6, 1, 5, 2, 4].map((id) => ({ ...game, id: BigInt(id), deadline: DRAWN + id }));
  const asked = new Asked({ sideOf: async () => null });
  const view = { disputes: () => [...games, { ...game, id: 8n, deadline: DRAWN, phase: 'guilty' as const }] };
  const ask = { ask: async () => null };
  const ports = { view, disputes: world.court.port, ask, blobs: world.blobs.bob, log: quiet };
  await new Pursuing(ports, BOB, asked).act(at(DRAWN));
  t.same(asked.of.toSorted(), [1n, 2n, 3n, 4n]);
});
