/** Finds every error table of the code, for docs/errors.md and the test that codes are unique. */
import { join } from 'node:path';
import { filesIn, read, rooms, root } from './sources.ts';

export interface DocumentedError {
  readonly code: string;
  readonly todo: string;
  readonly file: string;
}

const TABLE = /^export const (\w+) = errorTable\(/gm;

/** Files that make an error table, with the names under which they export it. */
export function tableFiles(): Array<{ readonly file: string; readonly names: readonly string[] }> {
  return rooms
    .flatMap((room) => filesIn(room, ['.ts']))
    .map((file) => ({ file, names: [...read(file).matchAll(TABLE)].map((match) => match[1] ?? '') }))
    .filter(({ names }) => names.length > 0);
}

/** Sorted by code. */
export async function allErrors(): Promise<DocumentedError[]> {
  const found: DocumentedError[] = [];
  for (const { file, names } of tableFiles()) {
    const module: Record<string, unknown> = await import(join(root, file));
    for (const name of names) {
      const table = module[name];
      if (!isTable(table)) throw new TypeError(`${file}: ${name} is no error table`);
      found.push(...table.entries.map((entry) => ({ ...entry, file })));
    }
  }
  return found.sort((a, b) => (a.code < b.code ? -1 : 1));
}

function isTable(
  value: unknown,
): value is { readonly entries: ReadonlyArray<{ readonly code: string; readonly todo: string }> } {
  return typeof value === 'function' && 'entries' in value && Array.isArray(value.entries);
}
