/** What the engine's step graphs cost: against one written by hand, and class exact against class fast. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { uniform } from '#engine/data/synthetic.ts';
import { SeededRandom } from '#engine/data/random.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { openSession } from '#engine/run/session.ts';
import { toValues, type Value, type Values } from '#engine/run/values.ts';
import { importSafetensors } from '#engine/state/safetensors.ts';
import { zeros } from '#engine/state/state.ts';
import { perceptron } from '#engine/train/base-model.ts';
import { compileTrain } from '#engine/train/step.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import { handWrittenStep, type Perceptron } from './hand-written.ts';

const SEED = sha256Hash(new TextEncoder().encode('corex.bench.step'));
const LOSS = { kind: 'softmax-cross-entropy' } as const;
const SGD = { kind: 'sgd', lr: 0.01, momentum: 0.9 } as const;
const NEXT = '.next';

type Comparison = 'exact' | 'fast';
type Tensors = ReadonlyMap<string, Tensor>;

interface Subject {
  readonly graph: Uint8Array;
  /** State, x and y. */
  readonly inputs: Tensors;
  /** Options of the session. */
  readonly comparison: Comparison;
}

export interface StepPair {
  readonly name: string;
  /** Median milliseconds of a step. */
  readonly firstMs: number;
  readonly secondMs: number;
  /** First over second: median of the ratios of neighbouring steps. */
  readonly ratio: number;
  /** The same of processor time, in which other programs of a busy machine are not. */
  readonly cpuRatio: number;
  readonly steps: number;
}

export interface StepReport {
  /** The engine's graph over the one by hand, both run alike, and the engine's for each class. */
  readonly handWritten: readonly StepPair[];
  /** Class exact over class fast, each with its own graph and session options. */
  readonly exactOverFast: readonly StepPair[];
  /** Class exact. */
  readonly stepsPerSecond: Readonly<Record<string, number>>;
}

interface Took {
  readonly ms: number;
  readonly cpuMs: number;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;

/** A loop over the steps of a graph, its state fed back and written in place as the engine does; answers what one step takes. */
async function stepper({ graph, inputs, comparison }: Subject) {
  const options = { provider: 'cpu', memoryBytes: Number.MAX_SAFE_INTEGER, comparison, inPlace: true } as const;
  const session = await openSession(graph, options);
  const feeds = new Map<string, Value>(toValues(inputs));
  const wanted = session.info.outputs.map(({ name }) => name);
  const places = (): Values =>
    toValues(new Map(session.info.outputs.map(({ name, dtype, shape }) => [name, zeros(dtype, shape.map(Number))])));
  // Two sets that take turns: one is read while the other is written.
  let [into, other] = [places(), places()];
  return {
    async step(): Promise<Took> {
      const [began, used] = [performance.now(), process.cpuUsage()];
      const results = await session.run(feeds, wanted, into);
      const { user, system } = process.cpuUsage(used);
      const took = { ms: performance.now() - began, cpuMs: (user + system) / 1000 };
      for (const [name, value] of results) if (name.endsWith(NEXT)) feeds.set(name.slice(0, -NEXT.length), value);
      [into, other] = [other, into];
      return took;
    },
    close: () => session.close(),
  };
}

/** A, B, B, A, A, B, …: whatever else the machine does meets both. @param leastMs that the measured steps take in all */
async function measurePair(name: string, first: Subject, second: Subject, leastMs: number): Promise<StepPair> {
  const [a, b] = [await stepper(first), await stepper(second)];
  const times: { a: Took[]; b: Took[] } = { a: [], b: [] };
  for (let i = 0; i < 10; i++) {
    await a.step();
    await b.step();
  }
  const until = performance.now() + leastMs;
  while (performance.now() < until || times.a.length < 20) {
    if (times.a.length % 2 === 0) {
      times.a.push(await a.step());
      times.b.push(await b.step());
    } else {
      times.b.push(await b.step());
      times.a.push(await a.step());
    }
  }
  await a.close();
  await b.close();
  const ms = { a: times.a.map((took) => took.ms), b: times.b.map((took) => took.ms) };
  const ratio = median(ms.a.map((time, i) => time / (ms.b[i] as number)));
  const cpuRatio = median(times.a.map(({ cpuMs }) => cpuMs)) / median(times.b.map(({ cpuMs }) => cpuMs));
  return { name, firstMs: median(ms.a), secondMs: median(ms.b), ratio, cpuRatio, steps: times.a.length };
}

/** Weights of a size that keeps the numbers of a few thousand steps ordinary. */
const seeded = (name: string, shape: readonly number[]): Tensor => uniform(new SeededRandom(SEED, name), shape, -4);

function batchFor({ batch, features, classes }: Perceptron): Array<[string, Tensor]> {
  const y = new BigInt64Array(batch).map((_, row) => BigInt(row % classes));
  return [
    ['x', seeded('x', [batch, features])],
    ['y', { dtype: 'int64', shape: [batch], data: new Uint8Array(y.buffer) }],
  ];
}

function engineSubject(model: Uint8Array, data: ReadonlyArray<[string, Tensor]>, comparison: Comparison): Subject {
  const batch = data[0]?.[1].shape[0] as number;
  const { step, initialState } = compileTrain(model, { batch, loss: LOSS, optimizer: SGD, comparison });
  return { graph: step, inputs: new Map([...initialState, ...data]), comparison };
}

const SIZES = [
  { features: 64, layers: [128, 64], classes: 10, batch: 32 },
  { features: 784, layers: [512, 512], classes: 10, batch: 64 },
] as const;

async function againstHand(leastMs: number): Promise<StepPair[]> {
  const found: StepPair[] = [];
  for (const size of SIZES) {
    const of = { ...size, ...SGD };
    const data = batchFor(of);
    const name = `mlp ${[size.features, ...size.layers, size.classes].join('-')}, batch ${size.batch}`;
    const model = perceptron({ ...size, weight: seeded });
    const graph = handWrittenStep(of);
    for (const comparison of ['exact', 'fast'] as const) {
      const ours = engineSubject(model, data, comparison);
      // The same session options for both: the graphs are compared and nothing else.
      const byHand = { graph, inputs: ours.inputs, comparison };
      found.push(await measurePair(`${name}, ${comparison}`, ours, byHand, leastMs));
    }
  }
  return found;
}

const REFERENCES = join(import.meta.dirname, '..', '..', 'shared', 'reference');

/** The reference models, where they are, and the larger perceptron. */
function models(): Array<{ name: string; model: Uint8Array; data: Array<[string, Tensor]> }> {
  const large = { ...SIZES[1], ...SGD };
  const here = ['mlp', 'cnn', 'gpt'].filter((name) => existsSync(join(REFERENCES, name)));
  return [
    { name: 'mlp 784-512-512-10', model: perceptron({ ...large, weight: seeded }), data: batchFor(large) },
    ...here.map((name) => {
      const batch = importSafetensors(new Uint8Array(readFileSync(join(REFERENCES, name, 'expected.safetensors'))));
      const data = ['x', 'y'].map((key): [string, Tensor] => [key, batch.get(key) as Tensor]);
      return {
        name: `reference ${name}`,
        model: new Uint8Array(readFileSync(join(REFERENCES, name, 'forward.onnx'))),
        data,
      };
    }),
  ];
}

/** @param leastMs that each pair is measured for */
export async function measureStep(leastMs = 4000): Promise<StepReport> {
  const handWritten = await againstHand(leastMs);
  const exactOverFast: StepPair[] = [];
  for (const { name, model, data } of models()) {
    const [exact, fast] = [engineSubject(model, data, 'exact'), engineSubject(model, data, 'fast')];
    exactOverFast.push(await measurePair(name, exact, fast, leastMs));
  }
  const stepsPerSecond = Object.fromEntries(exactOverFast.map(({ name, firstMs }) => [name, 1000 / firstMs]));
  return { handWritten, exactOverFast, stepsPerSecond };
}

export function stepTable({ handWritten, exactOverFast }: StepReport): string {
  const rows = (pairs: readonly StepPair[], heads: readonly [string, string]) =>
    pairs.map(({ name, firstMs, secondMs, ratio, cpuRatio }) => ({
      model: name,
      [`${heads[0]} ms`]: firstMs.toFixed(3),
      [`${heads[1]} ms`]: secondMs.toFixed(3),
      ratio: ratio.toFixed(3),
      'of cpu time': cpuRatio.toFixed(3),
      'steps/s': (1000 / firstMs).toFixed(1),
    }));
  const text = (title: string, table: ReadonlyArray<Record<string, string>>): string => {
    const heads = Object.keys(table[0] ?? {});
    const lines = [heads, ...table.map((row) => heads.map((head) => row[head] ?? ''))];
    const widths = heads.map((_, at) => Math.max(...lines.map((cells) => (cells[at] ?? '').length)));
    return [
      title,
      ...lines.map((cells) => `  ${cells.map((cell, at) => cell.padEnd(widths[at] as number)).join('  ')}`.trimEnd()),
    ].join('\n');
  };
  return [
    text(
      'training step of the engine against one written by hand, one thread',
      rows(handWritten, ['engine', 'by hand']),
    ),
    text('class exact against class fast, one thread', rows(exactOverFast, ['exact', 'fast'])),
  ].join('\n\n');
}

if (import.meta.main) {
  const report = await measureStep();
  process.stdout.write(`${stepTable(report)}\n${JSON.stringify(report)}\n`);
}
