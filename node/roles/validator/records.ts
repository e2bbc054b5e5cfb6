/** Never two verdicts for one worker and epoch, across restarts: a verdict is on disk before its commitment is sent. */
import { z } from 'zod';
import { cidField, countField, hashField } from '#protocol/codec/fields.ts';
import type { Address, Epoch } from '#protocol/ids.ts';
import { MAX_CHECKPOINTS, MAX_SHARD } from '#protocol/limits.ts';
import type { Keep } from '#protocol/ports.ts';

/** Decided on disk, committed on chain, revealed on chain; a fault is then brought to the dispute court. */
const STAGES = ['decided', 'committed', 'revealed', 'accused'] as const;

const verdictRecord = z.strictObject({
  verdict: z.enum(['ok', 'fault', 'unavailable']),
  auditDigest: hashField,
  salt: hashField,
  /** Why, when the verdict is not ok. */
  reason: z.string().nullable(),
  /** What was looked at. */
  report: cidField,
  /** Of a fault: the entry, and the segment where one was executed; null where the list itself is wrong. */
  charge: z
    .strictObject({ task: hashField, shard: countField(MAX_SHARD), segment: countField(MAX_CHECKPOINTS).nullable() })
    .nullable()
    .default(null),
  stage: z.enum(STAGES),
});

export type VerdictRecord = z.output<typeof verdictRecord>;

const keyOf = (of: Epoch, worker: Address): string => `verdict/${of.toString().padStart(12, '0')}/${worker}`;

/** Records that are remembered beside the disk: every duty asks for those of the recent epochs on every block. */
const MAX_KNOWN = 16_384;

export class VerdictRecords {
  readonly #keep: Keep;
  readonly #known = new Map<string, VerdictRecord | null>();

  constructor(keep: Keep) {
    this.#keep = keep;
  }

  async get(of: Epoch, worker: Address): Promise<VerdictRecord | null> {
    const key = keyOf(of, worker);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const parsed = verdictRecord.safeParse(await this.#keep.get(key));
    // Put while it was read: what was put is newer.
    return this.#known.get(key) ?? this.#remember(key, parsed.success ? parsed.data : null);
  }

  #remember(key: string, record: VerdictRecord | null): VerdictRecord | null {
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, record);
    return record;
  }

  /** On disk before anybody hears of it. */
  async #put(key: string, record: VerdictRecord): Promise<void> {
    await this.#keep.put(key, record);
    this.#remember(key, record);
  }

  /** @throws RangeError when another verdict stands already */
  async decide(of: Epoch, worker: Address, record: VerdictRecord): Promise<void> {
    const before = await this.get(of, worker);
    if (before !== null) throw new RangeError(`a verdict on ${worker} for epoch ${of} stands already`);
    await this.#put(keyOf(of, worker), record);
  }

  /** Verdicts that this validator revealed so far, by kind. */
  async counts(): Promise<Record<VerdictRecord['verdict'], number>> {
    const counts = { ok: 0, fault: 0, unavailable: 0 };
    for (const [, value] of await this.#keep.list('verdict/')) {
      const parsed = verdictRecord.safeParse(value);
      if (parsed.success && (parsed.data.stage === 'revealed' || parsed.data.stage === 'accused'))
        counts[parsed.data.verdict] += 1;
    }
    return counts;
  }

  /** A stage is never taken back: what waited for a commitment may wake after the reveal. */
  async mark(of: Epoch, worker: Address, stage: VerdictRecord['stage']): Promise<void> {
    const record = await this.get(of, worker);
    if (record !== null && STAGES.indexOf(stage) > STAGES.indexOf(record.stage))
      await this.#put(keyOf(of, worker), { ...record, stage });
  }
}
