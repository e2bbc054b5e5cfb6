/** One audit: the worker's epoch, the samples that the seed draws for this validator, one verdict with its evidence. */
import { type Draw, sampleOffsets, segmentAt, tapPick } from '#protocol/audit/sampling.ts';
import { combineDigests } from '#protocol/audit/verdict.ts';
import { cidOfDigest } from '#protocol/codec/cid.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import { CorexError, errorTable } from '#protocol/errors.ts';
import type { Hash } from '#protocol/ids.ts';
import type { Blobs, CommitmentView, VerdictName } from '#protocol/ports.ts';
import {
  buildCommitment,
  type Commitment,
  type CommittedWork,
  commitment,
  type Entry,
  entryAt,
} from '#protocol/work/commitment.ts';
import type { Elements } from './bounded/elements.ts';
import { type Executor, replaySegment } from './replay.ts';
import { type Fault, judgeProof, type RulePorts } from './rules.ts';

export const auditError = errorTable('AUDIT', {
  ABSTAIN: {
    what: (d: { worker: string; reason: string }) => `cannot judge ${d.worker}: ${d.reason}`,
    todo: 'nothing: a validator that cannot check abstains, and loses nothing',
  },
});

export interface AuditPorts extends RulePorts {
  readonly blobs: Pick<Blobs, 'get' | 'getObject'>;
  readonly engine: Executor;
}

/** What was looked at, and what was found. */
export interface SampleReport {
  readonly task: Hash;
  readonly shard: number;
  readonly segment: number | null;
  readonly fault: Fault | null;
  /** Its part of the audit digest; null where nothing was executed, or nothing of it could be tapped. */
  readonly digest: Hash | null;
  /** Of a segment of a fast job: to be compared with another validator's (bounded/elements.ts). */
  readonly elements?: Elements;
}

export interface AuditReport {
  readonly verdict: VerdictName;
  readonly auditDigest: Hash;
  readonly samples: readonly SampleReport[];
  /** Why, when the verdict is not ok. */
  readonly reason: Fault | 'bad-commitment' | 'unavailable' | 'outside-profile' | null;
}

/** What a validator's samples show all together. */
export function combinedDigest(digests: ReadonlyArray<Hash | null>): Hash {
  return combineDigests(digests.filter((digest) => digest !== null));
}

const isUnavailable = (error: unknown): boolean => error instanceof CorexError && error.code === 'BLOB_UNAVAILABLE';

/** The worker's list of proofs builds the very root and sums that it committed to. */
function matches(work: CommittedWork, listed: Commitment, on: CommitmentView): boolean {
  return (
    listed.worker === on.worker &&
    listed.epoch === on.epoch &&
    work.root === on.root &&
    work.units === on.units &&
    work.marketUnits === on.marketUnits &&
    work.tier === on.tier
  );
}

/** What the worker committed to; null when it does not build the root. @throws BLOB_UNAVAILABLE */
export async function fetchWork(
  blobs: Pick<Blobs, 'getObject'>,
  on: CommitmentView,
  signal?: AbortSignal,
): Promise<CommittedWork | null> {
  const from = { from: [on.worker], ...(signal === undefined ? {} : { signal }) };
  const parsed = commitment.safeParse(await blobs.getObject(cidOfDigest(on.manifest, 'dag-cbor'), from));
  if (!parsed.success) return null;
  try {
    const work = buildCommitment(parsed.data.entries);
    return matches(work, parsed.data, on) ? work : null;
  } catch (error) {
    if (error instanceof CorexError) return null;
    throw error;
  }
}

/** Judges and replays the piece under one offset. @param judge of an entry, the same for all samples in it */
async function auditSample(
  ports: AuditPorts,
  work: CommittedWork,
  judge: (entry: Entry) => ReturnType<typeof judgeProof>,
  sample: { readonly draw: Draw; readonly number: number; readonly offset: bigint },
  signal?: AbortSignal,
): Promise<{ readonly sample: SampleReport; readonly isWithheld: boolean }> {
  const { entry, within } = entryAt(work, sample.offset);
  const at = { task: entry.task, shard: entry.shard };
  const judged = await judge(entry);
  if (judged.fault !== null)
    return { sample: { ...at, segment: null, fault: judged.fault, digest: null }, isWithheld: false };
  const segment = segmentAt(judged.lawful.source.plan, within);
  const choice = { segment, pick: tapPick(sample.draw, sample.number), draw: sample.draw };
  const { isWithheld, ...found } = await replaySegment(ports, judged.lawful, choice, signal);
  return { sample: { ...at, segment, ...found }, isWithheld };
}

function report(verdict: VerdictName, reason: AuditReport['reason'], samples: SampleReport[]): AuditReport {
  return { verdict, reason, samples, auditDigest: combinedDigest(samples.map(({ digest }) => digest)) };
}

/** Remembers the answers: a few samples mostly fall into one or two entries. */
function onceEach<T>(judge: (entry: Entry) => Promise<T>): (entry: Entry) => Promise<T> {
  const answers = new Map<Entry, Promise<T>>();
  return (entry) => {
    const answer = answers.get(entry) ?? judge(entry);
    answers.set(entry, answer);
    return answer;
  };
}

/**
 * Decides nothing by tolerance and never guesses: what cannot be checked for a reason that is not the worker's ends in AUDIT_ABSTAIN.
 * @param samples how many offsets to draw (the law's q)
 */
export async function auditWorker(
  ports: AuditPorts,
  domain: Domain,
  on: CommitmentView,
  draw: Draw,
  samples: number,
  signal?: AbortSignal,
): Promise<AuditReport> {
  const seen: SampleReport[] = [];
  const judge = onceEach((entry) => judgeProof(ports, domain, entry, on, signal));
  try {
    const work = await fetchWork(ports.blobs, on, signal);
    if (work === null) return report('fault', 'bad-commitment', seen);
    for (const [number, offset] of sampleOffsets(draw, work.units, samples).entries()) {
      const found = await auditSample(ports, work, judge, { draw, number, offset }, signal);
      seen.push(found.sample);
      if (found.sample.fault !== null) return report('fault', found.sample.fault, seen);
      // Not paid, and no accusation: tolerance proves nothing.
      if (found.isWithheld) return report('unavailable', 'outside-profile', seen);
    }
    return report('ok', null, seen);
  } catch (error) {
    if (isUnavailable(error)) return report('unavailable', 'unavailable', seen);
    if (error instanceof CorexError) throw auditError('ABSTAIN', { worker: on.worker, reason: error.message }, error);
    throw error;
  }
}
