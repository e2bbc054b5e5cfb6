/** A job unfolded into its graph of shards: local steps on each slice, a merge, and round after round. */
import { type Hash, type Units, units } from '../ids.ts';
import { WORD } from '../limits.ts';
import type { JobSpec } from './job.ts';

/** What one shard is, from the specification alone. */
export interface ShardPlan {
  readonly index: number;
  readonly kind: 'train' | 'infer' | 'merge';
  readonly round: number;
  /** Which slice of the data; null for a merge. */
  readonly slice: number | null;
  /** Number of the first step in the slice's order of rows. */
  readonly firstStep: number;
  readonly steps: number;
  /** Steps between checkpoints. */
  readonly segment: number;
  /** Shards whose final states this one starts from; none: the job's initial state. */
  readonly inputs: readonly number[];
  readonly units: Units;
}

const times = (perStep: Units, steps: number): Units => units(perStep * BigInt(steps));

/** The states that start a word of a training job: those that the word before it ended with. */
function inputsOf(job: JobSpec, word: number, merging: boolean): number[] {
  const before = (word - 1) * WORD;
  if (merging) return job.slices.map((_, slice) => before + slice);
  return word === 0 ? [] : [before];
}

function inferPlan(job: JobSpec, index: number): ShardPlan {
  const steps = Math.ceil((job.slices[index]?.rows ?? 0) / job.batch);
  const { segment } = job;
  return {
    index,
    kind: 'infer',
    round: 0,
    slice: index,
    firstStep: 0,
    steps,
    segment,
    inputs: [],
    units: times(job.units.step, steps),
  };
}

/**
 * Shard number = word x 256 + bit. The shards of a word are independent of each other and depend on the word before:
 * a training round is a word of local shards, one a slice, and a word that holds their merge.
 * @throws RangeError when the job has no such shard
 */
export function planShard(job: JobSpec, index: number): ShardPlan {
  const word = Math.floor(index / WORD);
  const bit = index % WORD;
  if (!Number.isInteger(index) || index < 0 || !hasShard(job, word, bit)) throw new RangeError(`no shard ${index}`);
  if (job.program === 'infer') return inferPlan(job, index);
  const merges = job.slices.length > 1;
  const round = merges ? word >> 1 : word;
  const merging = merges && word % 2 === 1;
  const inputs = inputsOf(job, word, merging);
  if (merging)
    return {
      index,
      kind: 'merge',
      round,
      slice: null,
      firstStep: 0,
      steps: 1,
      segment: 1,
      inputs,
      units: job.units.merge,
    };
  const { steps, segment } = job;
  return {
    index,
    kind: 'train',
    round,
    slice: bit,
    firstStep: round * steps,
    steps,
    segment,
    inputs,
    units: times(job.units.step, steps),
  };
}

/** Shards in a word of the job; TaskMarket.sol counts the same from `shards` and `width`. */
export function shardsInWord(job: Pick<JobSpec, 'program' | 'slices' | 'rounds'>, word: number): number {
  const slices = job.slices.length;
  if (job.program === 'infer') return Math.max(0, Math.min(WORD, slices - word * WORD));
  const words = slices > 1 ? job.rounds * 2 : job.rounds;
  if (word < 0 || word >= words) return 0;
  return slices > 1 && word % 2 === 1 ? 1 : slices;
}

export function hasShard(job: Pick<JobSpec, 'program' | 'slices' | 'rounds'>, word: number, bit: number): boolean {
  return bit < shardsInWord(job, word);
}

/** Every shard, in an order in which they can run. */
export function planJob(job: JobSpec): ShardPlan[] {
  const plans: ShardPlan[] = [];
  for (let word = 0; shardsInWord(job, word) > 0; word += 1) {
    for (let bit = 0; bit < shardsInWord(job, word); bit += 1) plans.push(planShard(job, word * WORD + bit));
  }
  return plans;
}

/** The shard whose output is the job's result; null for inference, whose results are all shards'. */
export function lastShard(job: JobSpec): number | null {
  if (job.program === 'infer') return null;
  return (job.slices.length > 1 ? job.rounds * 2 - 1 : job.rounds - 1) * WORD;
}

export function unitsOfJob(job: JobSpec): Units {
  return units(planJob(job).reduce((sum, shard) => sum + shard.units, 0n));
}

export function segmentsOf(plan: Pick<ShardPlan, 'steps' | 'segment'>): number {
  return Math.ceil(plan.steps / plan.segment);
}

/** First step (inside the shard) and number of steps of segment s. */
export function segmentSteps(plan: Pick<ShardPlan, 'steps' | 'segment'>, s: number): { first: number; steps: number } {
  const first = s * plan.segment;
  return { first, steps: Math.min(plan.segment, plan.steps - first) };
}

/** The task id of a market job: its number in a word. */
export function taskOfJob(job: bigint): Hash {
  return `0x${job.toString(16).padStart(64, '0')}` as Hash;
}

/** The job's number when a task is a market job's, else null: base tasks are hashes, far above any job number. */
export function jobOfTask(task: Hash): bigint | null {
  const number = BigInt(task);
  return number < 1n << 64n ? number : null;
}
