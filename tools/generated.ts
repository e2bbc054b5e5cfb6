/** How a generator writes its file, or with --check only says whether the file is fresh. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { read, root } from './sources.ts';

export interface Generated {
  readonly file: string;
  readonly text: string;
}

/** @returns the files that are stale and stay so (`check`), or none after writing them */
export function writeGenerated(pages: readonly Generated[], mode: 'write' | 'check'): string[] {
  const stale = pages.filter(({ file, text }) => !existsSync(join(root, file)) || read(file) !== text);
  if (mode === 'check') return stale.map(({ file }) => file);
  for (const { file, text } of stale) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
    process.stdout.write(`wrote ${file}\n`);
  }
  return [];
}

/** The end of every generator: writes or checks, and says what to do about a stale file. */
export function finish(tool: string, pages: readonly Generated[], argv: readonly string[]): void {
  const stale = writeGenerated(pages, argv.includes('--check') ? 'check' : 'write');
  if (stale.length === 0) return;
  process.stderr.write(`stale: ${stale.join(', ')}\n  → run \`node ${tool}\` and commit the result\n`);
  process.exitCode = 1;
}
