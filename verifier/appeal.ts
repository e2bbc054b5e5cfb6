/** Judges again what somebody accuses a worker of: the named entry and segment, by the same rules and the same replay. */
import type { Domain } from '#protocol/codec/typed-data.ts';
import type { Address, Hash } from '#protocol/ids.ts';
import type { CommitmentView } from '#protocol/ports.ts';
import { placeOf } from '#protocol/work/commitment.ts';
import { segmentsOf } from '#protocol/work/shard.ts';
import { type AuditPorts, fetchWork } from './audit.ts';
import { replaySegment } from './replay.ts';
import { type Fault, judgeProof } from './rules.ts';

/** What an accusation points at. */
export interface Charge {
  readonly task: Hash;
  readonly shard: number;
  /** Null where a rule was broken that needs no execution. */
  readonly segment: number | null;
}

/**
 * @param charge null: that the worker's list does not build what it committed to
 * @returns the fault that is really there, null for none
 * @throws BLOB_UNAVAILABLE, ENGINE_…: nothing follows from that
 */
export async function judgeAgain(
  ports: AuditPorts,
  domain: Domain,
  on: CommitmentView,
  charge: Charge | null,
  judge: Address,
  signal?: AbortSignal,
): Promise<Fault | 'bad-commitment' | null> {
  const work = await fetchWork(ports.blobs, on, signal);
  if (work === null) return 'bad-commitment';
  const place = charge === null ? null : placeOf(work, charge);
  if (charge === null || place === null) return null;
  const judged = await judgeProof(ports, domain, place.entry, on, signal);
  if (judged.fault !== null) return judged.fault;
  const { segment } = charge;
  if (segment === null || segment >= segmentsOf(judged.lawful.source.plan)) return null;
  // Nothing is shown to anybody: any draw does.
  const choice = { segment, pick: 0n, draw: { seed: on.root, worker: on.worker, validator: judge } };
  return (await replaySegment(ports, judged.lawful, choice, signal)).fault;
}
