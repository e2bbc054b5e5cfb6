/** What can be wrong with a slice of data. */
import { errorTable } from '#protocol/errors.ts';

export const dataError = errorTable('DATA', {
  BAD_SLICE: {
    what: (d: { why: string }) => `the slice of data cannot be used: ${d.why}`,
    todo: 'a slice is a canonical safetensors file with x of shape [rows, …] and, where the graph asks for it, y of the same rows',
  },
  BAD_NOISE: {
    what: (d: { name: string; dtype: string }) => `random input ${d.name} has element type ${d.dtype}`,
    todo: 'inputs whose names begin with random. are float32 with a static shape; name others differently',
  },
  NO_SUCH_STEP: {
    what: (d: { step: number; rows: number; batch: number }) =>
      `step ${d.step} begins after the last of ${d.rows} rows in batches of ${d.batch}`,
    todo: 'inference has ceil(rows / batch) steps',
  },
});
