/** Workers whose records are false: they sign what nobody can derive from the work, or another's work, or keep the work to themselves. */
import { errorTable } from '#protocol/errors.ts';
import { type Cid, units } from '#protocol/ids.ts';
import { proofToWire, type SignedProof, signProof, type WorkloadProof } from '#protocol/work/proof.ts';
import { jobOfTask } from '#protocol/work/shard.ts';
import { trace } from '#protocol/work/trace.ts';
import { nameBlock } from '../../blobs/digest.ts';
import { type MakeProof, type ProveContext, type ProvePorts, proveShard } from '../../roles/compute/prove.ts';
import type { Prover } from '../../disguise.ts';

export const squatterError = errorTable('SQUATTER', {
  IDLE: {
    what: (d: { shard: number }) => `shard ${d.shard} is held and nothing is done for it`,
    todo: 'nothing: this node is dishonest',
  },
});

/** Signs another record instead of the honest one, and keeps it where auditors ask for it. */
async function signInstead(
  ports: ProvePorts,
  context: ProveContext,
  order: Parameters<MakeProof>[0],
  proof: WorkloadProof,
): Promise<SignedProof> {
  const signed = await signProof(context.domain, proof, ports.signer);
  await ports.blobs.keep(await ports.blobs.putObject(proofToWire(signed)), `epoch/${order.ref.epoch}`);
  return signed;
}

/** Does a market shard honestly, then signs what `falsify` makes of its record. */
const falsifying =
  (
    falsify: (proof: WorkloadProof, order: Parameters<MakeProof>[0], ports: ProvePorts) => Promise<WorkloadProof>,
  ): Prover =>
  (ports, context) =>
  async (order, signal) => {
    const signed = await proveShard(ports, context, order, signal);
    if (jobOfTask(order.ref.task) === null) return signed;
    return signInstead(ports, context, order, await falsify(signed.proof, order, ports));
  };

/** How many times the work that its market shards really are. */
const INFLATION = 4n;

/** Claims more units than its shards have. */
export const inflateUnits = falsifying(async (proof) => ({ ...proof, units: units(proof.units * INFLATION) }));

/** Hands on the state that it started from as the one that it ended with. */
export const forgedOutput = falsifying(async (proof, _order, { blobs }) => {
  const found = trace.safeParse(await blobs.getObject(proof.traceCid));
  const first = found.success ? found.data.checkpoints[0] : undefined;
  if (first === undefined || first.state === null) return proof;
  return { ...proof, output: first.state, outputRoot: first.stateRoot };
});

/** Signs the work of whoever made one of its inputs as its own. */
export const copyProof: Prover = (ports, context) => (order, signal) => {
  const copied = order.inputs[0]?.signed.proof;
  if (jobOfTask(order.ref.task) === null || copied === undefined) return proveShard(ports, context, order, signal);
  const { trace: root, traceCid, output, outputRoot } = copied;
  const { task, shard, worker } = order.ref;
  const inputs = order.inputs.map(({ cid }) => cid);
  const mine = { task, shard, worker, inputs, units: order.source.plan.units, engine: context.engine };
  return signInstead(ports, context, order, { ...mine, trace: root, traceCid, output, outputRoot });
};

/** Does one market shard of each kind, and signs its trace again for every later one. */
export const replayProof: Prover = (ports, context) => {
  const first = new Map<string, WorkloadProof>();
  return async (order, signal) => {
    const { kind } = order.source.plan;
    const before = first.get(kind);
    if (jobOfTask(order.ref.task) === null || before === undefined) {
      const signed = await proveShard(ports, context, order, signal);
      if (jobOfTask(order.ref.task) !== null) first.set(kind, signed.proof);
      return signed;
    }
    const { task, shard, worker } = order.ref;
    const inputs = order.inputs.map(({ cid }) => cid);
    return signInstead(ports, context, order, { ...before, task, shard, worker, inputs });
  };
};

/** Does a training, and lists other blobs as the checkpoints between its start and its end. */
function trainWith(
  ports: ProvePorts,
  blobFor: (state: Uint8Array) => Promise<Cid>,
  context: ProveContext,
  ...[order, signal]: Parameters<MakeProof>
): Promise<SignedProof> {
  const { kind, steps, segment } = order.source.plan;
  if (kind !== 'train') return proveShard(ports, context, order, signal);
  let stored = 0;
  const put: ProvePorts['blobs']['put'] = async (bytes) => {
    stored += 1;
    const isBetween = stored > 1 && (stored - 1) * segment < steps;
    return isBetween ? blobFor(bytes) : ports.blobs.put(bytes);
  };
  return proveShard({ ...ports, blobs: { ...bound(ports.blobs), put } }, context, order, signal);
}

/** The same port with its methods bound, so that one of them can be replaced. */
function bound(blobs: ProvePorts['blobs']): ProvePorts['blobs'] {
  return {
    get: (...a) => blobs.get(...a),
    getObject: (...a) => blobs.getObject(...a),
    put: (...a) => blobs.put(...a),
    putObject: (...a) => blobs.putObject(...a),
    keep: (...a) => blobs.keep(...a),
  };
}

/** Epochs of a young network in which it earns its stake. */
const EARNING = 5;

/** Names its checkpoints and gives them to nobody: of base tasks as well, so that nothing else in its epochs could be drawn instead. */
export const withholdCheckpoint: Prover = (ports, context) => (order, signal) =>
  order.ref.epoch < EARNING
    ? proveShard(ports, context, order, signal)
    : trainWith(ports, async (state) => nameBlock(state.slice(1), 'raw'), context, order, signal);

/** Serves bytes that are no state where the checkpoints of jobs should be. */
export const garbageBlob: Prover = (ports, context) => (order, signal) =>
  jobOfTask(order.ref.task) === null
    ? proveShard(ports, context, order, signal)
    : trainWith(ports, (state) => ports.blobs.put(state.slice().reverse()), context, order, signal);

/** Claims shards of jobs and does none of them. */
export const claimSquat: Prover = (ports, context) => async (order, signal) => {
  if (jobOfTask(order.ref.task) !== null) throw squatterError('IDLE', { shard: order.ref.shard });
  return proveShard(ports, context, order, signal);
};
