/** Prints the tree in README.md, between its markers, from the caption of every file. */
import { basename, dirname } from 'node:path';
import { finish } from './generated.ts';
import { captionOf, filesIn, read, rooms } from './sources.ts';

const START = '<!-- tree: printed by tools/tree.ts -->';
const END = '<!-- /tree -->';

const folders: ReadonlyArray<readonly [folder: string, endings: readonly string[]]> = [
  ...rooms.filter((room) => room !== 'contracts-abi').map((room) => [room, ['.ts', '.js']] as const),
  ['contracts/src', ['.sol']],
];

/** One line a file, under its folder, the captions in one column. */
export function treeText(): string {
  const lines: string[] = [];
  for (const [folder, endings] of folders) {
    let shown = '';
    for (const file of byFolder(filesIn(folder, endings))) {
      const here = dirname(file);
      if (here !== shown) lines.push(`${here}/`);
      shown = here;
      lines.push(`  ${basename(file).padEnd(24)} ${captionOf(read(file)) ?? ''}`.trimEnd());
    }
  }
  return lines.join('\n');
}

/** A folder's own files before those of its folders. */
function byFolder(files: readonly string[]): string[] {
  return [...files].sort((a, b) => dirname(a).localeCompare(dirname(b)) || a.localeCompare(b));
}

export function withTree(readme: string): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END);
  if (start < 0 || end < start) throw new RangeError(`README.md needs the lines ${START} and ${END}`);
  return `${readme.slice(0, start + START.length)}\n\n\`\`\`\n${treeText()}\n\`\`\`\n\n${readme.slice(end)}`;
}

if (import.meta.main) finish('tools/tree.ts', [{ file: 'README.md', text: withTree(read('README.md')) }], process.argv);
