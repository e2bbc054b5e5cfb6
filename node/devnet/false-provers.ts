/** Wrong ways of making the proofs of a market's shards. Base tasks are done honestly, to earn the stake that market work needs. */
import { readSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import { stateRootOf } from '#engine/state/state.ts';
import type { SegmentEnd } from '#engine/state/checkpoint.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import type { ShardResult, ShardRun } from '#engine/run/shard-run.ts';
import { hashWords } from '#protocol/codec/abi.ts';
import { cidOf } from '#protocol/codec/cid.ts';
import { type Address, type Hash, units } from '#protocol/ids.ts';
import type { Gossip } from '#protocol/ports.ts';
import { proofToWire, type SignedProof, signedProof, signProof, type WorkloadProof } from '#protocol/work/proof.ts';
import { jobOfTask, segmentSteps, segmentsOf } from '#protocol/work/shard.ts';
import type { Executor } from '#verifier/replay.ts';
import {
  type MakeProof,
  type ProveContext,
  type ProvePorts,
  proveShard,
  type ShardOrder,
} from '../roles/compute/prove.ts';

/** What a dishonest node has beside what proofs are made with. */
export interface MakerPorts extends ProvePorts {
  readonly gossip: Pick<Gossip, 'subscribe'>;
  readonly self: Address;
}

/** Builds the function that makes a node's proofs. */
export type Prover = (ports: MakerPorts, context: ProveContext) => MakeProof;

const isMarket = ({ ref }: ShardOrder): boolean => jobOfTask(ref.task) !== null;
const isTraining = (order: ShardOrder): boolean => isMarket(order) && order.source.plan.kind === 'train';

/** Honest but for what executes a training shard. */
const executing =
  (wrong: (engine: Executor, order: ShardOrder) => Executor): Prover =>
  (ports, context) =>
  (order, signal) =>
    proveShard(isTraining(order) ? { ...ports, engine: wrong(ports.engine, order) } : ports, context, order, signal);

/** Honest but for what is run. */
const running = (change: (run: ShardRun, order: ShardOrder) => ShardRun): Prover =>
  executing((engine, order) => ({ run: (run, signal) => engine.run(change(run, order), signal) }));

/** Runs a shard a segment at a time. @param next the end that is claimed, and the state that the next segment starts from */
const piecewise = (next: (end: SegmentEnd, run: ShardRun) => { end: SegmentEnd; state: Uint8Array }): Prover =>
  executing((engine) => ({
    async run(run, signal): Promise<ShardResult> {
      const checkpoints: SegmentEnd[] = [];
      let { state } = run;
      let last: ShardResult | undefined;
      for (let s = 0; s < segmentsOf(run); s++) {
        const { first, steps } = segmentSteps(run, s);
        last = await engine.run({ ...run, state, firstStep: run.firstStep + first, steps }, signal);
        const claimed = next(last.checkpoints[0] as SegmentEnd, run);
        checkpoints.push(claimed.end);
        state = claimed.state;
      }
      return { ...(last as ShardResult), checkpoints };
    },
  }));

/** Another state of the same tensors. */
function changed(file: Uint8Array, change: (name: string, tensor: Tensor) => Uint8Array): Uint8Array {
  const tensors = [...readSafetensors(file)].map(
    ([name, tensor]) => [name, { ...tensor, data: change(name, tensor) }] as const,
  );
  return writeSafetensors(new Map(tensors));
}

/** Signs something else than what it made. */
async function signAgain(
  ports: MakerPorts,
  context: ProveContext,
  order: ShardOrder,
  proof: WorkloadProof,
): Promise<SignedProof> {
  const signed = await signProof(context.domain, proof, ports.signer);
  await ports.blobs.keep(await ports.blobs.putObject(proofToWire(signed)), `epoch/${order.ref.epoch}`);
  return signed;
}

const signing =
  (change: (proof: WorkloadProof, order: ShardOrder) => Partial<WorkloadProof>): Prover =>
  (ports, context) =>
  async (order, signal) => {
    const made = await proveShard(ports, context, order, signal);
    if (!isMarket(order)) return made;
    return signAgain(ports, context, order, { ...made.proof, ...change(made.proof, order) });
  };

/** Honest but for where its checkpoints are put. */
const storing =
  (put: (ports: MakerPorts, bytes: Uint8Array) => ReturnType<MakerPorts['blobs']['put']>): Prover =>
  (ports, context) =>
  (order, signal) => {
    const { blobs } = ports;
    const wrong = {
      get: blobs.get.bind(blobs),
      putObject: blobs.putObject.bind(blobs),
      keep: blobs.keep.bind(blobs),
      put: (bytes: Uint8Array) => put(ports, bytes),
    };
    return proveShard(isTraining(order) ? { ...ports, blobs: wrong } : ports, context, order, signal);
  };

const withState = (end: SegmentEnd, state: Uint8Array): SegmentEnd => ({
  ...end,
  state,
  stateRoot: stateRootOf(state) ?? end.stateRoot,
});

export const skipSteps = executing((engine) => ({
  async run(run, signal) {
    const first = await engine.run({ ...run, steps: Math.min(run.segment, run.steps) }, signal);
    const [checkpoint] = first.checkpoints;
    return checkpoint === undefined
      ? first
      : { ...first, checkpoints: Array.from({ length: segmentsOf(run) }, () => checkpoint) };
  },
}));

export const staleState = piecewise((end, run) => ({ end, state: run.state }));

/** The upper half of a float32 is a bfloat16; little-endian, so the lower half stands first. */
export const lowPrecision = piecewise((end) => {
  const state = changed(end.state ?? new Uint8Array(), (_, { dtype, data }) =>
    dtype === 'float32' ? data.map((byte, i) => (i % 4 < 2 ? 0 : byte)) : data,
  );
  return { end: withState(end, state), state };
});

export const wrongData = running((run) => ({ ...run, seed: hashWords([run.seed]) }));

/** The second half of the rows is the first once more, so a batch has half of what it should have seen. */
export const smallerBatch = running((run) => {
  if (run.data === undefined) return run;
  const half = (length: number): number => Math.floor(length / 2);
  const data = changed(run.data, (_, { shape, data }) => {
    const row = data.length / (shape[0] ?? 1);
    const kept = half(shape[0] ?? 1) * row;
    const copy = Uint8Array.from(data);
    copy.set(data.subarray(0, Math.min(kept, data.length - kept)), kept);
    return copy;
  });
  return { ...run, data };
});

export const wrongModel = running((run, { source }) =>
  source.start === null ? run : { ...run, state: changed(run.state, (_, { data }) => data.map(() => 0)) },
);

const INFLATION = 4n;
export const inflateUnits = signing(({ units: made }) => ({ units: units(made * INFLATION) }));

export const forgedOutput = signing(({ outputRoot }) => ({ outputRoot: hashWords([outputRoot]) }));

export const garbageBlob = storing((ports, bytes) => ports.blobs.put(bytes.map((byte) => byte ^ 0xff)));

export const withholdCheckpoint = storing(async (_, bytes) =>
  cidOf(
    bytes.map((byte) => byte ^ 0xff),
    'raw',
  ),
);

type Found = ReadonlyMap<string, WorkloadProof>;

/** Signs another training proof of the same job as its own, where it knows one. */
const passingOff =
  (remember: (ports: MakerPorts, found: Map<string, WorkloadProof>) => void, ownToo: boolean): Prover =>
  (ports, context) => {
    const found = new Map<string, WorkloadProof>();
    remember(ports, found);
    return async (order, signal) => {
      const taken = isTraining(order) ? takenFrom(found, order.ref.task) : undefined;
      if (taken === undefined) {
        const made = await proveShard(ports, context, order, signal);
        if (ownToo && isTraining(order)) found.set(order.ref.task, made.proof);
        return made;
      }
      const { shard, worker } = order.ref;
      return signAgain(ports, context, order, { ...taken, shard, worker, inputs: order.inputs.map(({ cid }) => cid) });
    };
  };

const takenFrom = (found: Found, task: Hash): WorkloadProof | undefined => found.get(task);

export const copyProof = passingOff((ports, found) => {
  ports.gossip.subscribe('proofs', async (message) => {
    const parsed = signedProof.safeParse((message as { proof?: unknown }).proof);
    const proof = parsed.success ? parsed.data.proof : null;
    // Even words of a round are training.
    if (proof !== null && proof.worker !== ports.self && Math.floor(proof.shard / 256) % 2 === 0)
      found.set(proof.task, proof);
    return 'accept';
  });
}, false);

export const replayProof = passingOff(() => {}, true);

/** Holds what it claimed and never delivers. */
export const claimSquat: Prover = (ports, context) => (order, signal) => {
  if (!isMarket(order)) return proveShard(ports, context, order, signal);
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
};
