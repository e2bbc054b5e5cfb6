/** A YAML file read strictly: whatever is wrong in it is reported with file, line, key and reason. */
import { isMap, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';
import { suggestion } from './nearest.ts';

export interface Problem {
  readonly file: string;
  /** From 1; 0 when the place is unknown. */
  readonly line: number;
  /** Dotted path of the key, '' for the whole file. */
  readonly key: string;
  readonly why: string;
}

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export interface Source {
  readonly file: string;
  readonly text: string;
}

/** Parses YAML 1.2 (JSON is a subset) without aliases, custom tags or duplicate keys, then applies the schema. */
export function readDocument<T>(source: Source, schema: z.ZodType<T>): Read<T> {
  const raw = readYaml(source);
  if (!raw.ok) return raw;
  const { document, lines } = raw.value;
  const parsed = schema.safeParse(raw.value.data, { reportInput: true });
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = telling(parsed.error.issues);
  const { path, why } = explain(issue, siblingKeys(schema, issue.path));
  return { ok: false, problem: { file: source.file, line: lineOf(document, lines, path), key: path.join('.'), why } };
}

interface Yaml {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  readonly data: unknown;
}

/** YAML without a schema: the settings file has its own rules for keys. */
export function readYaml(source: Source): Read<Yaml> {
  const lines = new LineCounter();
  const document = parseDocument(source.text, { lineCounter: lines, uniqueKeys: true, customTags: [], strict: true });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) {
    const line = lines.linePos(fault.pos[0]).line;
    return {
      ok: false,
      problem: { file: source.file, line, key: '', why: fault.message.split('\n')[0] ?? 'bad YAML' },
    };
  }
  try {
    // maxAliasCount 0 refuses aliases, so a small file cannot unfold into a large object.
    const data: unknown = document.toJS({ maxAliasCount: 0 });
    return { ok: true, value: { document, lines, data } };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: { file: source.file, line: 0, key: '', why } };
  }
}

type Path = ReadonlyArray<PropertyKey>;

/** Where the key itself stands, else the innermost parent that exists. */
export function lineOf(document: Document.Parsed, lines: LineCounter, path: Path): number {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    if (isMap(parent)) {
      const pair = parent.items.find((item) => keyText(item.key) === path[depth - 1]);
      const at = rangeStart(pair?.key);
      if (at !== null) return lines.linePos(at).line;
    }
    const at = rangeStart(document.getIn(path.slice(0, depth), true));
    if (at !== null) return lines.linePos(at).line;
  }
  return 1;
}

function keyText(key: unknown): unknown {
  return typeof key === 'object' && key !== null && 'value' in key ? key.value : key;
}

function rangeStart(node: unknown): number | null {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return null;
  const start: unknown = node.range[0];
  return typeof start === 'number' ? start : null;
}

type Issue = z.core.$ZodIssue;

/** The one issue to show: a mistyped key also leaves its right name missing, and is then the better explanation. */
function telling(issues: readonly Issue[]): Issue {
  const [first] = issues;
  if (first === undefined) throw new RangeError('a failed parse has issues');
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? first;
  if (issue.code !== 'invalid_union') return issue;
  const inner = nearestBranch(issue.errors);
  return inner === null ? issue : { ...inner, path: [...issue.path, ...inner.path] };
}

/**
 * Of the shapes that a value may have, the one with the fewest unknown keys is meant, among those of the value's own kind;
 * null where the value is of no kind that is asked for.
 */
function nearestBranch(branches: ReadonlyArray<readonly Issue[]>): Issue | null {
  const ofItsKind = branches.filter((branch) =>
    branch.some(({ code, path }) => code === 'unrecognized_keys' || path.length > 0),
  );
  const [best] = ofItsKind.toSorted((a, b) => strangers(a) - strangers(b));
  return best === undefined ? null : telling(best);
}

function strangers(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0);
}

function explain(issue: Issue, known: readonly string[]): { path: Path; why: string } {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    return { path: [...issue.path, key], why: `unknown key "${key}"; ${suggestion(key, known)}` };
  }
  if (issue.code === 'invalid_type' && issue.input === undefined) {
    return { path: issue.path, why: `is missing (${issue.expected} expected)` };
  }
  return { path: issue.path, why: issue.message };
}

/** The keys that the schema knows at a path, by walking its object shapes; empty where the walk meets something else. */
function siblingKeys(schema: unknown, path: Path): readonly string[] {
  let here = schema;
  for (const step of path) here = typeof step === 'number' ? elementOf(here) : shapeOf(here)?.[String(step)];
  return Object.keys(shapeOf(here) ?? {});
}

function elementOf(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return null;
  if ('element' in schema) return schema.element;
  return 'unwrap' in schema && typeof schema.unwrap === 'function' ? elementOf(schema.unwrap()) : null;
}

function shapeOf(schema: unknown): Record<string, unknown> | null {
  if (typeof schema !== 'object' || schema === null) return null;
  if ('shape' in schema && typeof schema.shape === 'object' && schema.shape !== null) return { ...schema.shape };
  if ('unwrap' in schema && typeof schema.unwrap === 'function') return shapeOf(schema.unwrap());
  const options = 'options' in schema && Array.isArray(schema.options) ? schema.options.map(shapeOf) : [];
  return options.length === 0 ? null : Object.assign({}, ...options.filter((shape) => shape !== null));
}
