/** What a shard's execution takes and gives: plain data that crosses the border of a process. */
import type { DataType } from '#engine/graph/tensor.ts';
import type { SegmentEnd } from '#engine/state/checkpoint.ts';
import type { Hash } from '#protocol/ids.ts';
import type { Observation, Observe } from './observe.ts';

/** (step graph, state, data slice, seed) and how far to go, DESIGN section 5. */
export interface ShardRun {
  /** Step graph, ONNX. */
  readonly graph: Uint8Array;
  /** Canonical safetensors; not read by a merge. */
  readonly state: Uint8Array;
  readonly kind: 'train' | 'infer' | 'merge';
  /** Slice: canonical safetensors with `x` and, where the graph asks for it, `y`. */
  readonly data?: Uint8Array;
  /** The states that a merge averages, in the order of the plan. */
  readonly states?: readonly Uint8Array[];
  readonly batch: number;
  /** Number of the first step in the slice's order of rows. */
  readonly firstStep: number;
  readonly steps: number;
  /** Steps between checkpoints. */
  readonly segment: number;
  /** Fixes the order of the rows. */
  readonly seed: Hash;
  /** Threads inside an operator, 1 if not given; that the bits do not follow from them is the graph's affair. */
  readonly threads?: number;
  /** `exact`, the default: bits that repeat. `fast`: the runtime rewrites the graph as it likes, results are near. */
  readonly comparison?: 'exact' | 'fast';
  /** Also computes `value`, an output of `graph` (the step graph with one more output), at step `step` of this run, from 0. */
  readonly tap?: { readonly step: number; readonly graph: Uint8Array; readonly value: string };
  /** Also digests what one step reads and what operators of `graph` put out in it. */
  readonly observe?: Observe;
}

export interface ShardResult extends Partial<Observation> {
  /** One entry a segment; the last segment may be shorter. */
  readonly checkpoints: readonly SegmentEnd[];
  /** Commitment to what the run started from; of a merge, `mergeStart` of its inputs. */
  readonly startRoot: Hash;
  /** Raw bytes of the tapped value. */
  readonly tapped?: Uint8Array;
  readonly metrics: ShardMetrics;
}

export interface ShardMetrics {
  /** The result `loss` of the last step. */
  readonly lastLoss?: number;
  readonly steps: number;
  readonly milliseconds: number;
}

/** A value at the border of a graph, as the runtime tells it; a dimension without a number has a name. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: ReadonlyArray<number | string>;
}

export interface GraphInfo {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}
