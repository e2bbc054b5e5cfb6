/** A history, and what differs in one, in words. */
import { errorNamed } from './contracts.ts';
import { FIGURES } from './figures.ts';
import { type Event, type History, historyOf } from './history.ts';

type Value = unknown;

/** Accounts by their numbers in the cast, long hashes by their first bytes. */
function wordOf(history: History, value: Value): string {
  if (Array.isArray(value)) return `[${value.map((item) => wordOf(history, item)).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([name, item]) => `${name} ${wordOf(history, item)}`)
      .join(', ')}}`;
  const text = String(value);
  const names: readonly string[] = history.cast.accounts;
  const account = names.indexOf(text);
  if (account >= 0) return `account ${account}`;
  return text.startsWith('0x') && text.length > 20 ? `${text.slice(0, 10)}…` : text;
}

export function sentenceOf(history: History, event: Event): string {
  const { step, refusal } = event;
  if (step === null) return 'time passes';
  const args = step.args.map((arg) => wordOf(history, arg)).join(', ');
  const answer = refusal === null ? '' : `, refused: ${refusal}`;
  return `${wordOf(history, step.caller)} calls ${step.contract}.${step.method}(${args})${answer}`;
}

/** A line a step, with the figures that it changes. */
export function tellHistory(seed: number): string {
  const history = historyOf(seed);
  const { law, cast, events } = history;
  const numbers = Object.entries(law).map(([name, value]) => `${name} ${value}`);
  const lines = events.map((event, i) => {
    const changes = event.changes.map(([figure, value]) => `\n      ${FIGURES[figure]} = ${value}`);
    return `${String(i).padStart(4)}  at ${event.time - law.genesis}: ${sentenceOf(history, event)}${changes.join('')}`;
  });
  return [`history ${seed}: ${numbers.join(', ')}`, `epochs: ${cast.epochs.join(', ')}`, ...lines].join('\n');
}

/** Seed, step and sentence of a history on which books and contracts part. */
function placeOf(seed: number, at: number): string {
  const history = historyOf(seed);
  const event = history.events[at];
  const sentence = event === undefined ? '' : ` (${sentenceOf(history, event)}, at ${event.time})`;
  return `history ${seed}, epochs ${history.cast.epochs.join(', ')}, step ${at}${sentence}`;
}

const DIFFERS = /Differs\((\d+), (\d+), (\d+), (\d+)[^,]*, (\d+)[^)]*\)/;
const ANSWERS = /Answers\((\d+), (\d+), (0x[0-9a-f]{8})[^,]*, (0x[0-9a-f]{8})[^)]*\)/;

/** What forge says of a difference; null where it says something else. */
export function tellDifference(output: string): string | null {
  const differs = DIFFERS.exec(output);
  if (differs !== null) {
    const [seed, step, figure, expected, got] = differs.slice(1);
    const place = placeOf(Number(seed), Number(step));
    return `${place}: ${FIGURES[Number(figure)]} is ${expected} in the books and ${got} in the contracts`;
  }
  const answers = ANSWERS.exec(output);
  if (answers === null) return null;
  const [seed, step, expected, got] = answers.slice(1);
  const [books, contracts] = [errorNamed(BigInt(expected ?? 0)), errorNamed(BigInt(got ?? 0))];
  return `${placeOf(Number(seed), Number(step))}: the books answer ${books}, the contracts ${contracts}`;
}
