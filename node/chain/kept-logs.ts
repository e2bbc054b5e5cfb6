/** What the event follower keeps on disk: applied logs, hashes of the blocks they rest on, and how far it got. */
import { z } from 'zod';
import { address, hash } from '#protocol/ids.ts';
import type { Keep } from '#protocol/ports.ts';
import { chainError } from './errors.ts';
import type { RawLog } from './rpc.ts';

const word = z.string().transform(hash);
const logSchema = z.object({
  address: z.string().transform(address),
  topics: z.array(word),
  data: z.string(),
  blockNumber: z.int(),
  blockHash: word,
  transactionHash: word,
  logIndex: z.int(),
});
const cursorSchema = z.object({ number: z.int(), hash: word, timestamp: z.int() });
const anchorSchema = z.object({ number: z.int(), hash: word });

/** The last block whose logs are applied. */
export type Cursor = z.infer<typeof cursorSchema>;
/** A block whose hash tells whether what was applied up to it is still on the chain. */
export type Anchor = z.infer<typeof anchorSchema>;

const pad = (n: number, width: number) => n.toString().padStart(width, '0');
const CURSOR = 'cursor';

/** Keys order as blocks do: log/<block>/<index>, anchor/<block>. */
export class KeptLogs {
  readonly #keep: Keep;
  readonly #prefix: string;

  constructor(keep: Keep, prefix: string) {
    this.#keep = keep;
    this.#prefix = prefix;
  }

  async cursor(): Promise<Cursor | null> {
    const kept = await this.#keep.get(this.#prefix + CURSOR);
    return kept === undefined || kept === null ? null : this.#parse(cursorSchema, CURSOR, kept);
  }

  putCursor(cursor: Cursor): Promise<void> {
    return this.#keep.put(this.#prefix + CURSOR, { ...cursor });
  }

  dropCursor(): Promise<void> {
    return this.#keep.del(this.#prefix + CURSOR);
  }

  /** All kept logs, in the chain's order. */
  async logs(): Promise<RawLog[]> {
    const rows = await this.#keep.list(`${this.#prefix}log/`);
    return rows.map(([key, value]) => this.#parse(logSchema, key, value));
  }

  async putLog(log: RawLog): Promise<void> {
    await this.#keep.put(this.#logKey(log.blockNumber, log.logIndex), { ...log, topics: [...log.topics] });
  }

  async anchors(): Promise<Anchor[]> {
    const rows = await this.#keep.list(`${this.#prefix}anchor/`);
    return rows.map(([key, value]) => this.#parse(anchorSchema, key, value));
  }

  putAnchor(anchor: Anchor): Promise<void> {
    return this.#keep.put(this.#anchorKey(anchor.number), { number: anchor.number, hash: anchor.hash });
  }

  dropAnchor(number: number): Promise<void> {
    return this.#keep.del(this.#anchorKey(number));
  }

  /** Forgets logs and anchors above the block: they were rolled back, or a kill left them without their cursor. */
  async dropAbove(block: number): Promise<void> {
    for (const { number } of await this.anchors()) if (number > block) await this.dropAnchor(number);
    for (const log of await this.logs()) {
      if (log.blockNumber > block) await this.#keep.del(this.#logKey(log.blockNumber, log.logIndex));
    }
  }

  #logKey(block: number, index: number): string {
    return `${this.#prefix}log/${pad(block, 12)}/${pad(index, 6)}`;
  }

  #anchorKey(block: number): string {
    return `${this.#prefix}anchor/${pad(block, 12)}`;
  }

  #parse<T>(schema: z.ZodType<T>, key: string, value: unknown): T {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw chainError('KEEP_UNREADABLE', { key, reason: parsed.error.issues[0]?.message ?? 'unknown' });
  }
}
