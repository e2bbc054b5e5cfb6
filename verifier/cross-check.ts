/** Checks another auditor: the digest that it must have shown, had it looked, from the same samples and the same taps. */
import { type Draw, sampleOffsets } from '#protocol/audit/sampling.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import type { Hash } from '#protocol/ids.ts';
import type { CommitmentView } from '#protocol/ports.ts';
import { entryAt } from '#protocol/work/commitment.ts';
import { segmentsOf } from '#protocol/work/shard.ts';
import { type AuditPorts, type AuditReport, auditWorker, fetchWork } from './audit.ts';
import { findSource, type ShardRef } from './shard-run.ts';

/**
 * Of a member that said ok. `false`: no execution gives what it showed, or what it drew has a fault.
 * `incomparable`: of a fast job each provider has bytes of its own. `unseen`: what it looked at cannot be had now.
 */
export type DigestFinding = 'right' | 'false' | 'incomparable' | 'unseen';

/** @returns what an auditor with this draw shows when it says ok; null where nothing follows */
export function digestOf({ verdict, auditDigest, samples }: AuditReport): Hash | null {
  return verdict === 'ok' && samples.every(({ elements }) => elements === undefined) ? auditDigest : null;
}

/**
 * @param draw the auditor's: its samples and its key
 * @param shown the digest that it revealed together with ok
 * @throws AUDIT_ABSTAIN, ENGINE_…: nothing follows from that
 */
export async function checkDigest(
  ports: AuditPorts,
  domain: Domain,
  on: CommitmentView,
  { draw, samples, shown }: { readonly draw: Draw; readonly samples: number; readonly shown: Hash },
  signal?: AbortSignal,
): Promise<DigestFinding> {
  const report = await auditWorker(ports, domain, on, draw, samples, signal);
  // Whatever is a fault now was one when the auditor looked: grants of shards are never forgotten, and the rest is in hashes.
  if (report.verdict === 'fault') return 'false';
  if (report.reason === 'outside-profile') return 'incomparable';
  if (report.verdict === 'unavailable') return 'unseen';
  const right = digestOf(report);
  if (right === null) return 'incomparable';
  return right === shown ? 'right' : 'false';
}

/** About how many segments a worker's epoch has: as many as if all of it were like what the draw's first sample is of. */
export async function segmentsIn(
  ports: Pick<AuditPorts, 'blobs' | 'view'>,
  on: CommitmentView,
  draw: Draw,
  signal?: AbortSignal,
): Promise<number> {
  const work = await fetchWork(ports.blobs, on, signal);
  const [offset] = work === null ? [] : sampleOffsets(draw, work.units, 1);
  if (work === null || offset === undefined) return 0;
  const { task, shard } = entryAt(work, offset).entry;
  const ref: ShardRef = { task, shard, epoch: on.epoch, worker: on.worker };
  const source = await findSource(ports, ref, signal);
  if (source === null || source.plan.units === 0n) return 0;
  return Number((work.units * BigInt(segmentsOf(source.plan))) / source.plan.units);
}
