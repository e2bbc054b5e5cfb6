/** A data slice of which every training step reads the same batch, its rows in their own order. */
import { passOrder } from '#engine/data/slice.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import type { Hash } from '#protocol/ids.ts';

type Columns = ReadonlyMap<string, Tensor>;

/** Bytes of one such slice, at most, unless a single batch has more. */
const MOST_BYTES = 64 * 2 ** 20;
const MOST_STEPS = 1000;

/** Steps that one slice may serve. */
export function stepsAtOnce(columns: Columns): number {
  const bytes = [...columns.values()].reduce((sum, { data }) => sum + data.length, 0);
  return Math.max(1, Math.min(MOST_STEPS, Math.floor(MOST_BYTES / Math.max(1, bytes))));
}

/**
 * Training shuffles a slice by the seed; each row is laid where that order finds it. Without this the sums of a step would
 * run over the rows in another order, and differ in their last bits from what the batch alone gives.
 */
export function repeatedSlice(columns: Columns, of: { rows: number; steps: number; seed: Hash }): Uint8Array {
  const { rows, steps, seed } = of;
  const order = passOrder({ seed, rows: rows * steps, pass: 0 });
  return writeSafetensors(
    new Map(
      [...columns].map(([name, { dtype, shape, data }]) => {
        const bytes = data.length / rows;
        const laid = new Uint8Array(data.length * steps);
        order.forEach((place, at) => {
          const row = at % rows;
          laid.set(data.subarray(row * bytes, (row + 1) * bytes), place * bytes);
        });
        return [name, { dtype, shape: [rows * steps, ...shape.slice(1)], data: laid }] as const;
      }),
    ),
  );
}
