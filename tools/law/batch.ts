/** Histories as files for one run of forge, and the false ones by which the comparison itself is tested. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIGURES, kindOf } from './figures.ts';
import { type Event, type History, historyOf, tapeOf } from './history.ts';
import { Tape } from './tape.ts';

/** Histories in a file: forge holds one file in memory at a time. */
const FILE = 25;
/** Seeds that are searched for a history in which a figure of each kind changes. */
const SEARCHED = 60;

/** @returns what was written, for counting */
export function writeBatch(folder: string, seeds: readonly number[], count: (history: History) => void): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = Math.ceil(seeds.length / FILE);
  for (let i = 0; i < files; i++) {
    const tape = new Tape();
    for (const seed of seeds.slice(i * FILE, (i + 1) * FILE)) {
      const history = historyOf(seed);
      count(history);
      tape.bytes(tapeOf(history));
    }
    writeFileSync(join(folder, `${i}.bin`), tape.end());
  }
  writeFileSync(join(folder, 'campaign.bin'), new Tape().numbers([files, seeds.length]).end());
}

interface False {
  readonly step: number;
  readonly figure: number;
  readonly history: History;
}

function falsified(history: History, step: number, figure: number): False {
  const events = history.events.map((event, i): Event => {
    if (i !== step) return event;
    // One wei, one unit, one second: the smallest lie.
    const changes = event.changes.map(([at, value]) => [at, at === figure ? value + 1n : value] as const);
    return { ...event, changes };
  });
  return { step, figure, history: { ...history, events } };
}

/** A history for every kind of figure, with that figure one more than it is. */
export function falseFigures(): { readonly found: readonly False[]; readonly missing: readonly string[] } {
  const kinds = new Map<string, False>();
  for (let seed = 1; seed <= SEARCHED; seed++) {
    const history = historyOf(seed);
    history.events.forEach(({ changes }, step) => {
      for (const [figure] of changes) {
        const kind = kindOf(figure);
        if (!kinds.has(kind)) kinds.set(kind, falsified(history, step, figure));
      }
    });
  }
  const all = new Set(FIGURES.map((_, figure) => kindOf(figure)));
  return { found: [...kinds.values()], missing: [...all].filter((kind) => !kinds.has(kind)) };
}

export function writeFalse(folder: string, all: readonly False[]): void {
  const tape = new Tape().number(all.length);
  for (const { step, figure, history } of all) tape.numbers([step, figure]).bytes(tapeOf(history));
  writeFileSync(join(folder, 'false.bin'), tape.end());
}
