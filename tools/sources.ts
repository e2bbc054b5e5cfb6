/** The source files of the house and their captions, for the generators and for test/tidy.test.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');

/** Folders whose files obey the house rules; contracts-abi is generated. */
export const rooms = ['protocol', 'contracts-abi', 'engine', 'verifier', 'node', 'simulation', 'tools'] as const;

/** Files below a folder with one of the endings, as sorted paths from the root. */
export function filesIn(folder: string, endings: readonly string[]): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

export const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The sentence of the first line, or of the second after `#!` or an SPDX line; null when there is none. */
export function captionOf(text: string): string | null {
  const lines = text.split('\n').filter((line) => !line.startsWith('#!') && !line.startsWith('// SPDX'));
  const match = /^\/\*\* (.+?) ?\*\/$/.exec(lines[0] ?? '') ?? /^\/\*\* (.+)$/.exec(lines[0] ?? '');
  return match?.[1] ?? null;
}
