/** The rules before execution: honest proofs pass, and each broken rule gives its own fault. */
import t from 'tap';
import { digestOf } from '#protocol/codec/cid.ts';
import { type Cid, type Epoch, epoch, type Hash, units } from '#protocol/ids.ts';
import type { Signer } from '#protocol/ports.ts';
import { baseTask } from '#protocol/work/base-task.ts';
import type { Entry } from '#protocol/work/commitment.ts';
import { proofDigest, proofToWire, signProof, type WorkloadProof } from '#protocol/work/proof.ts';
import { segmentsOf, taskOfJob } from '#protocol/work/shard.ts';
import { mergeStart, NO_OUTPUTS, type Trace, traceRoot } from '#protocol/work/trace.ts';
import { judgeProof, type RulePorts } from '#verifier/rules.ts';
import { findSource, type ShardSource } from '#verifier/shard-run.ts';
import {
  ann,
  bob,
  cidFor,
  DOMAIN,
  hashFor,
  INFERENCE,
  MemoryBlobs,
  proofWith,
  TRAINING,
  viewOf,
} from '#test/ports/memory.ts';

const EPOCH: Epoch = epoch(1);
const by = { worker: ann.address, epoch: EPOCH };
const [train, infer] = [taskOfJob(1n), taskOfJob(2n)];

interface World {
  readonly ports: RulePorts;
  readonly blobs: MemoryBlobs;
}

/** Job 1 trains and job 2 infers. Ann was granted every shard but 2 of job 1, Bob every shard. */
async function openWorld(): Promise<World> {
  const blobs = new MemoryBlobs();
  await blobs.putObject(TRAINING);
  await blobs.putObject(INFERENCE);
  const jobs = new Map([
    [1n, viewOf(1n, TRAINING)],
    [2n, viewOf(2n, INFERENCE)],
  ]);
  const everHeld = (id: bigint, shard: number, worker: string) => worker === bob.address || id === 2n || shard !== 2;
  return { blobs, ports: { blobs, view: { job: (id) => jobs.get(id) ?? null, seed: () => null, everHeld } } };
}

/** A trace as an executor would leave it: only the bytes behind its CIDs are missing, which the rules do not read. */
function traceFor({ plan }: ShardSource, start: Hash, name: string): Trace {
  const ends = Array.from({ length: segmentsOf(plan) }, (_, s) => ({
    state: plan.kind === 'infer' ? null : cidFor(`${name} ${s}`),
    stateRoot: plan.kind === 'infer' ? start : hashFor(`${name} ${s}`),
    outputs: cidFor(`${name} outputs ${s}`),
    outputsRoot: hashFor(`${name} outputs ${s}`),
  }));
  return { v: 1, checkpoints: [{ state: null, stateRoot: start, outputs: null, outputsRoot: NO_OUTPUTS }, ...ends] };
}

/** Where the worker deviates from what is honest. */
interface Bend {
  readonly signer?: Signer;
  readonly start?: Hash;
  readonly trace?: (honest: Trace) => Trace;
  readonly proof?: Partial<WorkloadProof>;
}

/** Proves a shard and serves the proof and its trace. @param inputs the proofs that it starts from */
async function prove(
  world: World,
  task: Hash,
  shard: number,
  inputs: readonly Entry[] = [],
  bend: Bend = {},
): Promise<Entry> {
  const signer = bend.signer ?? ann;
  const source = await findSource(world.ports, { task, shard, epoch: EPOCH, worker: signer.address });
  if (source === null) throw new RangeError(`no shard ${shard}`);
  // A slice of the example ends with segment 2, a merge with segment 0.
  const roots = inputs.map((input) => hashFor(`${input.task}/${input.shard} ${source.plan.kind === 'merge' ? 2 : 0}`));
  const forced = source.plan.kind === 'merge' ? mergeStart(roots) : (roots[0] ?? source.start?.root ?? hashFor('none'));
  const name = `${task}/${shard}`;
  const trace = (bend.trace ?? ((honest) => honest))(traceFor(source, bend.start ?? forced, name));
  const traceCid = await world.blobs.putObject(trace);
  const last = trace.checkpoints.at(-1);
  const isInfer = source.plan.kind === 'infer';
  const proof = proofWith({
    task,
    shard,
    worker: signer.address,
    inputs: inputs.map((input) => input.proof),
    trace: traceRoot(trace),
    traceCid,
    output: isInfer ? traceCid : (last?.state ?? traceCid),
    outputRoot: isInfer ? traceRoot(trace) : (last?.stateRoot ?? forced),
    units: source.plan.units,
    ...bend.proof,
  });
  return serve(world, proof, signer);
}

async function serve(world: World, proof: WorkloadProof, signer: Signer): Promise<Entry> {
  const signed = await signProof(DOMAIN, proof, signer);
  const cid = await world.blobs.putObject(proofToWire(signed));
  return { task: proof.task, shard: proof.shard, digest: proofDigest(DOMAIN, proof), units: proof.units, proof: cid };
}

const faultOf = async (world: World, entry: Entry) => (await judgeProof(world.ports, DOMAIN, entry, by)).fault;

t.test('an honest base proof, training, merge, next round and inference keep every rule', async (t) => {
  const world = await openWorld();
  t.equal(await faultOf(world, await prove(world, baseTask(EPOCH), 3)), null, 'base');
  const slices = [
    await prove(world, train, 0),
    await prove(world, train, 1),
    await prove(world, train, 2, [], { signer: bob }),
  ];
  t.equal(await faultOf(world, slices[0] as Entry), null, 'slice');
  const merge = await prove(world, train, 256, slices);
  t.equal(await faultOf(world, merge), null, 'merge');
  t.equal(await faultOf(world, await prove(world, train, 512, [merge])), null, 'next round');
  t.equal(await faultOf(world, await prove(world, infer, 4)), null, 'inference');
});

t.test('what passes comes with what its execution needs', async (t) => {
  const world = await openWorld();
  const judged = await judgeProof(world.ports, DOMAIN, await prove(world, train, 1), by);
  t.match(judged, {
    fault: null,
    lawful: { proof: { shard: 1 }, source: { plan: { slice: 1, units: 1_000n } }, inputs: [] },
  });
});

t.test('forged: another’s signature, another’s proof, a leaf that says something else, no proof at all', async (t) => {
  const world = await openWorld();
  const honest = await prove(world, train, 0);
  const source = proofWith({ units: units(1_000n) });
  t.equal(await faultOf(world, await serve(world, source, bob)), 'forged-proof', 'signed by Bob in Ann’s name');
  t.equal(
    await faultOf(world, await prove(world, train, 0, [], { signer: bob })),
    'forged-proof',
    'Bob’s, committed by Ann',
  );
  for (const change of [{ units: units(1_001n) }, { shard: 1 }, { task: infer }, { digest: hashFor('x') }]) {
    t.equal(await faultOf(world, { ...honest, ...change }), 'forged-proof', Object.keys(change).join());
  }
  const junk = await world.blobs.putObject({ no: 'proof' });
  t.equal(await faultOf(world, { ...honest, proof: junk }), 'forged-proof');
});

t.test('no such shard: beside the job, in no job, or of another epoch', async (t) => {
  const world = await openWorld();
  const claim = (task: Hash, shard: number) => serve(world, proofWith({ task, shard }), ann);
  t.equal(await faultOf(world, await claim(train, 3)), 'no-such-shard');
  t.equal(await faultOf(world, await claim(taskOfJob(99n), 0)), 'no-such-shard');
  t.equal(await faultOf(world, await claim(baseTask(epoch(0)), 0)), 'no-such-shard');
  t.equal(await faultOf(world, await claim(baseTask(EPOCH), 1_024)), 'no-such-shard');
});

t.test('not claimed: the chain never granted the shard', async (t) => {
  const world = await openWorld();
  t.equal(await faultOf(world, await prove(world, train, 2)), 'not-claimed');
});

t.test('inflated units, and deflated ones', async (t) => {
  const world = await openWorld();
  for (const n of [1_001n, 999n]) {
    const entry = await prove(world, train, 0, [], { proof: { units: units(n) } });
    t.equal(await faultOf(world, entry), 'inflated-units', `${n}`);
  }
  const base = await prove(world, baseTask(EPOCH), 0, [], { proof: { units: units(1n << 100n) } });
  t.equal(await faultOf(world, base), 'inflated-units');
});

t.test('a trace with another root, other checkpoints, outputs at its start, or none', async (t) => {
  const world = await openWorld();
  const fault = async (bend: Bend) => faultOf(world, await prove(world, train, 0, [], bend));
  const checkpoints = (bent: (list: Trace['checkpoints']) => Trace['checkpoints']) => (honest: Trace) => ({
    ...honest,
    checkpoints: bent(honest.checkpoints),
  });
  t.equal(await fault({ proof: { trace: hashFor('x') } }), 'bad-trace', 'root');
  t.equal(await fault({ trace: checkpoints((list) => list.slice(0, -1)) }), 'bad-trace', 'one too few');
  t.equal(await fault({ trace: checkpoints((list) => [...list, ...list.slice(-1)]) }), 'bad-trace', 'one too many');
  const early = checkpoints((list) => list.map((entry, i) => (i === 0 ? { ...entry, outputs: cidFor('x') } : entry)));
  t.equal(await fault({ trace: early }), 'bad-trace', 'outputs before the first step');
  t.equal(await fault({ proof: { traceCid: await world.blobs.putObject({ v: 1 }) } }), 'bad-trace', 'no trace');
  const nameless = `b${'a'.repeat(58)}` as Cid;
  const lost = (place: number) =>
    checkpoints((list) =>
      list.map((entry, i) => (i === (place + list.length) % list.length ? { ...entry, state: nameless } : entry)),
    );
  t.equal(await fault({ trace: lost(1) }), 'bad-trace', 'a CID of nothing');
  t.equal(await fault({ trace: lost(-1) }), 'forged-proof', 'and in the proof itself');
});

t.test(
  'wrong start: another state, missing inputs, inputs of another shard or of nobody who was granted it',
  async (t) => {
    const world = await openWorld();
    t.equal(await faultOf(world, await prove(world, train, 0, [], { start: hashFor('mine') })), 'wrong-start');
    t.equal(
      await faultOf(world, await prove(world, baseTask(EPOCH), 0, [], { start: hashFor('mine') })),
      'wrong-start',
    );
    const [a, b, c] = [
      await prove(world, train, 0),
      await prove(world, train, 1),
      await prove(world, train, 2, [], { signer: bob }),
    ];
    const mine = await prove(world, train, 2);
    t.equal(await faultOf(world, await prove(world, train, 256, [a, b])), 'wrong-start', 'one is missing');
    t.equal(await faultOf(world, await prove(world, train, 256, [b, a, c])), 'wrong-start', 'another order');
    t.equal(
      await faultOf(world, await prove(world, train, 256, [a, b, mine])),
      'wrong-start',
      'never granted to its worker',
    );
    t.equal(
      await faultOf(world, await prove(world, train, 256, [a, b, c], { start: hashFor('x') })),
      'wrong-start',
      'not their states',
    );
    const unsigned = await serve(world, proofWith({ task: train, shard: 2, worker: bob.address }), ann);
    t.equal(
      await faultOf(world, await prove(world, train, 256, [a, b, unsigned])),
      'wrong-start',
      'not signed by its worker',
    );
  },
);

t.test('wrong output: not the last checkpoint, or an inference whose state moves', async (t) => {
  const world = await openWorld();
  const fault = async (task: Hash, bend: Bend) => faultOf(world, await prove(world, task, 0, [], bend));
  t.equal(await fault(train, { proof: { outputRoot: hashFor('x') } }), 'wrong-output');
  t.equal(await fault(train, { proof: { output: cidFor('x') } }), 'wrong-output');
  t.equal(await fault(infer, { proof: { output: cidFor('x') } }), 'wrong-output');
  const moving = (honest: Trace): Trace => ({
    ...honest,
    checkpoints: honest.checkpoints.map((entry, i) => (i === 1 ? { ...entry, stateRoot: hashFor('moved') } : entry)),
  });
  t.equal(await fault(infer, { trace: moving }), 'wrong-output');
});

t.test('what is not served is no fault', async (t) => {
  const world = await openWorld();
  const honest = await prove(world, train, 0);
  await t.rejects(judgeProof(world.ports, DOMAIN, { ...honest, proof: cidFor('nowhere') }, by), {
    code: 'BLOB_UNAVAILABLE',
  });
  const untraced = await prove(world, train, 0, [], { proof: { traceCid: cidFor('nowhere') } });
  await t.rejects(judgeProof(world.ports, DOMAIN, untraced, by), { code: 'BLOB_UNAVAILABLE' });
});

t.test('a job that nobody can read is no fault of its worker', async (t) => {
  const world = await openWorld();
  const honest = await prove(world, train, 0);
  const broken = viewOf(1n, TRAINING, { spec: digestOf(await world.blobs.putObject({ not: 'a job' })) });
  const ports = { ...world.ports, view: { ...world.ports.view, job: () => broken } };
  await t.rejects(judgeProof(ports, DOMAIN, honest, by), { code: 'SPEC_MALFORMED' });
});
