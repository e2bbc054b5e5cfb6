/** Flags over environment over file over profile over default: reads them all, refuses what it does not know, freezes the result. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { errorTable } from '#protocol/errors.ts';
import { lineOf, readYaml } from './document.ts';
import { suggestion } from './nearest.ts';
import { readProfile } from './profile.ts';
import { environmentName, flagOf, fromText, isSettingKey, optionOf, settingKeys } from './settings.ts';
import type { SettingKey, Settings } from './settings.ts';

export const settingsError = errorTable('SETTINGS', {
  UNKNOWN_KEY: {
    what: (d: { file: string; line: number; key: string; hint: string }) =>
      `${d.file}:${d.line}: unknown key "${d.key}"; ${d.hint}`,
    todo: 'correct or remove the key; docs/settings.md lists every key',
  },
  UNKNOWN_VARIABLE: {
    what: (d: { name: string; hint: string }) => `unknown environment variable ${d.name}; ${d.hint}`,
    todo: 'correct or unset the variable; docs/settings.md lists every name',
  },
  BAD_VALUE: {
    what: (d: { source: string; key: string; why: string }) => `${d.source}: ${d.key}: ${d.why}`,
    todo: 'give the key a value of the kind that docs/settings.md names',
  },
  BAD_FILE: {
    what: (d: { file: string; line: number; why: string }) => `${d.file}:${d.line}: ${d.why}`,
    todo: 'mend the YAML; `corex init --force` writes a fresh file',
  },
});

/** Variables that are ours without being settings: the password, which no file may hold, and the wish for stack traces. */
const OTHER_VARIABLES: readonly string[] = ['COREX_PASSWORD', 'COREX_TRACE'];

/** Values as they were written, each with the words that name its place in an error. */
type Layer = ReadonlyMap<SettingKey, { readonly value: unknown; readonly source: string }>;

export type FlagValues = Readonly<Partial<Record<SettingKey, string>>>;
export type Environment = Readonly<Record<string, string | undefined>>;

export interface SettingSources {
  readonly flags?: FlagValues;
  readonly environment?: Environment;
}

/** @throws SETTINGS_* or PROFILE_* naming the place and the mend */
export function readSettings(sources: SettingSources): Settings {
  const given = [flagLayer(sources.flags ?? {}), environmentLayer(sources.environment ?? {})];
  const home = resolveHome(pick('home', given));
  const file = join(home, 'corex.yaml');
  const layers = [...given, existsSync(file) ? fileLayer(file) : EMPTY];
  const profile = readProfile(pick('profile', layers));
  layers.push(treeLayer(profile.settings, () => profile.file));
  const values = new Map<SettingKey, unknown>(settingKeys.map((key) => [key, valueAt(key, layers)]));
  values.set('home', home);
  return asTree(values);
}

/** A copy with some values replaced, for a node that lives only as long as one command. */
export function withSettings(settings: Settings, changes: Readonly<Partial<Record<SettingKey, unknown>>>): Settings {
  const values = new Map<SettingKey, unknown>();
  for (const key of settingKeys) values.set(key, Object.hasOwn(changes, key) ? changes[key] : settingAt(settings, key));
  return asTree(values);
}

/** The value at a dotted key. */
export function settingAt(settings: Settings, key: SettingKey): unknown {
  let here: unknown = settings;
  for (const step of key.split('.')) here = (here as Record<string, unknown>)[step];
  return here;
}

const EMPTY: Layer = new Map();

function flagLayer(flags: FlagValues): Layer {
  const layer = new Map<SettingKey, { value: unknown; source: string }>();
  for (const key of settingKeys) {
    const text = flags[key];
    if (text !== undefined) layer.set(key, { value: fromText(optionOf(key).form, text), source: `--${flagOf(key)}` });
  }
  return layer;
}

function environmentLayer(environment: Environment): Layer {
  const names = new Map(settingKeys.map((key) => [environmentName(key), key]));
  const layer = new Map<SettingKey, { value: unknown; source: string }>();
  for (const [name, text] of Object.entries(environment)) {
    if (text === undefined || !name.startsWith('COREX_') || OTHER_VARIABLES.includes(name)) continue;
    const key = names.get(name);
    if (key === undefined) throw settingsError('UNKNOWN_VARIABLE', { name, hint: suggestion(name, [...names.keys()]) });
    layer.set(key, { value: fromText(optionOf(key).form, text), source: name });
  }
  return layer;
}

function fileLayer(file: string): Layer {
  const read = readYaml({ file, text: readFileSync(file, 'utf8') });
  if (!read.ok) throw settingsError('BAD_FILE', read.problem);
  const { document, lines, data } = read.value;
  return treeLayer(data ?? {}, (path) => `${file}:${lineOf(document, lines, path)}`);
}

/** A nested object as dotted keys. */
function treeLayer(tree: unknown, place: (path: readonly string[]) => string): Layer {
  const layer = new Map<SettingKey, { value: unknown; source: string }>();
  const walk = (node: unknown, path: readonly string[]): void => {
    const key = path.join('.');
    if (isSettingKey(key)) {
      layer.set(key, { value: node, source: place(path) });
    } else if (isBranch(node) && (key === '' || settingKeys.some((known) => known.startsWith(`${key}.`)))) {
      for (const [name, child] of Object.entries(node)) walk(child, [...path, name]);
    } else {
      const { file, line } = splitPlace(place(path));
      throw settingsError('UNKNOWN_KEY', { file, line, key, hint: suggestion(key, settingKeys) });
    }
  };
  walk(tree, []);
  return layer;
}

function isBranch(node: unknown): node is Record<string, unknown> {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

function splitPlace(place: string): { file: string; line: number } {
  const match = /^(.*):(\d+)$/.exec(place);
  return match === null ? { file: place, line: 1 } : { file: match[1] ?? place, line: Number(match[2]) };
}

function valueAt(key: SettingKey, layers: readonly Layer[]): unknown {
  const { schema, fallback } = optionOf(key);
  const found = layers.find((layer) => layer.has(key))?.get(key);
  if (found === undefined) return fallback;
  const parsed = schema.safeParse(found.value);
  if (parsed.success) return parsed.data;
  const why = parsed.error.issues[0]?.message ?? 'is not valid';
  throw settingsError('BAD_VALUE', { source: found.source, key, why: `${why} (got ${JSON.stringify(found.value)})` });
}

function pick(key: 'home' | 'profile', layers: readonly Layer[]): string {
  return String(valueAt(key, layers));
}

function resolveHome(home: string): string {
  return resolve(home === '~' || home.startsWith('~/') ? join(homedir(), home.slice(1)) : home);
}

function asTree(values: ReadonlyMap<SettingKey, unknown>): Settings {
  const tree: Record<string, unknown> = {};
  for (const [key, value] of values) {
    const path = key.split('.');
    const name = path.pop() ?? key;
    let branch = tree;
    for (const step of path) {
      branch[step] ??= {};
      branch = branch[step] as Record<string, unknown>;
    }
    branch[name] = Array.isArray(value) ? [...value] : value;
  }
  // Every key of the table was set above from its own schema, which is what the type says.
  return deepFreeze(tree) as Settings;
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}
