/** The end of a fast job's segment against the worker's: its checkpoint's own bytes are fetched, since roots say nothing of nearness. */
import type { ShardRun } from '#engine/run/shard-run.ts';
import type { SegmentEnd } from '#engine/state/checkpoint.ts';
import { readSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import { stateRootOf } from '#engine/state/state.ts';
import type { Address, Cid, Hash } from '#protocol/ids.ts';
import { MAX_BLOB } from '#protocol/limits.ts';
import type { Blobs } from '#protocol/ports.ts';
import type { Checkpoint } from '#protocol/work/trace.ts';
import { type BoundedVerdict, compareSegment, type Ended } from './compare.ts';
import { NUDGES, nudge, unnudge } from './nudge.ts';
import type { Tensors } from './scale.ts';
import { comparisonsIn, flipAllowance } from './ties.ts';

type Outcome = Exclude<BoundedVerdict, 'fault'> | 'wrong-checkpoint';

interface Committed {
  readonly cid: Cid | null;
  readonly root: Hash;
}

/** Tensors that hash to the root, or null. @throws BLOB_UNAVAILABLE */
async function fetchTensors(
  blobs: Pick<Blobs, 'get'>,
  { cid, root }: Committed,
  worker: Address,
  signal?: AbortSignal,
): Promise<Tensors | null> {
  if (cid === null) return null;
  const options = { from: [worker], maxBytes: MAX_BLOB, ...(signal === undefined ? {} : { signal }) };
  const bytes = await blobs.get(cid, options);
  return stateRootOf(bytes) === root ? readSafetensors(bytes) : null;
}

const tensorsOf = (bytes: Uint8Array | null): Tensors | null => (bytes === null ? null : readSafetensors(bytes));

/** A segment that was executed, and the worker's end of it. */
export interface ToJudge {
  /** With the state that both began with. */
  readonly run: ShardRun;
  /** Own end of the segment. */
  readonly found: SegmentEnd;
  readonly committed: Checkpoint;
  readonly worker: Address;
}

/**
 * @param again executes the run once more
 * @returns `wrong-checkpoint` where what the worker committed to is no checkpoint of this graph at all
 */
export async function judgeSegment(
  blobs: Pick<Blobs, 'get'>,
  of: ToJudge,
  again: (run: ShardRun) => Promise<SegmentEnd | undefined>,
  signal?: AbortSignal,
): Promise<Outcome> {
  const { run, found, committed, worker } = of;
  const [isState, isOutputs] = [found.stateRoot === committed.stateRoot, found.outputsRoot === committed.outputsRoot];
  if (isState && isOutputs) return 'same';
  const mine = { state: tensorsOf(found.state), outputs: tensorsOf(found.outputs) };
  const theirs = {
    state: isState
      ? mine.state
      : await fetchTensors(blobs, { cid: committed.state, root: committed.stateRoot }, worker, signal),
    outputs: isOutputs
      ? mine.outputs
      : await fetchTensors(blobs, { cid: committed.outputs, root: committed.outputsRoot }, worker, signal),
  };
  const start = run.kind === 'train' ? readSafetensors(run.state) : null;
  const comparisons = comparisonsIn(run.graph);
  const flips = flipAllowance(comparisons, run.steps);
  const compare = (own: Ended) => compareSegment({ start, mine: own, theirs, steps: run.steps, flips });
  const verdict = compare(mine) ?? 'wrong-checkpoint';
  if (verdict !== 'withhold' || start === null || comparisons === 0) return verdict;
  return (await isNearNudged({ run, start }, again, compare)) ? 'within' : verdict;
}

/** Is it the end of some execution whose first weights differ in their last bit? Then a comparison went the other way. */
async function isNearNudged(
  { run, start }: { readonly run: ShardRun; readonly start: Tensors },
  again: (run: ShardRun) => Promise<SegmentEnd | undefined>,
  compare: (own: Ended) => BoundedVerdict | null,
): Promise<boolean> {
  for (let number = 1; number <= NUDGES; number++) {
    const nudged = nudge(start, number);
    const end = await again({ ...run, state: writeSafetensors(nudged) });
    if (end === undefined) return false;
    const state = tensorsOf(end.state);
    const own = { state: state && unnudge(state, nudged, start), outputs: tensorsOf(end.outputs) };
    if (compare(own) === 'within') return true;
  }
  return false;
}
