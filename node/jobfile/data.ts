/** The data that a job file names, CSV or safetensors, as the tensors x and y. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { elementCount } from '#engine/graph/tensor.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { importSafetensors } from '#engine/state/safetensors.ts';
import { readCsv } from './csv.ts';
import type { Table } from './csv.ts';
import { jobFileError } from './errors.ts';
import type { ReadJob } from './parse.ts';
import { parseRange } from './schema.ts';
import type { CsvData, JobFile } from './schema.ts';

/** Equally many rows of x and, where the job has targets, y. */
export interface Examples {
  readonly rows: number;
  readonly x: Tensor;
  readonly y: Tensor | null;
}

const MAX_DATA_BYTES = 2 ** 30;

/** @throws JOBFILE_FILE_MISSING, JOBFILE_FILE_TOO_BIG, JOBFILE_BAD_CELL or JOBFILE_BAD_SHAPE */
export async function readExamples(read: ReadJob): Promise<Examples> {
  const { data } = read.job;
  return 'csv' in data ? fromCsv(read, data) : fromSafetensors(read, data.safetensors);
}

/** Bytes of a file that a key of the job names. */
export async function readNamedFile(
  read: ReadJob,
  key: string,
  path: string,
  limit = MAX_DATA_BYTES,
): Promise<Uint8Array> {
  const { file } = read;
  const target = resolve(read.baseDir, path);
  try {
    const { size } = await stat(target);
    if (size > limit) throw jobFileError('FILE_TOO_BIG', { file, key, path, bytes: size, limit });
    return await readFile(target);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw jobFileError('FILE_MISSING', { file, key, path, why: error.message.split(',')[0] ?? '' }, error);
  }
}

/** What y holds: class numbers, real targets, whatever the model itself makes of it, or nothing. */
function targetOf(job: JobFile): 'classes' | 'values' | 'own' | 'none' {
  if (job.program === 'infer') return job.labels ? 'classes' : 'none';
  if (job.loss.kind === 'softmax-cross-entropy') return 'classes';
  return job.loss.kind === 'output' ? 'own' : 'values';
}

/** The class number of rows that do not count. */
function ignoredClass(job: JobFile): number | undefined {
  return job.program === 'train' && job.loss.kind === 'softmax-cross-entropy' ? job.loss.ignoreIndex : undefined;
}

async function fromCsv(read: ReadJob, data: CsvData): Promise<Examples> {
  const bytes = await readNamedFile(read, 'data.csv', data.csv);
  const table = readCsv(bytes, { header: data.header, place: { file: read.file, key: 'data.csv', path: data.csv } });
  const fail = (key: string, why: string): Error =>
    jobFileError('BAD_SHAPE', { file: read.file, key, path: data.csv, why });
  const rows = parseRange(data.rows ?? `0-${table.rows - 1}`);
  const features = parseRange(data.features);
  if (rows === null || rows.last >= table.rows)
    throw fail('data.rows', `rows ${data.rows} are asked for, the file has ${table.rows}`);
  if (features === null || features.last >= table.columns) {
    throw fail('data.features', `columns ${data.features} are asked for, the file has ${table.columns}`);
  }
  const width = features.last - features.first + 1;
  const shape = data.shape ?? [width];
  if (elementCount(shape) !== width) {
    throw fail('data.shape', `[${shape.join(', ')}] has ${elementCount(shape)} values, data.features has ${width}`);
  }
  const count = rows.last - rows.first + 1;
  const x = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    const from = (rows.first + row) * table.columns + features.first;
    for (let i = 0; i < width; i++) x[row * width + i] = (table.cells[from + i] ?? 0) * data.scale;
  }
  const y = csvTarget(read, data, table, { first: rows.first, count }, fail);
  return { rows: count, x: { dtype: 'float32', shape: [count, ...shape], data: new Uint8Array(x.buffer) }, y };
}

function csvTarget(
  read: ReadJob,
  data: CsvData,
  table: Table,
  rows: { readonly first: number; readonly count: number },
  fail: (key: string, why: string) => Error,
): Tensor | null {
  const target = targetOf(read.job);
  const { label } = data;
  if (target === 'none' || (target === 'own' && label === undefined)) return null;
  if (label === undefined) throw fail('data.label', 'is missing; the program needs the column of the targets');
  if (label >= table.columns) throw fail('data.label', `column ${label} is asked for, the file has ${table.columns}`);
  const values = Array.from(
    { length: rows.count },
    (_, row) => table.cells[(rows.first + row) * table.columns + label] ?? 0,
  );
  if (target !== 'classes')
    return { dtype: 'float32', shape: [rows.count, 1], data: new Uint8Array(Float32Array.from(values).buffer) };
  const ignored = ignoredClass(read.job);
  const wrong = values.findIndex((value) => value !== ignored && (!Number.isSafeInteger(value) || value < 0));
  if (wrong >= 0)
    throw fail('data.label', `row ${rows.first + wrong} has ${values[wrong]}, a class is a whole number from 0`);
  return { dtype: 'int64', shape: [rows.count], data: new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer) };
}

async function fromSafetensors(read: ReadJob, path: string): Promise<Examples> {
  const key = 'data.safetensors';
  const fail = (why: string, cause?: unknown): Error =>
    jobFileError('BAD_SHAPE', { file: read.file, key, path, why }, cause);
  const tensors = await readNamedFile(read, key, path)
    .then(importSafetensors)
    .catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && String(error.code).startsWith('JOBFILE_')) throw error;
      throw fail(error instanceof Error ? error.message : String(error), error);
    });
  const x = tensors.get('x');
  const rows = x?.shape[0];
  if (x === undefined || rows === undefined || rows < 1) throw fail('a tensor x with at least one row is expected');
  const target = targetOf(read.job);
  if (target === 'none') return { rows, x, y: null };
  const y = tensors.get('y');
  if (y === undefined && target === 'own') return { rows, x, y: null };
  const dtype = target === 'own' ? y?.dtype : target === 'classes' ? 'int64' : 'float32';
  if (y === undefined) throw fail('a tensor y with the targets is expected');
  if (y.dtype !== dtype) throw fail(`y is ${y.dtype}, ${dtype} is expected`);
  if (y.shape[0] !== rows) throw fail(`x has ${rows} rows, y has ${y.shape[0] ?? 'none'}`);
  return { rows, x, y };
}
