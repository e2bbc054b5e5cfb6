/** Runs one segment again from its checkpoint and compares commitments: the same bytes, or a fault. */
import type { ShardResult, ShardRun } from '#engine/run/shard-run.ts';
import { stateRootOf } from '#engine/state/state.ts';
import { withTap } from '#engine/train/tap.ts';
import { keyedDigest } from '#protocol/audit/verdict.ts';
import { errorTable } from '#protocol/errors.ts';
import type { Address, Hash } from '#protocol/ids.ts';
import { MAX_BLOB } from '#protocol/limits.ts';
import type { Blobs } from '#protocol/ports.ts';
import type { Fault, LawfulProof } from './rules.ts';
import { initialState, prepareRun, type Start } from './shard-run.ts';

export const replayError = errorTable('REPLAY', {
  OTHER_BYTES: {
    what: (d: { segment: number }) => `segment ${d.segment} of a fast job gave other bytes on this machine`,
    todo: 'nothing: only a job of class exact is judged by bytes, and this validator abstains',
  },
});

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
  /** Keyed by the validator; null when a fault ended the replay before it ran. */
  readonly digest: Hash | null;
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

/**
 * @param pick which intermediate value the audit digest shows
 * @throws BLOB_UNAVAILABLE, ENGINE_… when the segment cannot be run: no verdict follows from that
 */
export async function replaySegment(
  ports: ReplayPorts,
  lawful: LawfulProof,
  choice: { readonly segment: number; readonly pick: bigint; readonly validator: Address },
  signal?: AbortSignal,
): Promise<Replay> {
  const start = await segmentStart(ports, lawful, choice.segment, signal);
  if (typeof start === 'string') return { fault: start, digest: null };
  const plain = await prepareRun(ports.blobs, lawful.source, { start, segment: choice.segment }, signal);
  const result = await ports.engine.run({ ...plain, tap: chooseTap(plain, choice.pick) }, signal);
  const committed = lawful.trace.checkpoints[choice.segment + 1];
  const [found] = result.checkpoints;
  const digest = result.tapped === undefined ? null : digestOfTap(choice.validator, result.tapped, choice.pick);
  const isSame = found?.stateRoot === committed?.stateRoot && found?.outputsRoot === committed?.outputsRoot;
  // Another provider's kernels may round otherwise: other bytes prove nothing there.
  if (!isSame && lawful.source.comparison === 'fast') throw replayError('OTHER_BYTES', { segment: choice.segment });
  return { fault: isSame ? null : 'wrong-result', digest };
}
