/** What is recorded at the end of each segment: the state, the results of its steps, and the commitments to both. */
import { byteLength, type Tensor } from '#engine/graph/tensor.ts';
import type { Hash } from '#protocol/ids.ts';
import { NO_OUTPUTS } from '#protocol/work/trace.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { commitmentOf, concatenate } from './state.ts';

export interface SegmentEnd {
  /** Safetensors; null where the state is still the one at the start (inference). */
  readonly state: Uint8Array | null;
  readonly stateRoot: Hash;
  /** Safetensors of the results of all steps of the segment; null where the graph has none. */
  readonly outputs: Uint8Array | null;
  readonly outputsRoot: Hash;
}

/**
 * Gathers one segment's results: a value whose first dimension is the batch (inference) is cut to its valid rows
 * and continued; any other is stacked, one row a step.
 */
export class SegmentOutputs {
  readonly #rows: ReadonlySet<string>;
  readonly #parts = new Map<string, { shape: readonly number[]; dtype: Tensor['dtype']; parts: Uint8Array[] }>();

  /** @param rows names of the results that have one row for each row of the batch */
  constructor(rows: ReadonlySet<string>) {
    this.#rows = rows;
  }

  add(name: string, { dtype, shape, data }: Tensor, validRows: number): void {
    const rowShape = this.#rows.has(name) ? shape.slice(1) : shape;
    const part = this.#rows.has(name) ? data.subarray(0, validRows * byteLength(dtype, rowShape)) : data;
    const gathered = this.#parts.get(name) ?? { shape: rowShape, dtype, parts: [] };
    gathered.parts.push(part);
    this.#parts.set(name, gathered);
  }

  /** Safetensors; null where there are no results. */
  file(): Uint8Array | null {
    const tensors = this.tensors();
    return tensors.size === 0 ? null : writeSafetensors(tensors);
  }

  tensors(): Map<string, Tensor> {
    return new Map([...this.#parts].map(([name, { dtype, shape, parts }]) => [name, concatenate(dtype, shape, parts)]));
  }
}

/** A segment that nobody has committed to yet. */
export interface OpenSegment {
  /** Canonical safetensors, or the root of the state that the segment leaves as it was. */
  readonly state: Uint8Array | { readonly unchanged: Hash };
  /** Canonical safetensors; null where the graph has no results. */
  readonly outputs: Uint8Array | null;
}

/** The commitments to a segment's end. */
export function sealSegment({ state, outputs }: OpenSegment): SegmentEnd {
  const isFile = state instanceof Uint8Array;
  return {
    state: isFile ? state : null,
    stateRoot: isFile ? commitmentOf(readSafetensors(state)) : state.unchanged,
    outputs,
    outputsRoot: outputs === null ? NO_OUTPUTS : commitmentOf(readSafetensors(outputs)),
  };
}
