/** Coverage of contracts/src by the Foundry tests: prints the table and holds it to 98 % of lines and 95 % of branches. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { CONTRACTS, forge } from './forge.ts';

const LINES_PERCENT = 98;
const BRANCHES_PERCENT = 95;

interface Count {
  found: number;
  hit: number;
}

interface Covered {
  readonly file: string;
  readonly lines: Count;
  readonly branches: Count;
}

/** lcov: SF opens a file, LF/LH and BRF/BRH count its lines and branches. */
export function coverageIn(report: string): Covered[] {
  const files: Covered[] = [];
  for (const line of report.split('\n')) {
    const [key = '', value = ''] = line.split(/:(.*)/);
    if (key === 'SF') files.push({ file: value, lines: { found: 0, hit: 0 }, branches: { found: 0, hit: 0 } });
    const last = files.at(-1);
    if (last === undefined) continue;
    if (key === 'LF') last.lines.found = Number(value);
    if (key === 'LH') last.lines.hit = Number(value);
    if (key === 'BRF') last.branches.found = Number(value);
    if (key === 'BRH') last.branches.hit = Number(value);
  }
  return files.filter(({ file }) => file.startsWith('src/'));
}

const percent = ({ found, hit }: Count): number => (found === 0 ? 100 : (100 * hit) / found);

function sum(counts: readonly Count[]): Count {
  return counts.reduce((all, one) => ({ found: all.found + one.found, hit: all.hit + one.hit }), { found: 0, hit: 0 });
}

function row(name: string, lines: Count, branches: Count): string {
  const cell = (c: Count): string => `${percent(c).toFixed(2).padStart(7)} % (${c.hit}/${c.found})`.padEnd(22);
  return `${name.padEnd(40)} ${cell(lines)} ${cell(branches)}`.trimEnd();
}

function main(): void {
  const file = join(CONTRACTS, 'lcov.info');
  // Costs are measured elsewhere, histories need their files, and the mutators are read from artifacts, which a coverage run does not write. The coverage's parser does not find relative imports below a remapping that begins with "..".
  const packages = fileURLToPath(new URL('../node_modules/@openzeppelin/contracts/', import.meta.url));
  const options = [
    '--no-match-contract',
    'CostsTest|KnownMutatorsTest|HistoriesTest',
    '-R',
    `@openzeppelin/contracts/=${packages}`,
  ];
  const status = forge(['coverage', ...options, '--report', 'lcov', '--report-file', file], 'ignore');
  if (status !== 0) {
    rmSync(file, { force: true });
    process.stderr.write('a test fails under coverage: `node tools/forge.ts coverage` says which\n');
    exit(status);
  }
  const files = coverageIn(readFileSync(file, 'utf8'));
  rmSync(file);
  const [lines, branches] = [sum(files.map((f) => f.lines)), sum(files.map((f) => f.branches))];
  const rows = files.map((f) => row(f.file, f.lines, f.branches));
  process.stdout.write(
    `${[`${'file'.padEnd(41)}lines                  branches`, ...rows, row('all', lines, branches)].join('\n')}\n`,
  );
  if (percent(lines) >= LINES_PERCENT && percent(branches) >= BRANCHES_PERCENT) return;
  process.stderr.write(`at least ${LINES_PERCENT} % of lines and ${BRANCHES_PERCENT} % of branches are expected\n`);
  process.exitCode = 1;
}

if (import.meta.main) main();
