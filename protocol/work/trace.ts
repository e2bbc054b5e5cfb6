/** The trace: the checkpoints of a shard, their commitments and the root that the proof carries. */
import { z } from 'zod';
import { hashText, hashWords } from '../codec/abi.ts';
import { cidField, hashField } from '../codec/fields.ts';
import type { Hash } from '../ids.ts';
import { MAX_CHECKPOINTS } from '../limits.ts';
import type { SegmentOpening } from '../ports.ts';
import { merklePath, merkleRoot } from '../trees/merkle.ts';

const CHECKPOINT = hashText('corex.checkpoint.v1');
/** Outputs of a checkpoint that has none: the first. */
export const NO_OUTPUTS = hashText('corex.no-outputs.v1');

const checkpoint = z.strictObject({
  /** Where the state's bytes are; null where they follow from the inputs (the start of a merge). */
  state: cidField.nullable(),
  stateRoot: hashField,
  /** What the segment before this checkpoint put out. */
  outputs: cidField.nullable(),
  outputsRoot: hashField,
});

/** Entry 0 is the start; entry s + 1 ends segment s. */
export const trace = z.strictObject({
  v: z.literal(1),
  checkpoints: z.array(checkpoint).min(2).max(MAX_CHECKPOINTS),
});

export type Trace = z.output<typeof trace>;
export type Checkpoint = z.output<typeof checkpoint>;

export function checkpointHash(entry: Pick<Checkpoint, 'stateRoot' | 'outputsRoot'>): Hash {
  return hashWords([CHECKPOINT, entry.stateRoot, entry.outputsRoot]);
}

export function traceRoot(of: Trace): Hash {
  return merkleRoot(of.checkpoints.map(checkpointHash));
}

/** Both checkpoints of a segment, as the chain checks them against the root. @throws RangeError when there is no such segment */
export function openSegment(of: Trace, index: number): SegmentOpening {
  const [start, end] = [of.checkpoints[index], of.checkpoints[index + 1]];
  if (start === undefined || end === undefined) throw new RangeError(`a trace without segment ${index}`);
  const leaves = of.checkpoints.map(checkpointHash);
  return {
    index,
    startState: start.stateRoot,
    startOutputs: start.outputsRoot,
    startPath: merklePath(leaves, index),
    endState: end.stateRoot,
    endOutputs: end.outputsRoot,
    endPath: merklePath(leaves, index + 1),
  };
}

/** The start of a merge is no state but a list of states. */
export function mergeStart(inputRoots: readonly Hash[]): Hash {
  return hashWords(inputRoots);
}
