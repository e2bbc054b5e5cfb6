/** argv → command, words and flags: `--flag value`, `--flag=value`, `--switch`, `--no-switch`; nothing unknown passes. */
import { suggestion } from '../nearest.ts';
import type { FlagValues } from '../settings-read.ts';
import { flagOf, optionOf, settingKeys } from '../settings.ts';
import type { SettingKey } from '../settings.ts';
import { commonFlags } from './command.ts';
import type { Command } from './command.ts';
import { cliError } from './errors.ts';

export interface Parsed {
  readonly words: readonly string[];
  /** Flags of the command itself; a switch is 'true' or 'false'. */
  readonly flags: ReadonlyMap<string, string>;
  readonly settings: FlagValues;
}

interface Known {
  readonly takesValue: boolean;
  /** Null for a flag of the command itself. */
  readonly setting: SettingKey | null;
}

/** @param name of the command, for errors */
export function parseArguments(name: string, command: Command, argv: readonly string[]): Parsed {
  const known = knownFlags(command);
  const words: string[] = [];
  const flags = new Map<string, string>();
  const settings: Partial<Record<SettingKey, string>> = {};
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      words.push(...rest.splice(0));
    } else if (!word.startsWith('-') || word === '-') {
      words.push(word);
    } else {
      const { flag, value, row } = readFlag(name, known, word, rest);
      if (row.setting === null) flags.set(flag, value);
      else settings[row.setting] = value;
    }
  }
  return { words, flags, settings };
}

/** Whether a flag stands in argv at all, for those that matter even when the rest is wrong. */
export function hasSwitch(argv: readonly string[], name: string): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).includes(`--${name}`);
}

export function checkWords(usage: string, command: Command, words: readonly string[]): void {
  const least = command.words.filter((word) => !word.startsWith('[')).length;
  if (words.length < least || words.length > command.words.length)
    throw cliError('WRONG_WORDS', { usage, given: words.length });
}

/** A whole number from a flag, within bounds. */
export function wholeFlag(
  flags: ReadonlyMap<string, string>,
  name: string,
  range: { min: number; max: number; fallback: number },
): number {
  const text = flags.get(name);
  if (text === undefined) return range.fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= range.min && value <= range.max) return value;
  throw cliError('BAD_VALUE', {
    flag: `--${name}`,
    value: text,
    expected: `a whole number from ${range.min} to ${range.max}`,
  });
}

function knownFlags(command: Command): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>();
  for (const key of settingKeys) known.set(flagOf(key), { takesValue: optionOf(key).form !== 'switch', setting: key });
  for (const { name, value } of [...command.flags, ...commonFlags])
    known.set(name, { takesValue: value !== null, setting: null });
  return known;
}

function readFlag(
  command: string,
  known: ReadonlyMap<string, Known>,
  word: string,
  rest: string[],
): { readonly flag: string; readonly value: string; readonly row: Known } {
  const [written = '', ...after] = word === '-h' ? ['help'] : word.replace(/^--?/, '').split('=');
  const inline = after.length === 0 ? null : after.join('=');
  const positive = known.get(written);
  const negated = written.startsWith('no-') ? known.get(written.slice(3)) : undefined;
  const row = positive ?? (negated?.takesValue === false ? negated : undefined);
  if (row === undefined) {
    const names = [...known.keys()];
    const hint = suggestion(written, names).replace(/"(.*)"/, '--$1');
    throw cliError('UNKNOWN_FLAG', {
      command,
      flag: `--${written}`,
      hint: hint.startsWith('known') ? 'see --help' : hint,
    });
  }
  if (positive === undefined) return { flag: written.slice(3), value: 'false', row };
  if (!row.takesValue) return { flag: written, value: inline ?? 'true', row };
  const value = inline ?? (rest[0]?.startsWith('--') === true ? undefined : rest.shift());
  if (value === undefined) throw cliError('NO_VALUE', { flag: `--${written}` });
  return { flag: written, value, row };
}
