/** Prints the reference pages from the tables of the code: errors, settings, metrics, API, job files and profiles. */
import { z } from 'zod';
import { exitTable } from '#node/cli/exit-codes.ts';
import { routes } from '#node/api/routes.ts';
import { inferJob, trainJob } from '#node/jobfile/schema.ts';
import { LOSSES } from '#node/jobfile/training-schema.ts';
import { metricTable } from '#node/metrics.ts';
import { profileSchema } from '#node/profile.ts';
import { settingsPage } from '#node/settings-print.ts';
import { allErrors } from './errors.ts';
import { finish } from './generated.ts';
import type { Generated } from './generated.ts';

const NOTE = '<!-- Printed by tools/docs.ts; edit the table in the code and run `node tools/docs.ts`. -->';

export async function pages(): Promise<Generated[]> {
  return [
    page('docs/errors.md', await errorsPage()),
    page('docs/settings.md', settingsPage()),
    page('docs/metrics.md', metricsPage()),
    page('docs/api.md', apiPage()),
    page('docs/jobs.md', jobsPage()),
    page('config/README.md', profilePage()),
  ];
}

const page = (file: string, text: string): Generated => ({ file, text: `${NOTE}\n${text.trimEnd()}\n` });

const table = (head: readonly string[], rows: ReadonlyArray<readonly string[]>): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

async function errorsPage(): Promise<string> {
  const errors = await allErrors();
  return [
    `# Errors\n\nThe ${errors.length} codes of Corex. A code never changes its meaning.`,
    table(
      ['code', 'what to do', 'raised for'],
      errors.map(({ code, todo, file }) => [`\`${code}\``, todo, `\`${file}\``]),
    ),
    '## Exit codes',
    table(
      ['code', 'meaning'],
      [...exitTable].sort((a, b) => a.code - b.code).map(({ code, meaning }) => [String(code), meaning]),
    ),
  ].join('\n\n');
}

function metricsPage(): string {
  const rows = Object.entries(metricTable).map(([name, { kind, labels, about }]) => [
    `\`${name}\``,
    kind,
    labels.join(', '),
    about,
  ]);
  return `# Metrics\n\n\`GET /metrics\` of the API answers them as Prometheus text.\n\n${table(['metric', 'kind', 'labels', 'meaning'], rows)}`;
}

function apiPage(): string {
  const rows = Object.values(routes).map(({ method, path, about, request, answer }) => [
    `\`${method} ${path}\``,
    about,
    topKeys(request),
    topKeys(answer),
  ]);
  return [
    '# HTTP API',
    'A running node listens on `api.host` and `api.port`. Its address and bearer token stand in `api.json` in the home folder, readable by the owner only; send `Authorization: Bearer TOKEN`. Bodies and answers are JSON, amounts decimal CXT as text. Errors come as `{"error": {"code", "message", "todo"}}`.',
    table(['route', 'meaning', 'takes', 'answers'], rows),
  ].join('\n\n');
}

const topKeys = (schema: z.ZodType): string =>
  [...new Set(fieldsOf(schema).map(({ key }) => `\`${key.split(/[.[]/)[0]}\``))].join(', ');

const TRAINING_EXAMPLE = `\`\`\`yaml
loss: { kind: softmax-cross-entropy, labelSmoothing: 0.1 }
optimizer: { kind: adamw, lr: 0.0003, weightDecay: 0.1 }
schedule: { kind: cosine, warmupSteps: 100, floor: 0.1 }
clipNorm: 1
groups:
  - { match: "embedding.*", frozen: true }
  - { match: "*.bias", weightDecay: 0 }
accumulate: 4
\`\`\``;

function jobsPage(): string {
  const train = table(['key', 'type', 'meaning'], fieldsOf(trainJob).map(row));
  const infer = table(['key', 'type', 'meaning'], fieldsOf(inferJob).map(row));
  return [
    '# Job files',
    'What `corex submit` reads: YAML, every key checked, unknown keys refused. Paths are relative to the job file. `examples/digits` has one of each kind.',
    '## program: train',
    train,
    '### Losses',
    table(
      ['loss', 'what it compares'],
      Object.entries(LOSSES).map(([name, about]) => [`\`${name}\``, about]),
    ),
    '### An example',
    TRAINING_EXAMPLE,
    '## program: infer',
    infer,
  ].join('\n\n');
}

function profilePage(): string {
  return [
    '# Network profiles',
    'A profile says which chain, which contracts and which numbers of the law make a network. `--profile NAME` takes `config/NAME.yaml`, `--profile ./mine.yaml` any file.',
    table(['key', 'type', 'meaning'], fieldsOf(profileSchema).map(row)),
  ].join('\n\n');
}

interface Field {
  readonly key: string;
  readonly type: string;
  readonly about: string;
}

const row = ({ key, type, about }: Field): readonly string[] => [`\`${key}\``, type, about];

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
}

/** The keys of a schema as dotted paths; those of alternatives one after the other. */
function fieldsOf(schema: z.ZodType): Field[] {
  const walk = (node: JsonSchema, path: string): Field[] => {
    const children = Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
      const key = path === '' ? name : `${path}.${name}`;
      const nested = walk(child, key);
      const type = typeOf(child, node.required?.includes(name) === true);
      return nested.length > 0 && child.description === undefined
        ? nested
        : [{ key, type, about: child.description ?? '' }, ...nested];
    });
    const elements = node.items === undefined ? [] : walk(node.items, `${path}[]`);
    return merged([
      ...children,
      ...elements,
      ...(node.anyOf ?? node.oneOf ?? []).flatMap((branch) => walk(branch, path)),
    ]);
  };
  return walk(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema, '');
}

/** A key that several alternatives have is shown once, with all its types. */
function merged(fields: readonly Field[]): Field[] {
  const byKey = new Map<string, Field>();
  for (const field of fields) {
    const { type, about } = byKey.get(field.key) ?? field;
    byKey.set(field.key, { key: field.key, type: [...new Set([type, field.type])].join(' or '), about });
  }
  return [...byKey.values()];
}

function typeOf(node: JsonSchema, required: boolean): string {
  const base = baseType(node);
  if (node.default !== undefined) return `${base}, default ${JSON.stringify(node.default)}`;
  return required ? base : `${base}, optional`;
}

function baseType(node: JsonSchema): string {
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum !== undefined) return node.enum.join(' or ');
  if (node.type === 'array') return `list of ${typeNames(node.items ?? {})}`;
  return typeNames(node);
}

function typeNames(node: JsonSchema): string {
  const names = node.type === undefined ? (node.anyOf ?? node.oneOf ?? []).map(typeNames) : [node.type].flat();
  return [...new Set(names)].join(' or ') || 'value';
}

if (import.meta.main) finish('tools/docs.ts', await pages(), process.argv);
