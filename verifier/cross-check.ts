/** Checks another auditor: the digest that it must have shown, had it looked, from the same samples and the same taps. */
import { type Draw, sampleOffsets } from '#protocol/audit/sampling.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import type { Address, Hash } from '#protocol/ids.ts';
import type { CommitmentView } from '#protocol/ports.ts';
import { entryAt } from '#protocol/work/commitment.ts';
import { segmentsOf } from '#protocol/work/shard.ts';
import { type AuditPorts, type AuditReport, auditWorker, combinedDigest, fetchWork } from './audit.ts';
import { compareElements, type Elements, elementsDigest } from './bounded/elements.ts';
import { findSource, type ShardRef } from './shard-run.ts';

/**
 * Of a member that said ok. `false`: no execution gives what it showed, or what it drew has a fault. `unseen`: what it looked
 * at cannot be had now. Of a fast job each provider has bytes of its own: `apart` says that the elements in the member's report are
 * no machine's that the profile knows, which accuses nobody; `incomparable` that its report is not known, or not what it revealed.
 */
export type DigestFinding = 'right' | 'false' | 'apart' | 'incomparable' | 'unseen';

/** Of a member's report, sample for sample: the elements that it shows of fast jobs. */
export type ShownElements = ReadonlyArray<Elements | undefined>;

/** What a member revealed, and what its report shows where that is known. */
export interface Revealed {
  readonly draw: Draw;
  readonly samples: number;
  readonly shown: Hash;
  /** Asked only where the samples are of fast jobs. */
  readonly elements?: () => Promise<ShownElements | null>;
}

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
  { draw, samples, shown, elements }: Revealed,
  signal?: AbortSignal,
): Promise<DigestFinding> {
  const report = await auditWorker(ports, domain, on, draw, samples, signal);
  // Whatever is a fault now was one when the auditor looked: grants of shards are never forgotten, and the rest is in hashes.
  if (report.verdict === 'fault') return 'false';
  if (report.reason === 'outside-profile') return 'incomparable';
  if (report.verdict === 'unavailable') return 'unseen';
  const right = digestOf(report);
  if (right !== null) return right === shown ? 'right' : 'false';
  const theirs = (await elements?.()) ?? null;
  return theirs === null
    ? 'incomparable'
    : compareShown(report, { validator: draw.validator, shown, elements: theirs });
}

/** @param report what this node found in the very samples */
export function compareShown(
  { samples }: Pick<AuditReport, 'samples'>,
  { validator, shown, elements }: { validator: Address; shown: Hash; elements: ShownElements },
): DigestFinding {
  const pairs = samples.map((mine, i) => ({ mine, theirs: elements[i] }));
  const digests = pairs.map(({ mine, theirs }) => {
    if (mine.elements === undefined) return mine.digest;
    return theirs === undefined ? null : elementsDigest(validator, theirs);
  });
  if (combinedDigest(digests) !== shown) return 'incomparable';
  const isNear = pairs.every(({ mine, theirs }) => {
    if (mine.elements === undefined || theirs === undefined) return mine.elements === theirs;
    const found = compareElements(mine.elements, theirs);
    return found === 'same' || found === 'within';
  });
  return isNear ? 'right' : 'apart';
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
