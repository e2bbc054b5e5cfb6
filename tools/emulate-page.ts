/** docs/determinism.md, printed from the measurements that lie beside it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXACT } from './emulate-case.ts';
import { COLUMNS, differing, type Digests } from './emulate-measure.ts';
import { PROFILES } from './emulate-profiles.ts';
import { finish, writeGenerated } from './generated.ts';
import { root } from './sources.ts';

export const measurementsFile = 'docs/determinism.json';

export const modelsFile = 'docs/determinism-models.json';

/** By name of the model, its last commitment by how it was computed. */
export type ModelRuns = Readonly<
  Record<
    string,
    { readonly steps: number; readonly optimizer: string; readonly roots: Readonly<Record<string, string>> }
  >
>;

export interface Measurements {
  readonly cases: readonly string[];
  /** By column, the cases that differ from the column that it is held against. */
  readonly differ: Readonly<Record<string, readonly string[]>>;
}

export function measured(results: ReadonlyMap<string, Digests>): Measurements {
  const columns = COLUMNS.filter(({ name }) => results.has(name));
  return {
    cases: Object.keys(results.get('native') ?? {}),
    differ: Object.fromEntries(columns.map((column) => [column.name, differing(results, column)])),
  };
}

interface Row {
  readonly op: string;
  readonly isExactForm: boolean;
  readonly variants: readonly string[];
}

function rowsOf(cases: readonly string[]): Row[] {
  const rows = new Map<string, Row>();
  for (const name of cases) {
    const isExactForm = name.startsWith(EXACT);
    const [op = ''] = (isExactForm ? name.slice(EXACT.length) : name).split('/');
    const key = `${op}${isExactForm ? ' exact' : ''}`;
    rows.set(key, { op, isExactForm, variants: [...(rows.get(key)?.variants ?? []), name] });
  }
  return [...rows.values()].sort((a, b) =>
    a.op < b.op ? -1 : a.op > b.op ? 1 : Number(a.isExactForm) - Number(b.isExactForm),
  );
}

const cellOf = (variants: readonly string[], differ: ReadonlySet<string>): string => {
  const count = variants.filter((name) => differ.has(name)).length;
  return count === 0 ? 'same' : `**${count}**`;
};

/** Columns of one heading. */
interface Group {
  readonly title: string;
  readonly columns: readonly string[];
}

function table(measurements: Measurements, rows: readonly Row[], groups: readonly Group[]): string {
  const known = groups.map(({ title, columns }) => ({
    title,
    columns: columns.filter((name) => name in measurements.differ),
  }));
  const head = ['operator', 'cases', ...known.map(({ title }) => title)];
  const lines = rows.map(({ op, isExactForm, variants }) => [
    isExactForm ? `${op}, exact form` : op,
    String(variants.length),
    ...known.map(({ columns }) =>
      cellOf(variants, new Set(columns.flatMap((name) => measurements.differ[name] ?? []))),
    ),
  ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const TEXT = `# Determinism

Which operators of ONNX Runtime give the same bytes everywhere, measured with \`node tools/emulate.ts --write\`. Each operator runs in
several cases (sizes, axes, attributes); a column says in how many of them the bytes are others than on the machine that measures,
with one thread and inputs at a boundary of 64 bytes. Other processors are QEMU's user mode: choice of kernels and order of operations
are theirs, approximations inside a real core are not.

What follows from it stands in \`engine/ops/determinism.ts\`, a row for each operator: \`as-is\`, a number of threads, \`rewritten\` or \`refused\`.
An **exact form** is what \`engine/canon\` writes in the place of a \`rewritten\` operator.

What was learned:

- Sums along the last axis (ReduceSum, ReduceMean) follow the vectors of the processor, and even where in memory the operand begins.
  Sums along the leading axes add row to row. So a sum along the last axis is a product with a constant column of ones.
- A constant right operand is packed, and then a product has one order of additions on every processor and any number of threads.
- A product of two runtime operands is shared among threads by rows where there are at least as many rows as columns, and is the same
  then. Where there are fewer rows and more than 128 terms it is the same as long as every thread has 80 columns; where three threads
  have not, the left operand is transposed, which ends the dependence. One row or one column is computed by other kernels: there it is written as products of elements, and a sum.
- A convolution of more than 128 terms is the same on one thread. One with one filter for a group (depthwise) has kernels of its own
  on ARM64: every filter is written twice.
- Exp, Erf, Tanh, Sigmoid and Sqrt in float32 are the runtime's own and the same, except that ARM64 with SVE has another Exp: such a
  processor is not in the exact class, and computes in the portable one.
- float64 is no refuge: Exp and Log in float64 differ as well. Logarithms are made of +, -, ×, ÷ and square roots, in float64.
- AVX-512 was not at hand for this table.
`;

function profileTable(): string {
  const lines = PROFILES.map(({ name, about, emulator, classes }) => [
    `\`${name}\``,
    about,
    emulator.length === 0 ? 'none' : `\`${emulator.slice(0, 3).join(' ')}\``,
    classes.join(', '),
  ]);
  const head = ['profile', 'processor', 'emulator', 'classes promised'];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const named = (test: (name: string) => boolean): string[] => COLUMNS.map(({ name }) => name).filter(test);
const NATIVE_GROUPS: readonly Group[] = [
  { title: 'other numbers of threads', columns: named((name) => name.endsWith('threads')) },
  { title: 'inputs elsewhere in memory', columns: named((name) => name.startsWith('inputs')) },
  { title: 'x64', columns: ['haswell', 'epyc'] },
  { title: 'ARM64', columns: ['neoverse-n1', 'cortex-a72'] },
  { title: 'ARM64 with SVE', columns: ['arm64-sve'] },
  { title: 'ARM64 with SME', columns: ['arm64-sme'] },
  { title: 'portable, everywhere', columns: named((name) => name.startsWith('portable ')) },
];

/** Ways of computing that end in the same commitment stand in one cell. */
function modelTable(): string {
  const runs: ModelRuns = JSON.parse(readFileSync(join(root, modelsFile), 'utf8'));
  const lines = Object.entries(runs).flatMap(([name, { steps, optimizer, roots }]) =>
    [...new Set(Object.values(roots))].map((state) => {
      const ways = Object.keys(roots).filter((way) => roots[way] === state);
      return [name, `${steps}, ${optimizer}`, `\`${state.slice(0, 18)}…\``, ways.join('<br>')];
    }),
  );
  const head = ['model', 'steps', 'commitment to the state', 'computed so by'];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function page(): string {
  const measurements: Measurements = JSON.parse(readFileSync(join(root, measurementsFile), 'utf8'));
  const rows = rowsOf(measurements.cases);
  return [
    '<!-- Printed by tools/emulate-page.ts from docs/determinism.json; measure again with `node tools/emulate.ts --write`. -->',
    TEXT,
    '## Processors',
    profileTable(),
    '## Whole models',
    'Training steps in class `exact`, from the same state on the same data, `node tools/emulate-models.ts FOLDER --write`.',
    modelTable(),
    '## Operators',
    table(measurements, rows, NATIVE_GROUPS),
  ].join('\n\n');
}

const pages = () => [{ file: 'docs/determinism.md', text: `${page().trimEnd()}\n` }];

export function writePage(): void {
  writeGenerated(pages(), 'write');
}

if (import.meta.main) finish('tools/emulate-page.ts', pages(), process.argv);
