/** What this node does with gossip: proofs enter the index, everything else is passed on while the chain decides. */
import type { ChainView, Gossip } from '#protocol/ports.ts';
import { addressField, epochField } from '#protocol/codec/fields.ts';
import { signedProof } from '#protocol/work/proof.ts';
import { jobOfTask } from '#protocol/work/shard.ts';
import { z } from 'zod';
import type { ProofIndex } from './proof-index.ts';

export interface HintPorts {
  readonly gossip: Pick<Gossip, 'subscribe'>;
  readonly view: Pick<ChainView, 'job' | 'commitments'>;
}

const proofHint = z.looseObject({ proof: signedProof });
const missingHint = z.looseObject({ epoch: epochField, worker: addressField });
const taskHint = z.looseObject({ job: z.string() });

/**
 * @param isValidator it judges what members of committees say itself (validator/hint-book.ts, report-book.ts); other nodes pass it on
 * @returns a function that ends all subscriptions
 */
export function followHints({ gossip, view }: HintPorts, index: ProofIndex, isValidator: boolean): () => void {
  const ends = [
    gossip.subscribe('proofs', async (message) => {
      const parsed = proofHint.safeParse(message);
      if (!parsed.success) return 'reject';
      const { proof } = parsed.data;
      // Base tasks and unknown jobs are of no use to others; their proofs are found by their commitments.
      const job = jobOfTask(proof.proof.task);
      if (job === null || view.job(job) === null) return 'ignore';
      return (await index.add(proof)) ? 'accept' : 'reject';
    }),
    gossip.subscribe('tasks', async (message) => (taskHint.safeParse(message).success ? 'accept' : 'reject')),
    ...(isValidator
      ? []
      : [
          gossip.subscribe('audits', async () => 'accept'),
          gossip.subscribe('missing', async (message) => isKnownWork(view, message)),
        ]),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function isKnownWork(view: HintPorts['view'], message: unknown): 'accept' | 'ignore' | 'reject' {
  const parsed = missingHint.safeParse(message);
  if (!parsed.success) return 'reject';
  const { epoch, worker } = parsed.data;
  return view.commitments(epoch).some((on) => on.worker === worker && on.outcome === null) ? 'accept' : 'ignore';
}
