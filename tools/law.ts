/** The law twice: random histories, predicted by protocol/economy and played by the contracts, to the wei: `npm run test:law -- --histories 10000 --seed 1`. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { argv, pid } from 'node:process';
import { parseArgs } from 'node:util';
import { CONTRACTS, forgeBinary } from './forge.ts';
import { writeBatch, writeFalse } from './law/batch.ts';
import type { History } from './law/history.ts';
import { tellDifference, tellHistory } from './law/words.ts';

/** Below the compiler's output, which is the only folder that tests may read; each run has its own. */
const FOLDER = `out/law/${pid}`;
/** Histories that one run of forge plays; its start is as dear as a hundred of them. */
const BATCH = 1_000;
/** A batch is played as one transaction, as far as gas goes. */
const GAS_LIMIT = '18446744073709551615';

/** Plays what a folder holds. @returns forge's exit code and what it said */
function play(folder: string, test: string): Promise<{ readonly code: number; readonly output: string }> {
  const env = {
    FOUNDRY_PROFILE: 'default',
    ...process.env,
    FOUNDRY_DISABLE_NIGHTLY_WARNING: '1',
    FOUNDRY_GAS_LIMIT: GAS_LIMIT,
    LAW_HISTORIES: folder,
  };
  const args = ['test', '--match-contract', 'HistoriesTest', '--match-test', test];
  const child = spawn(forgeBinary(), args, { cwd: CONTRACTS, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const parts: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => parts.push(part));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: parts.join('') }));
  });
}

/** How often each step was taken, and how often refused and why. */
class Tally {
  readonly #calls = new Map<string, number>();
  histories = 0;
  steps = 0;
  refused = 0;
  figures = 0;

  count(history: History): void {
    this.histories++;
    for (const { step, refusal, figures } of history.events) {
      this.figures += figures;
      if (step === null) continue;
      this.steps++;
      if (refusal !== null) this.refused++;
      const name = `${step.contract}.${step.method}${refusal === null ? '' : ` ${refusal}`}`;
      this.#calls.set(name, (this.#calls.get(name) ?? 0) + 1);
    }
  }

  table(): string {
    return [...this.#calls]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, count]) => `${String(count).padStart(8)}  ${name}`)
      .join('\n');
  }

  sentence(): string {
    const [histories, calls, refused, figures] = [this.histories, this.steps, this.refused, this.figures].map((n) =>
      n.toLocaleString('en'),
    );
    return `${histories} histories, ${calls} calls (${refused} refused alike), ${figures} figures: books and contracts agree to the wei`;
  }
}

/** @returns what went wrong, in words; null where nothing did */
async function complaint(folder: string, test: string): Promise<string | null> {
  const { code, output } = await play(folder, test);
  rmSync(join(CONTRACTS, folder), { recursive: true, force: true });
  return code === 0 ? null : (tellDifference(output) ?? output);
}

/** Writes one batch while forge plays the ones before. @returns the first complaint */
async function campaign(first: number, histories: number, tally: Tally): Promise<string | null> {
  const most = Math.max(1, Math.min(4, availableParallelism()));
  const batch = Math.min(BATCH, Math.ceil(histories / most));
  const lies = join(FOLDER, 'false');
  writeFalse(join(CONTRACTS, lies));
  const unfound = complaint(lies, 'test_everyFalseFigureIsFound');
  const running = new Set<Promise<void>>();
  const complaints: string[] = [];
  for (let from = 0; from < histories && complaints.length === 0; from += batch) {
    const seeds = Array.from({ length: Math.min(batch, histories - from) }, (_, i) => first + from + i);
    const folder = join(FOLDER, String(from / batch));
    writeBatch(join(CONTRACTS, folder), seeds, (history) => tally.count(history));
    // The first run compiles, and must be alone.
    await unfound;
    const run = complaint(folder, 'test_contractsAndBooksAgree').then((found) => {
      running.delete(run);
      if (found !== null) complaints.push(found);
    });
    running.add(run);
    if (running.size >= most) await Promise.race(running);
  }
  await Promise.all(running);
  // Last: where the books are wrong, so are the false histories, and that says less.
  return complaints[0] ?? (await unfound);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: argv.slice(2),
    options: {
      histories: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      tell: { type: 'string' },
      table: { type: 'boolean', default: false },
    },
  });
  if (values.tell !== undefined) {
    process.stdout.write(`${tellHistory(Number(values.tell))}\n`);
    return;
  }
  const tally = new Tally();
  try {
    const found = await campaign(Number(values.seed), Number(values.histories), tally);
    if (values.table) process.stdout.write(`${tally.table()}\n`);
    if (found === null) process.stdout.write(`${tally.sentence()}\n`);
    else process.stderr.write(`${found}\n`);
    process.exitCode = found === null ? 0 : 1;
  } finally {
    rmSync(join(CONTRACTS, FOLDER), { recursive: true, force: true });
  }
}

if (import.meta.main) await main();
