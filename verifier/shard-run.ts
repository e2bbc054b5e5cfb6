/** What to execute for a shard: worker and judge build the same run from the specification and the inputs' commitments. */
import { baseMaterial } from '#engine/train/base-task.ts';
import type { ShardRun } from '#engine/run/shard-run.ts';
import { hashWords } from '#protocol/codec/abi.ts';
import { cidOfDigest } from '#protocol/codec/cid.ts';
import { errorTable } from '#protocol/errors.ts';
import type { Address, Cid, Epoch, Hash } from '#protocol/ids.ts';
import { MAX_BLOB, WORD } from '#protocol/limits.ts';
import type { Blobs, ChainView, JobView } from '#protocol/ports.ts';
import { BASE_SHARD, baseSeed, baseTask, beaconOfBase, MAX_BASE_SHARDS } from '#protocol/work/base-task.ts';
import { type JobSpec, jobSpec, shardsOf, widthOf } from '#protocol/work/job.ts';
import { hasShard, jobOfTask, planShard, type ShardPlan, segmentSteps, unitsOfJob } from '#protocol/work/shard.ts';

export const specError = errorTable('SPEC', {
  MALFORMED: {
    what: (d: { job: string; reason: string }) => `the specification of job ${d.job} is malformed: ${d.reason}`,
    todo: 'nobody can work on this job; its submitter gets the fee back after the deadline',
  },
  MISMATCH: {
    what: (d: { job: string; field: string }) =>
      `the specification of job ${d.job} and its posting disagree on ${d.field}`,
    todo: 'nobody can work on this job; its submitter gets the fee back after the deadline',
  },
  BEACON: {
    what: (d: { epoch: number }) => `the beacon that seeds the base tasks of epoch ${d.epoch} is not drawn yet`,
    todo: 'wait for the draw',
  },
});

/** Where a shard stands: enough to rebuild its computation. */
export interface ShardRef {
  readonly task: Hash;
  readonly shard: number;
  readonly epoch: Epoch;
  readonly worker: Address;
}

/** A shard's plan and what it runs on, except the states that other shards produced. */
export interface ShardSource {
  readonly plan: ShardPlan;
  readonly graph: Cid | Uint8Array;
  readonly data: Cid | Uint8Array | null;
  /** The initial state, for shards that start from no other; null otherwise. */
  readonly start: { readonly state: Cid | Uint8Array; readonly root: Hash } | null;
  readonly batch: number;
  /** Class that the job asks for: the same bytes from everybody, or each provider's own kernels. */
  readonly comparison: JobSpec['class'];
  readonly orderSeed: Hash;
  /** Who is likely to serve the source. */
  readonly from: readonly Address[];
}

interface SourcePorts {
  readonly blobs: Pick<Blobs, 'get' | 'getObject'>;
  readonly view: Pick<ChainView, 'job' | 'seed'>;
}

/** Fetches, parses and checks the specification of a posted job. @throws SPEC_MALFORMED, SPEC_MISMATCH */
export async function fetchSpec(blobs: Pick<Blobs, 'getObject'>, job: JobView, signal?: AbortSignal): Promise<JobSpec> {
  const from = { from: [job.submitter], ...(signal === undefined ? {} : { signal }) };
  const parsed = jobSpec.safeParse(await blobs.getObject(cidOfDigest(job.spec, 'dag-cbor'), from));
  const name = job.id.toString();
  if (!parsed.success)
    throw specError('MALFORMED', { job: name, reason: parsed.error.issues[0]?.message ?? 'unreadable' });
  const spec = parsed.data;
  const posted: ReadonlyArray<readonly [string, boolean]> = [
    ['shards', shardsOf(spec) === job.shards],
    ['width', widthOf(spec) === job.width],
    ['units', unitsOfJob(spec) === job.units],
  ];
  const wrong = posted.find(([, agrees]) => !agrees);
  if (wrong !== undefined) throw specError('MISMATCH', { job: name, field: wrong[0] });
  return spec;
}

/** @returns null when the task has no such shard */
export async function findSource(ports: SourcePorts, ref: ShardRef, signal?: AbortSignal): Promise<ShardSource | null> {
  const id = jobOfTask(ref.task);
  if (id === null) return baseSource(ports.view, ref);
  const job = ports.view.job(id);
  if (job === null) return null;
  const spec = await fetchSpec(ports.blobs, job, signal);
  return hasShard(spec, Math.floor(ref.shard / WORD), ref.shard % WORD)
    ? jobSource(spec, ref.shard, [job.submitter])
    : null;
}

export function jobSource(spec: JobSpec, shard: number, from: readonly Address[]): ShardSource {
  const plan = planShard(spec, shard);
  const slice = plan.slice === null ? undefined : spec.slices[plan.slice];
  return {
    plan,
    graph: plan.kind === 'merge' && spec.merge !== null ? spec.merge : spec.graph,
    data: slice?.data ?? null,
    start: plan.inputs.length === 0 ? { state: spec.state, root: spec.stateRoot } : null,
    batch: spec.batch,
    comparison: spec.class,
    orderSeed: hashWords([spec.seed, plan.slice ?? 0]),
    from,
  };
}

function baseSource(view: Pick<ChainView, 'seed'>, ref: ShardRef): ShardSource | null {
  if (ref.task !== baseTask(ref.epoch) || ref.shard >= MAX_BASE_SHARDS) return null;
  const before = beaconOfBase(ref.epoch);
  const drawn = before === null ? null : view.seed(before);
  if (before !== null && drawn === null) throw specError('BEACON', { epoch: ref.epoch });
  const seed = baseSeed(drawn?.seed ?? null, ref.worker, ref.epoch, ref.shard);
  const { graph, state, stateRoot, data, unitsPerStep } = baseMaterial(seed);
  const { steps, segment, firstStep, batch, kind } = BASE_SHARD;
  const units = (unitsPerStep * BigInt(steps)) as ShardPlan['units'];
  const plan = { index: ref.shard, kind, round: 0, slice: 0, firstStep, steps, segment, inputs: [], units };
  return {
    plan,
    graph,
    data,
    start: { state, root: stateRoot },
    batch,
    comparison: 'exact',
    orderSeed: seed,
    from: [],
  };
}

/** What the first segment starts from: one state, or the states that a merge averages. */
export type Start = { readonly state: Uint8Array } | { readonly states: readonly Uint8Array[] };

async function bytesOf(
  blobs: Pick<Blobs, 'get'>,
  source: Cid | Uint8Array,
  from: readonly Address[],
  signal?: AbortSignal,
) {
  if (typeof source !== 'string') return source;
  return blobs.get(source, { from, maxBytes: MAX_BLOB, ...(signal === undefined ? {} : { signal }) });
}

/** Collects the bytes of a run: the whole shard, or one segment of it from a checkpoint. */
export async function prepareRun(
  blobs: Pick<Blobs, 'get'>,
  source: ShardSource,
  piece: { readonly start: Start; readonly segment?: number; readonly tap?: ShardRun['tap'] },
  signal?: AbortSignal,
): Promise<ShardRun> {
  const { plan } = source;
  const graph = await bytesOf(blobs, source.graph, source.from, signal);
  const data = source.data === null ? undefined : await bytesOf(blobs, source.data, source.from, signal);
  const part = piece.segment === undefined ? { first: 0, steps: plan.steps } : segmentSteps(plan, piece.segment);
  return {
    graph,
    kind: plan.kind,
    state: 'state' in piece.start ? piece.start.state : new Uint8Array(),
    ...('states' in piece.start ? { states: [...piece.start.states] } : {}),
    ...(data === undefined ? {} : { data }),
    batch: source.batch,
    comparison: source.comparison,
    firstStep: plan.firstStep + part.first,
    steps: part.steps,
    segment: plan.segment,
    seed: source.orderSeed,
    ...(piece.tap === undefined ? {} : { tap: piece.tap }),
  };
}

/** Bytes of the state that a shard without inputs starts from. */
export async function initialState(
  blobs: Pick<Blobs, 'get'>,
  source: ShardSource,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (source.start === null) throw new RangeError('this shard starts from other shards');
  return bytesOf(blobs, source.start.state, source.from, signal);
}
