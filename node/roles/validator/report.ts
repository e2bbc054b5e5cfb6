/** The report behind a verdict: what a validator saw, for whoever is to look at the same again. */
import { z } from 'zod';
import { addressField, countField, epochField, hashField } from '#protocol/codec/fields.ts';
import type { Address, Epoch } from '#protocol/ids.ts';
import { MAX_CHECKPOINTS, MAX_SHARD } from '#protocol/limits.ts';
import type { AuditReport } from '#verifier/audit.ts';
import type { Charge } from '#verifier/appeal.ts';
import { elements } from '#verifier/bounded/elements.ts';

const sample = z.strictObject({
  task: hashField,
  shard: countField(MAX_SHARD),
  segment: countField(MAX_CHECKPOINTS).nullable(),
  fault: z.string().nullable(),
  /** Of a fast job: what another validator compares with its own. */
  elements: elements.optional(),
});

/** As DAG-CBOR carries it. */
export const verdictReport = z.strictObject({
  v: z.literal(1),
  epoch: epochField,
  worker: addressField,
  validator: addressField,
  verdict: z.enum(['ok', 'fault', 'unavailable']),
  reason: z.string().nullable(),
  samples: z.array(sample),
});

/** What an accusation of an auditor says: whose digest about whom. */
export const digestReport = z.strictObject({
  v: z.literal(1),
  kind: z.literal('audit-digest'),
  epoch: epochField,
  worker: addressField,
  auditor: addressField,
});

export function digestReportOf(of: {
  readonly epoch: Epoch;
  readonly worker: Address;
  readonly auditor: Address;
}): z.input<typeof digestReport> {
  return { v: 1, kind: 'audit-digest', ...of };
}

export function reportOf(
  of: { readonly epoch: Epoch; readonly worker: Address; readonly validator: Address },
  { verdict, reason, samples }: AuditReport,
): z.input<typeof verdictReport> {
  const { epoch, worker, validator } = of;
  return { v: 1, epoch, worker, validator, verdict, reason, samples: samples.map(({ digest: _, ...seen }) => seen) };
}

/** What the report accuses the worker of: the sample with the fault; null where the list itself is wrong. */
export function chargeOf({
  samples,
}: {
  readonly samples: ReadonlyArray<Charge & { readonly fault: unknown }>;
}): Charge | null {
  const found = samples.find(({ fault }) => fault !== null);
  return found === undefined ? null : { task: found.task, shard: found.shard, segment: found.segment };
}
