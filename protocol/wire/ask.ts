/** The ask protocol: small typed questions from node to node, and the two that all nodes answer. */
import { z } from 'zod';
import { type Decoded, decodeCbor, encodeCbor } from '../codec/cbor.ts';
import { MAX_RECORD } from './node-record.ts';

export const askProtocol = (network: string): string => `/corex/${network}/ask/1`;

/** Records that travel together. */
export const MAX_RECORDS = 32;
export const MAX_QUESTION = MAX_RECORD * (MAX_RECORDS + 1);
export const MAX_ANSWER = MAX_QUESTION;

/** `record`: who are you? `records`: here is whom I know, whom do you know? `role`: for the roles' own handler. */
const questionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('record') }),
  z.strictObject({ kind: z.literal('records'), records: z.array(z.unknown()).max(MAX_RECORDS) }),
  z.strictObject({ kind: z.literal('role'), question: z.unknown() }),
]);

export type Question = z.output<typeof questionSchema>;

const answerSchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), answer: z.unknown() }),
  z.strictObject({ ok: z.literal(false) }),
]);

/** `ok: false`: this node has no answer. */
export type Answer = z.output<typeof answerSchema>;

export const encodeQuestion = (question: Question): Uint8Array => encodeCbor(question);
export const encodeAnswer = (answer: Answer): Uint8Array => encodeCbor(answer);

function parse<T>(decoded: Decoded, schema: z.ZodType<T>): T | null {
  const result = decoded.ok ? schema.safeParse(decoded.value) : null;
  return result?.success === true ? result.data : null;
}

export const decodeQuestion = (bytes: Uint8Array): Question | null =>
  parse(decodeCbor(bytes, MAX_QUESTION), questionSchema);
export const decodeAnswer = (bytes: Uint8Array): Answer | null => parse(decodeCbor(bytes, MAX_ANSWER), answerSchema);
