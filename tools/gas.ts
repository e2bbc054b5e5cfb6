/** What the contracts' calls cost: `npm run gas` prints the table, `-- --json` the figures, `-- --check` compares with the checked-in ones. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, exit } from 'node:process';
import { CONTRACTS, forge } from './forge.ts';

type Figures = Readonly<Record<string, number>>;

/** What a step may cost, on the warm path. */
const TARGETS: Figures = {
  commitWork: 80_000,
  audit: 120_000,
  claimReward: 75_000,
  postJob: 160_000,
  claimShards256: 90_000,
  redeem256: 150_000,
};

const SNAPSHOTS = ['gas', 'transactions'] as const;

const fileOf = (name: string): string => join(CONTRACTS, 'snapshots', `${name}.json`);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Forge writes numbers as text. */
function figuresIn(text: string): Figures {
  const parsed: unknown = JSON.parse(text);
  if (!isRecord(parsed)) throw new TypeError('a snapshot is an object of numbers');
  return Object.fromEntries(Object.entries(parsed).map(([name, gas]) => [name, Number(gas)]));
}

/** Runs contracts/test/gas, each call as a transaction of its own; forge writes both snapshots. */
function measure(): void {
  const status = forge(['test', '--match-contract', 'CostsTest', '--isolate'], 'ignore');
  if (status !== 0) exit(status);
  for (const file of SNAPSHOTS.map(fileOf)) {
    writeFileSync(file, `${JSON.stringify(figuresIn(readFileSync(file, 'utf8')), null, 2)}\n`);
  }
}

function table(gas: Figures, transactions: Figures): string {
  const cell = (figure: number | undefined): string => figure?.toLocaleString('en') ?? '';
  const rows = Object.keys(gas).map((name) => [name, cell(gas[name]), cell(TARGETS[name]), cell(transactions[name])]);
  const header = ['call', 'gas', 'target', 'whole transaction'];
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return [header, ...rows].map(line).join('\n');
}

/** @returns what differs from the checked-in figures */
function changes(before: Figures, after: Figures): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name}: ${before[name] ?? 'none'} is now ${after[name] ?? 'none'}`);
}

function main(): void {
  const kept = SNAPSHOTS.map((name) => [fileOf(name), readFileSync(fileOf(name), 'utf8')] as const);
  measure();
  const [gas, transactions] = kept.map(([file]) => figuresIn(readFileSync(file, 'utf8')));
  if (gas === undefined || transactions === undefined) return;
  if (argv.includes('--json')) process.stdout.write(`${JSON.stringify({ ...gas, transactions })}\n`);
  else process.stdout.write(`${table(gas, transactions)}\n`);

  const above = Object.entries(TARGETS).filter(([name, target]) => (gas[name] ?? Infinity) > target);
  for (const [name, target] of above) process.stderr.write(`${name} costs ${gas[name]}, more than ${target}\n`);
  if (above.length > 0) process.exitCode = 1;
  if (!argv.includes('--check')) return;
  const changed = kept.flatMap(([file, text]) => changes(figuresIn(text), figuresIn(readFileSync(file, 'utf8'))));
  for (const [file, text] of kept) writeFileSync(file, text);
  if (changed.length === 0) return;
  process.stderr.write(`${changed.join('\n')}\n  → run \`npm run gas\` and commit contracts/snapshots\n`);
  process.exitCode = 1;
}

if (import.meta.main) main();
