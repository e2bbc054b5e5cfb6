/** Did a shard start where its specification says: at the states that the holders of its input shards signed? */
import type { Domain } from '#protocol/codec/typed-data.ts';
import type { Address, Hash } from '#protocol/ids.ts';
import type { Blobs, ChainView } from '#protocol/ports.ts';
import { isSignedByWorker, type SignedProof, signedProof, type WorkloadProof } from '#protocol/work/proof.ts';
import { jobOfTask, type ShardPlan } from '#protocol/work/shard.ts';
import { mergeStart } from '#protocol/work/trace.ts';
import type { ShardSource } from './shard-run.ts';

interface InputPorts {
  readonly blobs: Pick<Blobs, 'getObject'>;
  readonly view: Pick<ChainView, 'everHeld'>;
}

/** May this proof stand as the input `shard` of a shard of `task`? Signed by a worker to whom the chain granted it. */
export function isRightfulInput(
  input: SignedProof,
  expected: { readonly task: Hash; readonly shard: number; readonly domain: Domain },
  view: Pick<ChainView, 'everHeld'>,
): boolean {
  const { proof } = input;
  const job = jobOfTask(expected.task);
  return (
    job !== null &&
    proof.task === expected.task &&
    proof.shard === expected.shard &&
    view.everHeld(job, proof.shard, proof.worker) &&
    isSignedByWorker(expected.domain, input)
  );
}

/** Root of the first checkpoint that the inputs force. */
export function startRoot(source: ShardSource, inputs: readonly WorkloadProof[]): Hash {
  if (source.start !== null) return source.start.root;
  const roots = inputs.map((input) => input.outputRoot);
  const [first] = roots;
  return source.plan.kind === 'merge' || first === undefined ? mergeStart(roots) : first;
}

/**
 * The proofs that a shard started from, each checked.
 * @returns null when one of them is not what the plan asks for: the worker chose its own start
 */
export async function fetchInputs(
  ports: InputPorts,
  proof: WorkloadProof,
  plan: ShardPlan,
  domain: Domain,
  signal?: AbortSignal,
): Promise<WorkloadProof[] | null> {
  if (proof.inputs.length !== plan.inputs.length) return null;
  const inputs: WorkloadProof[] = [];
  for (const [i, cid] of proof.inputs.entries()) {
    const from: Address[] = [proof.worker];
    const parsed = signedProof.safeParse(
      await ports.blobs.getObject(cid, { from, ...(signal === undefined ? {} : { signal }) }),
    );
    const shard = plan.inputs[i];
    if (!parsed.success || shard === undefined) return null;
    if (!isRightfulInput(parsed.data, { task: proof.task, shard, domain }, ports.view)) return null;
    inputs.push(parsed.data.proof);
  }
  return inputs;
}
