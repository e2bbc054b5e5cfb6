/** The workload proof: the signed record that a worker executed a shard. */
import { z } from 'zod';
import { hashText, hashWords } from '../codec/abi.ts';
import { addressField, cidField, countField, hashField, signatureField, unitsField } from '../codec/fields.ts';
import { recoverAddress } from '../codec/signature.ts';
import { type Domain, structType, typedDigest } from '../codec/typed-data.ts';
import type { Hash } from '../ids.ts';
import { MAX_SHARD, MAX_SLICES } from '../limits.ts';
import type { ProofMembers, Signer } from '../ports.ts';

/** As DAG-CBOR carries it. */
export const workloadProof = z.strictObject({
  task: hashField,
  shard: countField(MAX_SHARD),
  worker: addressField,
  /** Signed proofs of the shards this one started from, in the order of the plan. */
  inputs: z.array(cidField).max(MAX_SLICES),
  /** Root and object of the trace. */
  trace: hashField,
  traceCid: cidField,
  /** The final state (train, merge) or the outputs of all segments (infer: the trace object itself lists them). */
  output: cidField,
  outputRoot: hashField,
  units: unitsField,
  /** Engine profile that ran it. */
  engine: z.string().min(1).max(120),
});

export const signedProof = z.strictObject({ proof: workloadProof, signature: signatureField });

export type WorkloadProof = z.output<typeof workloadProof>;
export type SignedProof = z.output<typeof signedProof>;

/** EIP-712: a string is the keccak-256 of its bytes, an array the keccak-256 of its encoded members. */
export function proofMembers(p: WorkloadProof): ProofMembers {
  const { task, shard, trace, outputRoot, units } = p;
  const inputs = hashWords(p.inputs.map(hashText));
  const [traceCid, output, engine] = [hashText(p.traceCid), hashText(p.output), hashText(p.engine)];
  return { task, shard, inputs, trace, traceCid, output, outputRoot, units, engine };
}

const STRUCT = structType<WorkloadProof>(
  'WorkloadProof(bytes32 task,uint32 shard,address worker,string[] inputs,bytes32 trace,string traceCid,string output,bytes32 outputRoot,uint128 units,string engine)',
  (p) => {
    const m = proofMembers(p);
    return [m.task, m.shard, p.worker, m.inputs, m.trace, m.traceCid, m.output, m.outputRoot, m.units, m.engine];
  },
);

/** What the worker signs, and the hash of the proof's leaf. */
export function proofDigest(domain: Domain, proof: WorkloadProof): Hash {
  return typedDigest(domain, STRUCT, proof);
}

export async function signProof(
  domain: Domain,
  proof: WorkloadProof,
  signer: Pick<Signer, 'sign'>,
): Promise<SignedProof> {
  return { proof, signature: await signer.sign(proofDigest(domain, proof)) };
}

/** Did the worker named in the proof sign it? */
export function isSignedByWorker(domain: Domain, signed: SignedProof): boolean {
  return recoverAddress(proofDigest(domain, signed.proof), signed.signature) === signed.proof.worker;
}

/** The form that goes into DAG-CBOR: amounts as text. */
export function proofToWire(signed: SignedProof): z.input<typeof signedProof> {
  return {
    proof: { ...signed.proof, inputs: [...signed.proof.inputs], units: signed.proof.units.toString() },
    signature: signed.signature,
  };
}
