/** Histories as files for one run of forge, and the false ones by which the comparison itself is tested. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIGURES, kindOf } from './figures.ts';
import { type Event, type History, historyOf, tapeOf } from './history.ts';
import { Tape } from './tape.ts';

/** Histories in a file: forge holds one file in memory at a time. */
const FILE = 25;
/** Seeds that are searched for a history in which a figure of each kind changes. */
const SEARCHED = 2_000;
const OTHER_LAWS = 3;
/** The first two figures by which a release shows. */
const REMAINING = FIGURES.indexOf('remaining');
const RELEASED = FIGURES.indexOf('unclaimed');

/** @param count is told of each history */
export function writeBatch(folder: string, seeds: readonly number[], count: (history: History) => void): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let [steps, figures] = [0, 0];
  const files = Math.ceil(seeds.length / FILE);
  for (let i = 0; i < files; i++) {
    const tape = new Tape();
    for (const seed of seeds.slice(i * FILE, (i + 1) * FILE)) {
      const history = historyOf(seed);
      count(history);
      steps += history.events.length;
      figures += history.events.reduce((sum, event) => sum + event.figures, 0);
      tape.bytes(tapeOf(history));
    }
    writeFileSync(join(folder, `${i}.bin`), tape.end());
  }
  writeFileSync(join(folder, 'campaign.bin'), new Tape().numbers([files, seeds.length, steps, figures]).end());
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
function falseFigures(): { readonly found: readonly False[]; readonly missing: readonly string[] } {
  const kinds = new Map<string, False>();
  const all = new Set(FIGURES.map((_, figure) => kindOf(figure)));
  for (let seed = 1; kinds.size < all.size && seed <= SEARCHED; seed++) {
    const history = historyOf(seed);
    history.events.forEach(({ changes }, step) => {
      for (const [figure] of changes) {
        const kind = kindOf(figure);
        if (!kinds.has(kind)) kinds.set(kind, falsified(history, step, figure));
      }
    });
  }
  return { found: [...kinds.values()], missing: [...all].filter((kind) => !kinds.has(kind)) };
}

/** Histories predicted with a pool that releases a part of 10^-18 more. */
function otherLaw(count: number): False[] {
  const found: False[] = [];
  for (let seed = 1; found.length < count && seed <= SEARCHED; seed++) {
    const history = historyOf(seed, (law) => ({ ...law, releaseRate: law.releaseRate + 1n }));
    const step = history.events.findIndex((event) =>
      event.changes.some(([at, value]) => at === RELEASED && value > 0n),
    );
    if (step >= 0) found.push({ step, figure: REMAINING, history });
  }
  return found;
}

/** @returns how many there are */
export function writeFalse(folder: string): number {
  const { found, missing } = falseFigures();
  if (missing.length > 0) throw new RangeError(`no history changes: ${missing.join(', ')}`);
  const all = [...found, ...otherLaw(OTHER_LAWS)];
  if (all.length !== found.length + OTHER_LAWS) throw new RangeError('too few histories release anything');
  const tape = new Tape().number(all.length);
  for (const { step, figure, history } of all) tape.numbers([step, figure]).bytes(tapeOf(history));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'false.bin'), tape.end());
  return all.length;
}
