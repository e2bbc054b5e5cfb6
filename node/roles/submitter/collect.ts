/** Fetches what a job produced, checks it against the commitments that were audited and paid, and makes files of it. */
import type { Tensor } from '#engine/graph/tensor.ts';
import { readSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import { stateRootOf } from '#engine/state/state.ts';
import { withWeights } from '#engine/train/weights.ts';
import { errorTable } from '#protocol/errors.ts';
import type { Cid } from '#protocol/ids.ts';
import { MAX_BLOB } from '#protocol/limits.ts';
import type { Blobs, JobView } from '#protocol/ports.ts';
import type { JobSpec } from '#protocol/work/job.ts';
import { lastShard, planJob } from '#protocol/work/shard.ts';
import { trace, traceRoot } from '#protocol/work/trace.ts';
import type { ProofIndex, StandingProof } from '../proof-index.ts';
import { evaluationOf, joinOutputs } from './outputs.ts';

export const collectError = errorTable('RESULT', {
  NOT_YET: {
    what: (d: { job: string; shard: number }) => `job ${d.job} has no result yet: shard ${d.shard} is not proven`,
    todo: 'wait; `corex job ID` shows the progress',
  },
  MISMATCH: {
    what: (d: { job: string; shard: number; worker: string }) =>
      `what ${d.worker} serves for shard ${d.shard} of job ${d.job} is not what it committed to`,
    todo: 'do not use it; validators will find the worker, and the shard will be made again',
  },
});

interface CollectPorts {
  readonly blobs: Pick<Blobs, 'get' | 'getObject'>;
  readonly index: Pick<ProofIndex, 'standing'>;
}

/** Files by name, and the facts about them. */
export interface JobResult {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

function proofOf(ports: CollectPorts, job: JobView, spec: JobSpec, shard: number): StandingProof {
  const standing = ports.index.standing(job.id, spec, shard);
  if (standing === null) throw collectError('NOT_YET', { job: job.id.toString(), shard });
  return standing;
}

async function trainedModel(ports: CollectPorts, job: JobView, spec: JobSpec, shard: number): Promise<JobResult> {
  const { proof } = proofOf(ports, job, spec, shard).signed;
  const state = await ports.blobs.get(proof.output, { from: [proof.worker], maxBytes: MAX_BLOB });
  if (stateRootOf(state) !== proof.outputRoot) {
    throw collectError('MISMATCH', { job: job.id.toString(), shard, worker: proof.worker });
  }
  const model = await ports.blobs.get(spec.model, { from: [job.submitter], maxBytes: MAX_BLOB });
  const files = new Map([
    ['state.safetensors', state],
    ['trained.onnx', withWeights(model, readSafetensors(state))],
  ]);
  return { files, facts: { stateRoot: proof.outputRoot, rounds: spec.rounds } };
}

/** The outputs of one inference shard, segment by segment, each checked against the trace. */
async function outputsOf(
  ports: CollectPorts,
  job: JobView,
  spec: JobSpec,
  shard: number,
): Promise<Map<string, Tensor>[]> {
  const { proof } = proofOf(ports, job, spec, shard).signed;
  const mismatch = () => collectError('MISMATCH', { job: job.id.toString(), shard, worker: proof.worker });
  const listed = trace.safeParse(await ports.blobs.getObject(proof.traceCid, { from: [proof.worker] }));
  if (!listed.success || traceRoot(listed.data) !== proof.trace) throw mismatch();
  const parts: Map<string, Tensor>[] = [];
  for (const { outputs, outputsRoot } of listed.data.checkpoints.slice(1)) {
    const bytes = await ports.blobs.get(outputs as Cid, { from: [proof.worker], maxBytes: MAX_BLOB });
    if (stateRootOf(bytes) !== outputsRoot) throw mismatch();
    parts.push(readSafetensors(bytes));
  }
  return parts;
}

/** @throws RESULT_NOT_YET, RESULT_MISMATCH, BLOB_UNAVAILABLE */
export async function collectResult(ports: CollectPorts, job: JobView, spec: JobSpec): Promise<JobResult> {
  const last = lastShard(spec);
  if (last !== null) return trainedModel(ports, job, spec, last);
  const parts: Map<string, Tensor>[] = [];
  for (const { index } of planJob(spec)) parts.push(...(await outputsOf(ports, job, spec, index)));
  const outputs = joinOutputs(parts);
  return { files: new Map([['outputs.safetensors', writeSafetensors(outputs)]]), facts: { ...evaluationOf(outputs) } };
}
