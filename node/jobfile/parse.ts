/** JOB.yaml → JobFile; whatever is wrong is named with file, line, key and mend before anything is spent. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { readDocument, readYaml } from '../document.ts';
import { jobFileError } from './errors.ts';
import { inferJob, trainJob } from './schema.ts';
import type { JobFile } from './schema.ts';

const MAX_JOB_FILE_BYTES = 1 << 20;

/** A job file that was read: what it says, and from where its paths count. */
export interface ReadJob {
  readonly job: JobFile;
  /** Absolute path, for errors. */
  readonly file: string;
  readonly baseDir: string;
}

/** @throws JOBFILE_UNREADABLE or JOBFILE_BAD_KEY */
export async function readJobFile(path: string): Promise<ReadJob> {
  const file = resolve(path);
  return { job: parseJob(await readText(file), path), file, baseDir: dirname(file) };
}

/** @param file how the user called the file, for errors */
export function parseJob(text: string, file: string): JobFile {
  const program = programOf(text, file);
  const read = readDocument<JobFile>({ file, text }, program === 'infer' ? inferJob : trainJob);
  if (!read.ok) throw jobFileError('BAD_KEY', read.problem);
  return read.value;
}

/** The program decides which keys the rest may have, so it is read first and on its own. */
function programOf(text: string, file: string): 'train' | 'infer' {
  const read = readYaml({ file, text });
  if (!read.ok) throw jobFileError('BAD_KEY', read.problem);
  if (!z.looseObject({}).safeParse(read.value.data).success) {
    throw jobFileError('BAD_KEY', {
      file,
      line: 1,
      key: '',
      why: 'keys and values are expected, such as `program: train`',
    });
  }
  const head = z.looseObject({ program: z.enum(['train', 'infer']) });
  const parsed = readDocument({ file, text }, head);
  if (!parsed.ok)
    throw jobFileError('BAD_KEY', { ...parsed.problem, why: `${parsed.problem.why}; train or infer is expected` });
  return parsed.value.program;
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_JOB_FILE_BYTES)
      throw new RangeError(`it has ${size} bytes; a job file has at most ${MAX_JOB_FILE_BYTES}`);
    return await readFile(file, 'utf8');
  } catch (error) {
    throw jobFileError('UNREADABLE', { file, why: error instanceof Error ? error.message : String(error) }, error);
  }
}
