/** What the outbox keeps on disk: transactions that are not confirmed yet, and the meanings that are done for good. */
import { z } from 'zod';
import { address, hash } from '#protocol/ids.ts';
import type { Keep } from '#protocol/ports.ts';
import { chainError } from './errors.ts';

const wide = z.string().regex(/^\d+$/);
const word = z.string().transform(hash);

const rowSchema = z.object({
  nonce: z.int(),
  /** What the transaction means, e.g. `work/commit/7`: the same meaning is not sent twice. */
  key: z.string(),
  /** Whether its meaning can only be done once ever, or again when this one is through. */
  once: z.boolean(),
  to: z.string().transform(address),
  data: z.string(),
  /** Contract and function, for people. */
  call: z.string(),
  gas: wide,
  maxFee: wide,
  tip: wide,
  /** Every variant that was signed, the newest last: any of them may be the one that is mined. */
  hashes: z.array(word),
  /** Confirmed block when it was last sent. */
  sentAt: z.int(),
});
const doneSchema = z.object({ transaction: word, block: z.int() });

export type Row = z.infer<typeof rowSchema>;
export type Done = z.infer<typeof doneSchema>;

/** tx/<nonce> → row, done/<meaning> → where it was mined. */
export class KeptTransactions {
  readonly #keep: Keep;
  readonly #prefix: string;

  constructor(keep: Keep, prefix: string) {
    this.#keep = keep;
    this.#prefix = prefix;
  }

  /** In nonce order. */
  async rows(): Promise<Row[]> {
    const entries = await this.#keep.list(`${this.#prefix}tx/`);
    return entries.map(([key, value]) => this.#parse(rowSchema, key, value));
  }

  putRow(row: Row): Promise<void> {
    return this.#keep.put(this.#rowKey(row.nonce), { ...row, hashes: [...row.hashes] });
  }

  dropRow(nonce: number): Promise<void> {
    return this.#keep.del(this.#rowKey(nonce));
  }

  async done(meaning: string): Promise<Done | null> {
    const key = `${this.#prefix}done/${meaning}`;
    const kept = await this.#keep.get(key);
    return kept === undefined || kept === null ? null : this.#parse(doneSchema, key, kept);
  }

  putDone(meaning: string, done: Done): Promise<void> {
    return this.#keep.put(`${this.#prefix}done/${meaning}`, { ...done });
  }

  #rowKey(nonce: number): string {
    return `${this.#prefix}tx/${nonce.toString().padStart(10, '0')}`;
  }

  #parse<T>(schema: z.ZodType<T>, key: string, value: unknown): T {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw chainError('KEEP_UNREADABLE', { key, reason: parsed.error.issues[0]?.message ?? 'unknown' });
  }
}
