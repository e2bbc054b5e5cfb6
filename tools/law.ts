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

/** @throws Error in words at the first history that differs */
async function played(folder: string, test: string): Promise<void> {
  const { code, output } = await play(folder, test);
  if (code === 0) {
    rmSync(join(CONTRACTS, folder), { recursive: true, force: true });
    return;
  }
  throw new Error(tellDifference(output) ?? output);
}

/** Writes one batch while forge plays the ones before. */
async function campaign(first: number, histories: number, tally: Tally): Promise<void> {
  const running = new Set<Promise<void>>();
  const most = Math.max(1, Math.min(4, availableParallelism()));
  for (let from = 0; from < histories; from += BATCH) {
    const seeds = Array.from({ length: Math.min(BATCH, histories - from) }, (_, i) => first + from + i);
    const folder = join(FOLDER, String(from / BATCH));
    writeBatch(join(CONTRACTS, folder), seeds, (history) => tally.count(history));
    if (from === 0) {
      // Alone: it compiles.
      writeFalse(join(CONTRACTS, folder));
      await played(folder, 'test_everyFalseFigureIsFound');
      writeBatch(join(CONTRACTS, folder), seeds, () => {});
    }
    const run = played(folder, 'test_contractsAndBooksAgree').finally(() => running.delete(run));
    running.add(run);
    if (running.size >= most) await Promise.race(running);
  }
  await Promise.all(running);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: argv.slice(2),
    options: {
      histories: { type: 'string', default: '400' },
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
    await campaign(Number(values.seed), Number(values.histories), tally);
    process.stdout.write(`${values.table ? `${tally.table()}\n` : ''}${tally.sentence()}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  } finally {
    rmSync(join(CONTRACTS, FOLDER), { recursive: true, force: true });
  }
}

if (import.meta.main) await main();
