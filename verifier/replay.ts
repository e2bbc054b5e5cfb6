/** Runs one segment again from its checkpoint and compares: in class exact the same bytes or a fault, in class fast the profile. */
import type { ShardResult, ShardRun } from '#engine/run/shard-run.ts';
import { stateRootOf } from '#engine/state/state.ts';
import { withTap } from '#engine/train/tap.ts';
import type { Draw } from '#protocol/audit/sampling.ts';
import { keyedDigest } from '#protocol/audit/verdict.ts';
import type { Address, Hash } from '#protocol/ids.ts';
import { MAX_BLOB } from '#protocol/limits.ts';
import type { Blobs } from '#protocol/ports.ts';
import { type Elements, elementsDigest, elementsPick, showElements } from './bounded/elements.ts';
import { judgeSegment } from './bounded/segment.ts';
import type { Fault, LawfulProof } from './rules.ts';
import { initialState, prepareRun, type Start } from './shard-run.ts';

/** Executes runs in processes of its own (engine/run/pool.ts). */
export interface Executor {
  run(run: ShardRun, signal?: AbortSignal): Promise<ShardResult>;
}

export interface ReplayPorts {
  readonly blobs: Pick<Blobs, 'get'>;
  readonly engine: Executor;
}

export interface Replay {
  readonly fault: Fault | null;
  /** Outside the profile of honest executions, which is no proof: not paid, nobody accused. */
  readonly isWithheld: boolean;
  /** Keyed by the validator; null when a fault ended the replay before it ran. */
  readonly digest: Hash | null;
  /** Of a fast job, whose bytes are nobody else's: what the digest is of. */
  readonly elements?: Elements;
}

/** Bytes of one chunk of the tapped tensor that enter the audit digest. */
const TAP_CHUNK = 16 * 1024;

/** The states that the worker's segment started from, or the fault that they are not what the trace says. */
export async function segmentStart(
  ports: ReplayPorts,
  lawful: LawfulProof,
  segment: number,
  signal?: AbortSignal,
): Promise<Start | Fault> {
  const { source, inputs, proof, trace } = lawful;
  const options = { maxBytes: MAX_BLOB, ...(signal === undefined ? {} : { signal }) };
  if (source.plan.kind === 'merge') {
    const states: Uint8Array[] = [];
    for (const input of inputs)
      states.push(await ports.blobs.get(input.output, { from: [proof.worker, input.worker], ...options }));
    // A state that does not hash to what its own worker signed is that worker's fault, found in its own audit.
    return { states };
  }
  const checkpoint = trace.checkpoints[segment];
  if (segment === 0 && source.start !== null) return { state: await initialState(ports.blobs, source, signal) };
  if (checkpoint === undefined || checkpoint.state === null) return 'bad-trace';
  const state = await ports.blobs.get(checkpoint.state, { from: [proof.worker], ...options });
  return stateRootOf(state) === checkpoint.stateRoot ? { state } : 'wrong-checkpoint';
}

/** Step and value of the audit digest: only whoever executes the segment can name its bytes. */
function chooseTap(run: ShardRun, pick: bigint): NonNullable<ShardRun['tap']> {
  const step = Number(pick % BigInt(run.steps));
  return { step, ...withTap(run.graph, Number((pick >> 32n) % 0x7fffffffn)) };
}

function digestOfTap(validator: Address, tapped: Uint8Array, pick: bigint): Hash {
  const chunks = Math.max(1, Math.ceil(tapped.length / TAP_CHUNK));
  const at = Number((pick >> 64n) % BigInt(chunks)) * TAP_CHUNK;
  return keyedDigest(validator, tapped.subarray(at, at + TAP_CHUNK));
}

/** What the seed drew for this validator. */
export interface Choice {
  readonly draw: Draw;
  readonly segment: number;
  /** Which intermediate value the audit digest shows. */
  readonly pick: bigint;
}

/** @throws BLOB_UNAVAILABLE, ENGINE_… when the segment cannot be run: no verdict follows from that */
export async function replaySegment(
  ports: ReplayPorts,
  lawful: LawfulProof,
  choice: Choice,
  signal?: AbortSignal,
): Promise<Replay> {
  const start = await segmentStart(ports, lawful, choice.segment, signal);
  if (typeof start === 'string') return { fault: start, isWithheld: false, digest: null };
  const run = await prepareRun(ports.blobs, lawful.source, { start, segment: choice.segment }, signal);
  return lawful.source.comparison === 'fast'
    ? replayNear(ports, lawful, run, choice, signal)
    : replaySame(ports, lawful, run, choice, signal);
}

async function replaySame(
  { engine }: ReplayPorts,
  lawful: LawfulProof,
  run: ShardRun,
  { segment, pick, draw }: Choice,
  signal?: AbortSignal,
): Promise<Replay> {
  const result = await engine.run({ ...run, tap: chooseTap(run, pick) }, signal);
  const committed = lawful.trace.checkpoints[segment + 1];
  const [found] = result.checkpoints;
  const digest = result.tapped === undefined ? null : digestOfTap(draw.validator, result.tapped, pick);
  const isSame = found?.stateRoot === committed?.stateRoot && found?.outputsRoot === committed?.outputsRoot;
  return { fault: isSame ? null : 'wrong-result', isWithheld: false, digest };
}

/** Each provider has bytes of its own: the worker's checkpoint is judged by the profile, which never accuses. */
async function replayNear(
  { blobs, engine }: ReplayPorts,
  { proof, trace }: LawfulProof,
  run: ShardRun,
  { segment, draw }: Choice,
  signal?: AbortSignal,
): Promise<Replay> {
  const pick = elementsPick(draw, { task: proof.task, shard: proof.shard, segment });
  const tap = chooseTap(run, pick);
  const { checkpoints, tapped } = await engine.run({ ...run, tap }, signal);
  const [found] = checkpoints;
  const committed = trace.checkpoints[segment + 1];
  if (found === undefined || committed === undefined) return { fault: 'bad-trace', isWithheld: false, digest: null };
  const shown = tapped === undefined ? null : showElements(tap, tapped, pick);
  const again = async (other: ShardRun) => (await engine.run(other, signal)).checkpoints[0];
  const outcome = await judgeSegment(blobs, { run, found, committed, worker: proof.worker }, again, signal);
  return {
    fault: outcome === 'wrong-checkpoint' ? outcome : null,
    isWithheld: outcome === 'withhold',
    digest: shown === null ? null : elementsDigest(draw.validator, shown),
    ...(shown === null ? {} : { elements: shown }),
  };
}
