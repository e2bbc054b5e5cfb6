/** One row a gossip topic: what travels on it, how much of it, and what is dropped when it is too much. */
import { z } from 'zod';
import { addressField, cidField, epochField } from '../codec/fields.ts';
import type { TopicName } from '../ports.ts';
import { signedProof } from '../work/proof.ts';
import { signedRecord } from './node-record.ts';

export interface TopicRow<T = unknown> {
  readonly schema: z.ZodType<T>;
  /** Longest message; libp2p's frame around it is about 200 bytes longer. */
  readonly maxBytes: number;
  /** Messages that wait for their handler. */
  readonly queue: number;
  /** Which message goes when the queue is full: the one that waits longest, or the one that just came. */
  readonly drop: 'oldest' | 'newest';
  /** Share of this topic in a peer's score. */
  readonly scoreWeight: number;
}

const taskHint = z.strictObject({
  /** Number of the job in the market; everything else about it is on the chain and behind its CID. */
  job: z.string().regex(/^[1-9][0-9]{0,38}$/),
  spec: cidField,
});

const auditHint = z.strictObject({
  epoch: epochField,
  worker: addressField,
  validator: addressField,
  verdict: z.enum(['ok', 'fault', 'unavailable']),
  /** What the validator saw; the verdict that counts is on the chain. */
  report: cidField,
});

export type AuditHint = z.output<typeof auditHint>;

const missingHint = z.strictObject({
  epoch: epochField,
  worker: addressField,
  /** Member of the committee that says so. */
  validator: addressField,
  /** A blob of the worker's commitment that this member's samples need. */
  missing: cidField,
  /** False: the worker does not serve it to me. True: I was served, ask me. */
  served: z.boolean(),
});

export type MissingHint = z.output<typeof missingHint>;

export const TOPICS = {
  // A new job interests more than an old one: the chain lists all of them anyway.
  tasks: { schema: taskHint, maxBytes: 512, queue: 256, drop: 'oldest', scoreWeight: 0.5 },
  // A merge names up to 255 inputs of 61 bytes; proofs come in bursts at the end of an epoch, and all of them matter.
  proofs: {
    schema: z.strictObject({ proof: signedProof }),
    maxBytes: 20_000,
    queue: 1024,
    drop: 'newest',
    scoreWeight: 0.5,
  },
  audits: { schema: auditHint, maxBytes: 512, queue: 256, drop: 'oldest', scoreWeight: 0.3 },
  // Whoever is refused says so on every block: an old hint comes again, a flood must not push out what waits.
  missing: { schema: missingHint, maxBytes: 512, queue: 256, drop: 'newest', scoreWeight: 0.3 },
  // A later record replaces an earlier one.
  records: { schema: signedRecord, maxBytes: 4_096, queue: 256, drop: 'oldest', scoreWeight: 0.2 },
} as const satisfies Record<TopicName, TopicRow>;

export const TOPIC_NAMES = Object.keys(TOPICS) as readonly TopicName[];

/** A topic of one network; other networks never meet on it. */
export const topicString = (network: string, topic: TopicName): string => `/corex/${network}/${topic}/1`;
