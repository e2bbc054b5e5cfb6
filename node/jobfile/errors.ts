/** What can be wrong with a job file and the files that it names. */
import { errorTable } from '#protocol/errors.ts';

export const jobFileError = errorTable('JOBFILE', {
  UNREADABLE: {
    what: (d: { file: string; why: string }) => `the job file ${d.file} cannot be read: ${d.why}`,
    todo: 'check the path that you gave to `corex submit`',
  },
  BAD_KEY: {
    what: (d: { file: string; line: number; key: string; why: string }) =>
      `${d.file}:${d.line}: ${d.key === '' ? '' : `${d.key}: `}${d.why}`,
    todo: 'correct the key in the job file; docs/jobs.md describes every key',
  },
  FILE_MISSING: {
    what: (d: { file: string; key: string; path: string; why: string }) =>
      `${d.file}: ${d.key}: ${d.path} cannot be read: ${d.why}`,
    todo: 'correct the path; it is relative to the job file',
  },
  FILE_TOO_BIG: {
    what: (d: { file: string; key: string; path: string; bytes: number; limit: number }) =>
      `${d.file}: ${d.key}: ${d.path} has ${d.bytes} bytes, the limit is ${d.limit}`,
    todo: 'split the data into several jobs, or give it as safetensors',
  },
  BAD_CELL: {
    what: (d: { file: string; key: string; path: string; row: number; column: number; cell: string }) =>
      `${d.file}: ${d.key}: ${d.path}, row ${d.row}, column ${d.column}: "${d.cell}" is not a number`,
    todo: 'correct the cell, or set data.header: true when the first line names the columns',
  },
  BAD_SHAPE: {
    what: (d: { file: string; key: string; path: string; why: string }) => `${d.file}: ${d.key}: ${d.path}: ${d.why}`,
    todo: 'make the key agree with the data, or the data with the model',
  },
});
