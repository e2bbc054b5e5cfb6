/** The examples of a job split into slices: canonical safetensors files, one a shard. */
import type { Tensor } from '#engine/graph/tensor.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import type { Examples } from './data.ts';
import { jobFileError } from './errors.ts';
import type { ReadJob } from './parse.ts';

export interface DataSlice {
  readonly rows: number;
  readonly bytes: Uint8Array;
}

/**
 * Training deals the rows out in turn, so that every slice sees the same mixture even when the file is sorted;
 * inference cuts them in order, so that the results, joined again, are in the order of the file.
 */
export function sliceExamples(read: ReadJob, examples: Examples): DataSlice[] {
  const { job, file } = read;
  if (job.slices > examples.rows) {
    const why = `${job.slices} slices are asked for, the data has ${examples.rows} rows`;
    throw jobFileError('BAD_SHAPE', {
      file,
      key: 'slices',
      path: 'csv' in job.data ? job.data.csv : job.data.safetensors,
      why,
    });
  }
  return rowsOfSlices(examples.rows, job.slices, job.program === 'train' ? 'dealt' : 'cut').map((rows) => {
    const tensors = new Map([['x', takeRows(examples.x, rows)]]);
    if (examples.y !== null) tensors.set('y', takeRows(examples.y, rows));
    return { rows: rows.length, bytes: writeSafetensors(tensors) };
  });
}

/** Which rows each slice holds; sizes differ by one at most. */
export function rowsOfSlices(rows: number, slices: number, order: 'dealt' | 'cut'): number[][] {
  const all = Array.from({ length: rows }, (_, row) => row);
  return Array.from({ length: slices }, (_, slice) =>
    order === 'dealt'
      ? all.filter((row) => row % slices === slice)
      : all.slice(Math.floor((slice * rows) / slices), Math.floor(((slice + 1) * rows) / slices)),
  );
}

function takeRows({ dtype, shape, data }: Tensor, rows: readonly number[]): Tensor {
  const bytes = data.length / (shape[0] ?? 1);
  const taken = new Uint8Array(rows.length * bytes);
  rows.forEach((row, i) => {
    taken.set(data.subarray(row * bytes, (row + 1) * bytes), i * bytes);
  });
  return { dtype, shape: [rows.length, ...shape.slice(1)], data: taken };
}
