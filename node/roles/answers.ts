/** Answers the questions that roles ask each other: a proof for a shard, and the bytes of a value in a game against this node. */
import { z } from 'zod';
import { addressField, countField, hashField } from '#protocol/codec/fields.ts';
import type { Address, Cid } from '#protocol/ids.ts';
import { MAX_SHARD } from '#protocol/limits.ts';
import type { Blobs, ChainView } from '#protocol/ports.ts';
import { proofToWire } from '#protocol/work/proof.ts';
import { valueBytes } from '#verifier/dispute/defend.ts';
import type { ProofIndex } from './proof-index.ts';
import type { Transcripts } from './transcripts.ts';

const question = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('proof'),
    task: hashField,
    shard: countField(MAX_SHARD),
    worker: addressField,
  }),
  z.strictObject({
    kind: z.literal('value'),
    dispute: z.string().regex(/^[1-9][0-9]{0,38}$/),
    position: countField(2 ** 40),
  }),
]);

type ValueQuestion = Extract<z.output<typeof question>, { kind: 'value' }>;

export interface AnswerPorts {
  readonly index: Pick<ProofIndex, 'newest'>;
  readonly transcripts: Pick<Transcripts, 'sideOf'>;
  readonly view: Pick<ChainView, 'disputes'>;
  readonly blobs: Pick<Blobs, 'put' | 'keep'>;
}

/** A value may have more bytes than an answer: it becomes a blob, and the answer says where. Only in the block that is open. */
async function loggedValue(
  { transcripts, view, blobs }: AnswerPorts,
  asked: ValueQuestion,
  self: Address,
): Promise<Cid | null> {
  const dispute = view.disputes().find(({ id }) => id === BigInt(asked.dispute));
  if (dispute?.worker !== self || dispute.phase !== 'nameValue') return null;
  const side = await transcripts.sideOf(dispute);
  const bytes = side === null ? null : await valueBytes(side, asked.position);
  if (bytes === null || bytes.length === 0) return null;
  const cid = await blobs.put(bytes);
  await blobs.keep(cid, `epoch/${dispute.epoch}`);
  return cid;
}

/** @returns the signed proof as DAG-CBOR data, the address of a value's bytes, or null */
export function answerQuestion(ports: AnswerPorts, self: Address): (asked: unknown) => Promise<unknown> {
  return async (asked) => {
    const parsed = question.safeParse(asked);
    if (!parsed.success) return null;
    if (parsed.data.kind === 'value') return loggedValue(ports, parsed.data, self);
    const { task, shard, worker } = parsed.data;
    const found = ports.index.newest(task, shard, worker);
    return found === null ? null : proofToWire(found);
  };
}
