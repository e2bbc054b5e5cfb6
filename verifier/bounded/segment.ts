/** The end of a fast job's segment against the worker's: its checkpoint's own bytes are fetched, since roots say nothing of nearness. */
import type { ShardRun } from '#engine/run/shard-run.ts';
import type { SegmentEnd } from '#engine/state/checkpoint.ts';
import { readSafetensors } from '#engine/state/safetensors.ts';
import { stateRootOf } from '#engine/state/state.ts';
import type { Address, Cid, Hash } from '#protocol/ids.ts';
import { MAX_BLOB } from '#protocol/limits.ts';
import type { Blobs } from '#protocol/ports.ts';
import type { Checkpoint } from '#protocol/work/trace.ts';
import { type BoundedVerdict, compareSegment, type Tensors } from './compare.ts';
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

/**
 * @param run what was executed, with the state that both began with
 * @param found own end of the segment
 * @returns `wrong-checkpoint` where what the worker committed to is no checkpoint of this graph at all
 */
export async function judgeSegment(
  blobs: Pick<Blobs, 'get'>,
  of: {
    readonly run: ShardRun;
    readonly found: SegmentEnd;
    readonly committed: Checkpoint;
    readonly worker: Address;
  },
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
  const verdict = compareSegment({
    start: run.kind === 'train' ? readSafetensors(run.state) : null,
    mine,
    theirs,
    steps: run.steps,
    flips: flipAllowance(comparisonsIn(run.graph), run.steps),
  });
  return verdict ?? 'wrong-checkpoint';
}
