/** A whole job on this machine: its slices, rounds and merges in the order of the plan, as the network would run them. */
import type { Tensor } from '#engine/graph/tensor.ts';
import type { EnginePool } from '#engine/run/pool.ts';
import type { SegmentEnd } from '#engine/state/checkpoint.ts';
import { readSafetensors } from '#engine/state/safetensors.ts';
import type { Random } from '#protocol/ports.ts';
import { WORD } from '#protocol/limits.ts';
import type { JobSpec } from '#protocol/work/job.ts';
import { lastShard, planJob, type ShardPlan, segmentsOf } from '#protocol/work/shard.ts';
import { initialState, jobSource, prepareRun, type Start } from '#verifier/shard-run.ts';
import type { LoadedJob } from '../jobfile/load.ts';
import { compileJob } from '../roles/submitter/compile.ts';
import { joinOutputs } from '../roles/submitter/outputs.ts';
import { LocalBlobs } from './local-blobs.ts';

export interface LocalPorts {
  readonly engine: EnginePool;
  readonly random: Random;
  readonly threads: number;
  readonly signal: AbortSignal;
  /** Called with each piece of a shard as it is done. */
  done(plan: ShardPlan, progress: Progress): void;
}

export interface Progress {
  /** Steps of the shard that are done. */
  readonly steps: number;
  /** Before the last of them; null where the graph has none. */
  readonly loss: number | null;
}

export interface LocalResult {
  readonly spec: JobSpec;
  /** Final state of a training job. */
  readonly state: Uint8Array | null;
  /** Results of an inference job, all rows in the order of the data. */
  readonly outputs: ReadonlyMap<string, Tensor>;
}

/** Pieces of a shard between which its progress shows: a checkpoint more or less changes no bit. */
const PIECES = 10;

interface Ended {
  readonly plan: ShardPlan;
  readonly state: Uint8Array | null;
  readonly outputs: ReadonlyArray<ReadonlyMap<string, Tensor>>;
}

/** @throws JOB_…, ENGINE_… */
export async function runLocally(ports: LocalPorts, loaded: LoadedJob): Promise<LocalResult> {
  const blobs = new LocalBlobs();
  const { spec } = await compileJob({ blobs, engine: ports.engine, random: ports.random }, loaded);
  const parts: ReadonlyMap<string, Tensor>[] = [];
  let states: ReadonlyMap<number, Uint8Array> = new Map();
  for (const word of wordsOf(spec)) {
    const before = states;
    const ended = await Promise.all(word.map((plan) => runShard({ ...ports, blobs, spec, before }, plan)));
    states = new Map(ended.flatMap(({ plan, state }) => (state === null ? [] : [[plan.index, state] as const])));
    if (spec.program === 'infer') parts.push(...ended.flatMap(({ outputs }) => outputs));
  }
  const last = lastShard(spec);
  return { spec, state: last === null ? null : (states.get(last) ?? null), outputs: joinOutputs(parts) };
}

/** Shards that do not wait for each other, word after word. */
function wordsOf(spec: JobSpec): ShardPlan[][] {
  const words = new Map<number, ShardPlan[]>();
  for (const plan of planJob(spec)) {
    const word = Math.floor(plan.index / WORD);
    words.set(word, [...(words.get(word) ?? []), plan]);
  }
  return [...words.values()];
}

interface ShardPorts extends LocalPorts {
  readonly blobs: LocalBlobs;
  readonly spec: JobSpec;
  /** Final states of the word before, by shard. */
  readonly before: ReadonlyMap<number, Uint8Array>;
}

async function startOf({ blobs, spec, before }: ShardPorts, plan: ShardPlan): Promise<Start> {
  const source = jobSource(spec, plan.index, []);
  if (source.start !== null) return { state: await initialState(blobs, source) };
  const states = plan.inputs.flatMap((input) => before.get(input) ?? []);
  const [only] = states;
  return plan.kind === 'merge' || only === undefined ? { states } : { state: only };
}

async function runShard(ports: ShardPorts, planned: ShardPlan): Promise<Ended> {
  const { engine, blobs, spec, threads, signal } = ports;
  const plan = { ...planned, segment: Math.max(planned.segment, Math.ceil(planned.steps / PIECES)) };
  const source = { ...jobSource(spec, plan.index, []), plan };
  let start = await startOf(ports, plan);
  let state: Uint8Array | null = null;
  const outputs: ReadonlyMap<string, Tensor>[] = [];
  for (let segment = 0; segment < segmentsOf(plan); segment++) {
    const run = await prepareRun(blobs, source, { start, segment });
    const { checkpoints, metrics } = await engine.run({ ...run, threads }, signal);
    const end = checkpoints.at(-1);
    if (end?.state != null) {
      state = end.state;
      start = { state };
    }
    if (plan.kind === 'infer') outputs.push(...checkpoints.flatMap(outputsOf));
    const steps = Math.min(plan.steps, (segment + 1) * plan.segment);
    ports.done(planned, { steps, loss: metrics.lastLoss ?? null });
  }
  return { plan: planned, state, outputs };
}

const outputsOf = ({ outputs }: SegmentEnd): ReadonlyArray<ReadonlyMap<string, Tensor>> =>
  outputs === null ? [] : [readSafetensors(outputs)];
