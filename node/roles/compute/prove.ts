/** Executes one shard and makes its proof: checkpoints stored, trace committed, record signed. */
import type { ShardResult } from '#engine/run/shard-run.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import { errorTable } from '#protocol/errors.ts';
import type { Address, Cid } from '#protocol/ids.ts';
import { MAX_BLOB } from '#protocol/limits.ts';
import type { Blobs, Signer } from '#protocol/ports.ts';
import { proofToWire, type SignedProof, signProof, type WorkloadProof } from '#protocol/work/proof.ts';
import { NO_OUTPUTS, type Trace, traceRoot } from '#protocol/work/trace.ts';
import { stateRootOf } from '#engine/state/state.ts';
import { startRoot } from '#verifier/inputs.ts';
import type { Executor } from '#verifier/replay.ts';
import { initialState, prepareRun, type ShardRef, type ShardSource, type Start } from '#verifier/shard-run.ts';
import type { StandingProof } from '../proof-index.ts';

export const proveError = errorTable('PROVE', {
  INPUT: {
    what: (d: { shard: number; worker: string }) =>
      `the state of shard ${d.shard} from ${d.worker} is not the one it committed to`,
    todo: 'the shard waits until its input is made again',
  },
});

export interface ProvePorts {
  readonly blobs: Pick<Blobs, 'get' | 'getObject' | 'put' | 'putObject' | 'keep'>;
  readonly engine: Executor;
  readonly signer: Signer;
}

export interface ProveContext {
  readonly domain: Domain;
  /** Engine profile, for the record. */
  readonly engine: string;
}

/** What is to be proven: a shard, its source and the proofs that stand for its inputs. */
export interface ShardOrder {
  readonly ref: ShardRef;
  readonly source: ShardSource;
  readonly inputs: readonly StandingProof[];
}

/** Makes the signed proof of an order. */
export type MakeProof = (order: ShardOrder, signal?: AbortSignal) => Promise<SignedProof>;

/** The states that the inputs ended with, each checked against the commitment its worker signed. @throws PROVE_INPUT */
async function fetchStart(ports: ProvePorts, order: ShardOrder, signal?: AbortSignal): Promise<Start> {
  if (order.source.start !== null) return { state: await initialState(ports.blobs, order.source, signal) };
  const states: Uint8Array[] = [];
  for (const { signed } of order.inputs) {
    const { output, outputRoot, worker, shard } = signed.proof;
    const options = { from: [worker as Address], maxBytes: MAX_BLOB, ...(signal === undefined ? {} : { signal }) };
    const state = await ports.blobs.get(output, options);
    if (stateRootOf(state) !== outputRoot) throw proveError('INPUT', { shard, worker });
    states.push(state);
  }
  const [only] = states;
  return order.source.plan.kind === 'merge' || only === undefined ? { states } : { state: only };
}

/** Stores every checkpoint of the result and lists them. */
async function storeTrace(ports: ProvePorts, order: ShardOrder, start: Start, result: ShardResult): Promise<Trace> {
  const first = 'state' in start ? await ports.blobs.put(start.state) : null;
  const root = startRoot(
    order.source,
    order.inputs.map(({ signed }) => signed.proof),
  );
  const checkpoints: Trace['checkpoints'] = [{ state: first, stateRoot: root, outputs: null, outputsRoot: NO_OUTPUTS }];
  for (const checkpoint of result.checkpoints) {
    checkpoints.push({
      state: checkpoint.state === null ? first : await ports.blobs.put(checkpoint.state),
      stateRoot: checkpoint.stateRoot,
      outputs: checkpoint.outputs === null ? null : await ports.blobs.put(checkpoint.outputs),
      outputsRoot: checkpoint.outputsRoot,
    });
  }
  return { v: 1, checkpoints };
}

/** Everything that a validator or a later shard may ask for, under one owner until the epoch is long final. */
async function keepAll(blobs: ProvePorts['blobs'], owner: string, cids: ReadonlyArray<Cid | null>): Promise<void> {
  for (const cid of new Set(cids)) if (cid !== null) await blobs.keep(cid, owner);
}

/** @throws ENGINE_… when the shard cannot be executed */
export async function proveShard(
  ports: ProvePorts,
  context: ProveContext,
  order: ShardOrder,
  signal?: AbortSignal,
): Promise<SignedProof> {
  const start = await fetchStart(ports, order, signal);
  const result = await ports.engine.run(await prepareRun(ports.blobs, order.source, { start }, signal), signal);
  const trace = await storeTrace(ports, order, start, result);
  const traceCid = await ports.blobs.putObject(trace);
  const last = trace.checkpoints.at(-1);
  if (last === undefined) throw new RangeError('a trace has checkpoints');
  const root = traceRoot(trace);
  const inference = order.source.plan.kind === 'infer' || last.state === null;
  const proof: WorkloadProof = {
    task: order.ref.task,
    shard: order.ref.shard,
    worker: order.ref.worker,
    inputs: order.inputs.map(({ cid }) => cid),
    trace: root,
    traceCid,
    output: inference || last.state === null ? traceCid : last.state,
    outputRoot: inference ? root : last.stateRoot,
    units: order.source.plan.units,
    engine: context.engine,
  };
  const signed = await signProof(context.domain, proof, ports.signer);
  const cid = await ports.blobs.putObject(proofToWire(signed));
  for (const input of order.inputs) await ports.blobs.putObject(proofToWire(input.signed));
  const stored = trace.checkpoints.flatMap((checkpoint) => [checkpoint.state, checkpoint.outputs]);
  await keepAll(ports.blobs, `epoch/${order.ref.epoch}`, [cid, traceCid, ...proof.inputs, ...stored]);
  return signed;
}
