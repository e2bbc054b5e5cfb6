/** Answers the questions that roles ask each other: has this node a proof of that worker for that shard? */
import { z } from 'zod';
import { addressField, countField, hashField } from '#protocol/codec/fields.ts';
import { MAX_SHARD } from '#protocol/limits.ts';
import { proofToWire } from '#protocol/work/proof.ts';
import type { ProofIndex } from './proof-index.ts';

const question = z.strictObject({
  kind: z.literal('proof'),
  task: hashField,
  shard: countField(MAX_SHARD),
  worker: addressField,
});

/** @returns the signed proof as DAG-CBOR data, or null */
export function answerQuestion(index: Pick<ProofIndex, 'newest'>): (asked: unknown) => Promise<unknown> {
  return async (asked) => {
    const parsed = question.safeParse(asked);
    if (!parsed.success) return null;
    const { task, shard, worker } = parsed.data;
    const found = index.newest(task, shard, worker);
    return found === null ? null : proofToWire(found);
  };
}
