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

export class VerdictRecords {
  readonly #keep: Keep;

  constructor(keep: Keep) {
    this.#keep = keep;
  }

  async get(of: Epoch, worker: Address): Promise<VerdictRecord | null> {
    const parsed = verdictRecord.safeParse(await this.#keep.get(keyOf(of, worker)));
    return parsed.success ? parsed.data : null;
  }

  /** @throws RangeError when another verdict stands already */
  async decide(of: Epoch, worker: Address, record: VerdictRecord): Promise<void> {
    const before = await this.get(of, worker);
    if (before !== null) throw new RangeError(`a verdict on ${worker} for epoch ${of} stands already`);
    await this.#keep.put(keyOf(of, worker), record);
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
      await this.#keep.put(keyOf(of, worker), { ...record, stage });
  }
}
