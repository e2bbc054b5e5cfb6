/** What a step reads besides the state: a batch of the slice and random numbers, in buffers that are filled step after step. */
import { byteLength, type Tensor } from '#engine/graph/tensor.ts';
import type { TensorInfo } from '#engine/state/state.ts';
import type { Hash } from '#protocol/ids.ts';
import { fillNoise } from './noise.ts';
import { Batches, readSlice } from './slice.ts';

/** Everything that the contents of the buffers follow from; plain data, for a thread of its own too. */
export interface FeedPlan {
  /** Canonical safetensors. */
  readonly slice: Uint8Array;
  readonly batch: number;
  readonly seed: Hash;
  /** Rows in file order, each once (inference), or shuffled by the seed. */
  readonly isSequential: boolean;
  /** Columns of the slice that the graph asks for. */
  readonly columns: readonly string[];
  readonly noise: readonly TensorInfo[];
  readonly firstStep: number;
  readonly steps: number;
}

/** The inputs of one step. */
export interface Fed {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Rows of the batch that are data. */
  readonly validRows: number;
}

export interface Feed {
  /** Inputs of the run's next step; valid until this is asked again. */
  next(): Promise<Fed>;
  /** Gives up what was not asked for. */
  close(): void;
}

/** Fills one set of buffers after another. */
export class Filler {
  readonly infos: readonly TensorInfo[];
  readonly #plan: FeedPlan;
  readonly #batches: Batches;

  /** @throws CorexError STATE_*, DATA_BAD_SLICE */
  constructor(plan: FeedPlan) {
    const { batch, seed, isSequential } = plan;
    this.#plan = plan;
    this.#batches = new Batches({ slice: readSlice(plan.slice), batch, seed: isSequential ? null : seed });
    this.infos = [...this.#batches.infos.filter(({ name }) => plan.columns.includes(name)), ...plan.noise];
  }

  /** Bytes that a step reads. */
  get bytes(): number {
    return this.infos.reduce((sum, { dtype, shape }) => sum + byteLength(dtype, shape), 0);
  }

  /** Buffers for one step, in shared memory. */
  buffers(): Map<string, Tensor> {
    return new Map(
      this.infos.map(({ name, dtype, shape }) => {
        const data = new Uint8Array(new SharedArrayBuffer(byteLength(dtype, shape)));
        return [name, { dtype, shape, data }];
      }),
    );
  }

  /** @param step from 0, of this run */
  fill(step: number, into: ReadonlyMap<string, Tensor>): number {
    const { seed, noise, firstStep } = this.#plan;
    const at = firstStep + step;
    for (const { name } of noise) fillNoise({ seed, name, step: at }, (into.get(name) as Tensor).data);
    return this.#batches.load(at, into);
  }
}

/** Fills when it is asked, here. */
export function directFeed(filler: Filler): Feed {
  const tensors = filler.buffers();
  let step = 0;
  return {
    next: async () => ({ tensors, validRows: filler.fill(step++, tensors) }),
    close: () => undefined,
  };
}
