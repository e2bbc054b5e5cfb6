/** What every worker of the campaign commits to in an epoch: 200 equal segments under one Merkle-sum root, some of them forged. */
import { segmentAt } from '#protocol/audit/sampling.ts';
import { hashText, hashWords } from '#protocol/codec/abi.ts';
import { cidOfDigest } from '#protocol/codec/cid.ts';
import { epoch, type Hash, type Units, units } from '#protocol/ids.ts';
import { BASE_SHARD, BASE_UNITS, baseTask } from '#protocol/work/base-task.ts';
import { buildCommitment, type CommittedWork, type Entry, entryAt, sortEntries } from '#protocol/work/commitment.ts';
import { jobOfTask, segmentsOf, taskOfJob } from '#protocol/work/shard.ts';
import type { Random } from '../random.ts';

const NAME = hashText('corex.campaign.proof.v1');

/** Steps of a shard and what they count, as its specification says. */
interface Plan {
  readonly steps: number;
  readonly segment: number;
  readonly units: Units;
}

const BASE: Plan = { steps: BASE_SHARD.steps, segment: BASE_SHARD.segment, units: units(BASE_UNITS) };
const BASE_SHARDS = 40;
const SEGMENT_UNITS = BASE_UNITS / BigInt(segmentsOf(BASE_SHARD));
/** Shards of a market job: longer than those of the protocol, but with segments of the same size. */
const MARKET: Plan = { steps: 10, segment: 2, units: units(5n * SEGMENT_UNITS) };
const MARKET_SHARDS = 8;

const planOf = (task: Hash): Plan => (jobOfTask(task) === null ? BASE : MARKET);

/** A worker's epoch, with the numbers of its segments. */
export interface CampaignWork {
  readonly committed: CommittedWork;
  readonly segments: number;
  readonly segmentUnits: Units;
  /** The number of the segment that covers an offset. */
  readonly segmentUnder: (offset: bigint) => number;
}

function entriesOf(task: Hash, shards: number): Entry[] {
  return Array.from({ length: shards }, (_, shard) => {
    const digest = hashWords([NAME, task, shard]);
    return { task, shard, digest, units: planOf(task).units, proof: cidOfDigest(digest, 'dag-cbor') };
  });
}

/** Built once: only who forged which segments differs from worker to worker and from epoch to epoch. */
export function campaignWork(): CampaignWork {
  const entries = sortEntries([
    ...entriesOf(baseTask(epoch(0)), BASE_SHARDS),
    ...entriesOf(taskOfJob(1n), MARKET_SHARDS),
  ]);
  const committed = buildCommitment(entries);
  const first = new Map<Entry, number>();
  let segments = 0;
  for (const entry of committed.leaves.flatMap((leaf) => leaf.entries)) {
    first.set(entry, segments);
    segments += segmentsOf(planOf(entry.task));
  }
  return {
    committed,
    segments,
    segmentUnits: units(SEGMENT_UNITS),
    segmentUnder: (offset) => {
      const { entry, within } = entryAt(committed, offset);
      return (first.get(entry) ?? 0) + segmentAt(planOf(entry.task), within);
    },
  };
}

/** So many different choices of what to forge, taken in turns. */
const CHOICES = 32;

/** Sets of segments that a cheat forges, each the same part of all. */
export function forgeries(work: CampaignWork, part: number, random: Random): ReadonlyArray<ReadonlySet<number>> {
  const count = Math.round(part * work.segments);
  return Array.from({ length: CHOICES }, () => {
    const order = Array.from({ length: work.segments }, (_, i) => i);
    for (let i = 0; i < count; i++) {
      const j = i + Math.floor(random.next() * (order.length - i));
      [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
    }
    return new Set(order.slice(0, count));
  });
}
