/** The rules that a committed proof must keep before anything is executed; the first one broken is the fault. */
import type { Domain } from '#protocol/codec/typed-data.ts';
import type { Epoch, Hash } from '#protocol/ids.ts';
import type { Blobs, ChainView } from '#protocol/ports.ts';
import type { Entry } from '#protocol/work/commitment.ts';
import { isSignedByWorker, proofDigest, signedProof, type WorkloadProof } from '#protocol/work/proof.ts';
import { jobOfTask, type ShardPlan, segmentsOf } from '#protocol/work/shard.ts';
import { NO_OUTPUTS, type Trace, trace, traceRoot } from '#protocol/work/trace.ts';
import { fetchInputs, startRoot } from './inputs.ts';
import { findSource, type ShardSource } from './shard-run.ts';

/** What a worker can be found guilty of. Each is decided by bytes that the worker committed to. */
export type Fault =
  | 'forged-proof'
  | 'no-such-shard'
  | 'not-claimed'
  | 'inflated-units'
  | 'bad-trace'
  | 'wrong-start'
  | 'wrong-output'
  | 'wrong-checkpoint'
  | 'wrong-result';

export interface RulePorts {
  readonly blobs: Pick<Blobs, 'get' | 'getObject'>;
  readonly view: Pick<ChainView, 'job' | 'seed' | 'everHeld'>;
}

/** A proof that kept every rule, with what its execution needs. */
export interface LawfulProof {
  readonly proof: WorkloadProof;
  readonly source: ShardSource;
  readonly trace: Trace;
  readonly inputs: readonly WorkloadProof[];
}

export type Judged = { readonly fault: Fault } | { readonly fault: null; readonly lawful: LawfulProof };

const guilty = (fault: Fault): Judged => ({ fault });

/** The signed proof says what its leaf says, and its worker signed it. */
function isSameProof(entry: Entry, proof: WorkloadProof, by: WorkloadProof['worker']): boolean {
  return proof.worker === by && proof.task === entry.task && proof.shard === entry.shard && proof.units === entry.units;
}

/** Lists one checkpoint for each segment and the start, and hashes to the root in the proof. */
function isTraceOf(found: Trace, proof: WorkloadProof, plan: ShardPlan): boolean {
  const start = found.checkpoints[0];
  return (
    found.checkpoints.length === segmentsOf(plan) + 1 &&
    traceRoot(found) === proof.trace &&
    start?.outputs === null &&
    start.outputsRoot === NO_OUTPUTS
  );
}

/** The output is the last checkpoint's state; inference has none and points at its trace, whose state never changes. */
function isOutputOf(proof: WorkloadProof, found: Trace, plan: ShardPlan, start: Hash): boolean {
  if (plan.kind === 'infer') {
    return (
      proof.output === proof.traceCid &&
      proof.outputRoot === proof.trace &&
      found.checkpoints.every((checkpoint) => checkpoint.stateRoot === start)
    );
  }
  const last = found.checkpoints.at(-1);
  return last !== undefined && proof.output === last.state && proof.outputRoot === last.stateRoot;
}

/**
 * @throws BLOB_UNAVAILABLE when the worker does not serve what it committed to
 * @throws SPEC_… when the job itself cannot be read
 */
export async function judgeProof(
  ports: RulePorts,
  domain: Domain,
  entry: Entry,
  by: { readonly worker: WorkloadProof['worker']; readonly epoch: Epoch },
  signal?: AbortSignal,
): Promise<Judged> {
  const from = { from: [by.worker], ...(signal === undefined ? {} : { signal }) };
  const signed = signedProof.safeParse(await ports.blobs.getObject(entry.proof, from));
  if (!signed.success) return guilty('forged-proof');
  const { proof } = signed.data;
  if (proofDigest(domain, proof) !== entry.digest || !isSignedByWorker(domain, signed.data))
    return guilty('forged-proof');
  if (!isSameProof(entry, proof, by.worker)) return guilty('forged-proof');

  const source = await findSource(ports, { task: proof.task, shard: proof.shard, ...by }, signal);
  if (source === null) return guilty('no-such-shard');
  const job = jobOfTask(proof.task);
  if (job !== null && !ports.view.everHeld(job, proof.shard, by.worker)) return guilty('not-claimed');
  if (proof.units !== source.plan.units) return guilty('inflated-units');

  const parsed = trace.safeParse(await ports.blobs.getObject(proof.traceCid, from));
  if (!parsed.success || !isTraceOf(parsed.data, proof, source.plan)) return guilty('bad-trace');
  const inputs = await fetchInputs(ports, proof, source.plan, domain, signal);
  if (inputs === null) return guilty('wrong-start');
  const start = startRoot(source, inputs);
  if (parsed.data.checkpoints[0]?.stateRoot !== start) return guilty('wrong-start');
  if (!isOutputOf(proof, parsed.data, source.plan, start)) return guilty('wrong-output');
  return { fault: null, lawful: { proof, source, trace: parsed.data, inputs } };
}
