/** A job file with everything that it names in memory: what the submitter compiles. */
import { readExamples, readNamedFile } from './data.ts';
import type { ReadJob } from './parse.ts';
import type { JobFile } from './schema.ts';
import { type DataSlice, sliceExamples } from './slices.ts';

export interface LoadedJob {
  /** The file it came from, for messages. */
  readonly file: string;
  readonly job: JobFile;
  readonly model: Uint8Array;
  readonly slices: readonly DataSlice[];
}

/** @throws JOBFILE_… naming the file and the key */
export async function loadJob(read: ReadJob): Promise<LoadedJob> {
  const model = await readNamedFile(read, 'model', read.job.model);
  return { file: read.file, job: read.job, model, slices: sliceExamples(read, await readExamples(read)) };
}
