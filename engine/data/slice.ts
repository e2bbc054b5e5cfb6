/** The order of the rows of a data slice, from the seed, and the batches that a step reads. */
import { byteLength, type Tensor } from '#engine/graph/tensor.ts';
import { readSafetensors } from '#engine/state/safetensors.ts';
import type { TensorInfo } from '#engine/state/state.ts';
import type { Hash } from '#protocol/ids.ts';
import { dataError } from './errors.ts';
import { SeededRandom } from './random.ts';

/** The rows of one pass over the slice: Fisher-Yates, from the last place down (Knuth, TAOCP 2, 3.4.2 P). */
export function passOrder({ seed, rows, pass }: { seed: Hash; rows: number; pass: number }): Uint32Array {
  const random = new SeededRandom(seed, `corex.order.v1/${pass}`);
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  for (let i = rows - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
  return order;
}

/** Pass follows pass without a gap, so a batch may span two passes, and a slice smaller than a batch still fills it. */
export class SliceOrder {
  readonly #seed: Hash;
  readonly #rows: number;
  #cached: { pass: number; order: Uint32Array } | null = null;

  constructor({ seed, rows }: { seed: Hash; rows: number }) {
    if (!Number.isInteger(rows) || rows < 1 || rows > 2 ** 31) throw dataError('BAD_SLICE', { why: `${rows} rows` });
    this.#seed = seed;
    this.#rows = rows;
  }

  #pass(pass: number): Uint32Array {
    if (this.#cached?.pass !== pass)
      this.#cached = { pass, order: passOrder({ seed: this.#seed, rows: this.#rows, pass }) };
    return this.#cached.order;
  }

  /** @param at which batch, and how large */
  batch(at: { step: number; batch: number }): Uint32Array {
    const picked = new Uint32Array(at.batch);
    for (let i = 0; i < at.batch; i++) {
      const position = at.step * at.batch + i;
      picked[i] = this.#pass(Math.floor(position / this.#rows))[position % this.#rows] as number;
    }
    return picked;
  }
}

/** Rows that training step `step` reads, in their order in the batch. */
export function batchRows(of: { seed: Hash; rows: number; batch: number; step: number }): Uint32Array {
  return new SliceOrder(of).batch(of);
}

/** Rows that inference step `step` reads: in file order, the last batch may have fewer. */
export function sequentialRows({ rows, batch, step }: { rows: number; batch: number; step: number }): Uint32Array {
  const first = step * batch;
  if (first >= rows) throw dataError('NO_SUCH_STEP', { step, rows, batch });
  return Uint32Array.from({ length: Math.min(batch, rows - first) }, (_, i) => first + i);
}

/** Columns of equally many rows. */
export interface Slice {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, Tensor>;
}

/** @throws CorexError STATE_* or DATA_BAD_SLICE */
export function readSlice(file: Uint8Array): Slice {
  const columns = readSafetensors(file);
  const rows = columns.get('x')?.shape[0];
  if (rows === undefined || rows < 1) throw dataError('BAD_SLICE', { why: 'there is no x with rows' });
  for (const [name, { shape }] of columns) {
    if (name !== 'x' && name !== 'y') throw dataError('BAD_SLICE', { why: `nothing reads ${name}` });
    if (shape[0] !== rows) throw dataError('BAD_SLICE', { why: `${name} has not the ${rows} rows of x` });
  }
  return { rows, columns };
}

/** Copies the rows into `into`, which has room for at least as many; room that is left becomes zeros. */
export function gatherRows(column: Tensor, rows: Uint32Array, into: Uint8Array): void {
  const bytes = byteLength(column.dtype, column.shape.slice(1));
  rows.forEach((row, i) => {
    into.set(column.data.subarray(row * bytes, (row + 1) * bytes), i * bytes);
  });
  into.fill(0, rows.length * bytes);
}

/** The batches of a run. */
export class Batches {
  readonly #slice: Slice;
  readonly #batch: number;
  readonly #order: SliceOrder | null;

  /** @param seed order of the rows; null: file order, each row once (inference) */
  constructor({ slice, batch, seed }: { slice: Slice; batch: number; seed: Hash | null }) {
    this.#slice = slice;
    this.#batch = batch;
    this.#order = seed === null ? null : new SliceOrder({ seed, rows: slice.rows });
  }

  /** What a batch of each column looks like. */
  get infos(): TensorInfo[] {
    return [...this.#slice.columns].map(([name, { dtype, shape }]) => ({
      name,
      dtype,
      shape: [this.#batch, ...shape.slice(1)],
    }));
  }

  /** Fills the tensors for the step and answers how many of their rows are data; the others are zeros. */
  load(step: number, into: ReadonlyMap<string, Tensor>): number {
    const batch = this.#batch;
    const rows = this.#order?.batch({ step, batch }) ?? sequentialRows({ rows: this.#slice.rows, batch, step });
    for (const [name, column] of this.#slice.columns) {
      const tensor = into.get(name);
      if (tensor !== undefined) gatherRows(column, rows, tensor.data);
    }
    return rows.length;
  }
}
