/** Files that a tool reads and writes, with errors that name them. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { MAX_BLOB } from '#protocol/limits.ts';
import { toolError } from './errors.ts';

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split(',')[0] ?? '';

/** @throws CLI_FILE */
export async function readInput(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > MAX_BLOB) throw new RangeError(`it has ${size} bytes; at most ${MAX_BLOB} are read`);
    return new Uint8Array(await readFile(file));
  } catch (error) {
    throw toolError('FILE', { file, doing: 'read', why: reason(error) }, error);
  }
}

/** @throws CLI_FILE */
export async function writeOutput(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(file, bytes);
  } catch (error) {
    throw toolError('FILE', { file, doing: 'written', why: reason(error) }, error);
  }
}
