/** Every dishonest worker makes proofs in which a judge finds what its row says, and an honest one none. */
import t from 'tap';
import { EnginePool } from '#engine/run/pool.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { commitmentOf } from '#engine/state/state.ts';
import { compileTrain } from '#engine/train/step.ts';
import { digestOf } from '#protocol/codec/cid.ts';
import { CorexError } from '#protocol/errors.ts';
import { epoch } from '#protocol/ids.ts';
import type { CommitmentView } from '#protocol/ports.ts';
import { buildCommitment, commitmentToWire, sortEntries } from '#protocol/work/commitment.ts';
import type { JobSpecWire } from '#protocol/work/job.ts';
import { proofDigest, type SignedProof } from '#protocol/work/proof.ts';
import { taskOfJob } from '#protocol/work/shard.ts';
import { systemClock } from '#node/clock.ts';
import type { Disguise } from '#node/disguise.ts';
import { type Adversary, type AdversaryKind, zoo } from '#node/devnet/zoo/zoo.ts';
import { proveShard } from '#node/roles/compute/prove.ts';
import { linear } from '#test/engine/onnx/models.ts';
import { ann, bob, DOMAIN, MemoryBlobs, TRAINING, viewOf } from '#test/ports/memory.ts';
import { judgeAgain } from '#verifier/appeal.ts';
import { findSource } from '#verifier/shard-run.ts';

const pool = new EnginePool({ size: 1, memoryBytes: 2 ** 30, stepTimeoutMs: 60_000, clock: systemClock });
t.teardown(() => pool.close());

const TASK = taskOfJob(1n);
const EPOCH = epoch(7);
const ROWS = 8;

/** One slice, two rounds of six steps, a checkpoint every two: shard 256 follows shard 0. */
async function postJob(blobs: MemoryBlobs): Promise<JobSpecWire> {
  const optimizer = { kind: 'sgd', lr: 0.1 } as const;
  const { step, initialState, units } = compileTrain(linear(), {
    batch: 2,
    loss: { kind: 'softmax-cross-entropy' },
    optimizer,
  });
  const values = Array.from({ length: ROWS * 4 }, (_, i) => ((i * 5) % 13) / 13);
  const labels = Array.from({ length: ROWS }, (_, i) => i % 3);
  const data = writeSafetensors(
    new Map([
      ['x', tensorOf('float32', [ROWS, 4], values)],
      ['y', tensorOf('int64', [ROWS], labels)],
    ]),
  );
  const wire: JobSpecWire = {
    ...TRAINING,
    graph: await blobs.put(step),
    merge: null,
    state: await blobs.put(writeSafetensors(initialState)),
    stateRoot: commitmentOf(initialState),
    slices: [{ data: await blobs.put(data), rows: ROWS }],
    rounds: 2,
    steps: 6,
    segment: 2,
    batch: 2,
    units: { step: units.toString(), merge: '0' },
  };
  await blobs.putObject(wire);
  return wire;
}

/** What a judge finds in the shards that a worker proved: the first fault, none, or that it is not served. */
async function foundIn(cheat: Pick<Disguise, 'prover'> | null): Promise<string> {
  const [mine, theirs] = [new MemoryBlobs(), new MemoryBlobs()];
  theirs.peers.push(mine);
  const wire = await postJob(mine);
  const jobs = { job: () => viewOf(1n, wire), seed: () => null, everHeld: () => true };
  const ports = { blobs: mine, engine: pool, signer: ann };
  const context = { domain: DOMAIN, engine: 'test/1' };
  const make = cheat?.prover?.(ports, context);
  const signed: SignedProof[] = [];
  for (const shard of [0, 256]) {
    const ref = { task: TASK, shard, epoch: EPOCH, worker: ann.address };
    const source = await findSource({ blobs: mine, view: jobs }, ref);
    if (source === null) throw new RangeError(`no shard ${shard}`);
    const inputs = await Promise.all(
      (shard === 0 ? [] : signed).map(async (one) => ({ cid: await cidOfProof(mine, one), signed: one })),
    );
    const order = { ref, source, inputs };
    try {
      signed.push(await (make === undefined ? proveShard(ports, context, order) : make(order)));
    } catch (error) {
      // What the first shard left behind is not what the second could start from.
      if (!(error instanceof CorexError)) throw error;
    }
  }
  return judged(mine, theirs, jobs, signed);
}

async function cidOfProof(blobs: MemoryBlobs, { proof, signature }: SignedProof) {
  return blobs.putObject({ proof: { ...proof, inputs: [...proof.inputs], units: proof.units.toString() }, signature });
}

async function judged(
  mine: MemoryBlobs,
  theirs: MemoryBlobs,
  view: Parameters<typeof judgeAgain>[0]['view'],
  signed: readonly SignedProof[],
): Promise<string> {
  const entries = sortEntries(
    await Promise.all(
      signed.map(async (one) => {
        const { task, shard, units } = one.proof;
        return { task, shard, units, digest: proofDigest(DOMAIN, one.proof), proof: await cidOfProof(mine, one) };
      }),
    ),
  );
  const manifest = digestOf(
    await mine.putObject(commitmentToWire({ v: 1, epoch: EPOCH, worker: ann.address, entries })),
  );
  const { root, units, marketUnits, tier } = buildCommitment(entries);
  const facts = { worker: ann.address, epoch: EPOCH, root, units, marketUnits, tier, manifest };
  const on: CommitmentView = { ...facts, outcome: null, score: 0n };
  for (const { shard } of entries) {
    for (const segment of [0, 1, 2]) {
      try {
        const ports = { view, blobs: theirs, engine: pool };
        const fault = await judgeAgain(ports, DOMAIN, on, { task: TASK, shard, segment }, bob.address);
        if (fault !== null) return fault;
      } catch (error) {
        if (error instanceof CorexError && error.code === 'BLOB_UNAVAILABLE') return 'unavailable';
        throw error;
      }
    }
  }
  return 'none';
}

const FOUND: Partial<Record<AdversaryKind, string>> = {
  drift: 'wrong-result',
  'copy-proof': 'wrong-start',
  'skip-steps': 'wrong-result',
  'inflate-units': 'inflated-units',
  'stale-state': 'wrong-result',
  'wrong-data': 'wrong-result',
  'smaller-batch': 'wrong-result',
  'low-precision': 'wrong-result',
  'wrong-model': 'wrong-result',
  'garbage-blob': 'wrong-checkpoint',
  'forged-output': 'wrong-output',
  'replay-proof': 'wrong-start',
  'withhold-checkpoint': 'unavailable',
  'dispute-stall': 'wrong-result',
};

t.test('nothing is found in honest work', async (t) => {
  t.equal(await foundIn(null), 'none');
});

t.test('what each of them does is found', async (t) => {
  for (const [kind, fault] of Object.entries(FOUND) as Array<[AdversaryKind, string]>) {
    t.equal(await foundIn(zoo[kind].disguise), fault, kind);
  }
});

t.test('every row has a disguise of its role, and no accomplice that is not there', async (t) => {
  for (const [kind, row] of Object.entries(zoo) as Array<[string, Adversary]>) {
    t.ok(row.role === 'compute' ? row.disguise.prover : row.disguise.ports, kind);
    for (const accomplice of row.accomplices ?? []) t.ok(Object.hasOwn(zoo, accomplice), accomplice);
  }
});
