/** A trial: one node of a model with random operands and attributes, as data that a property draws and shrinks. */
import fc from 'fast-check';
import { SeededRandom } from '#engine/data/random.ts';
import type { Attribute } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { type DataType, elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';

/** `float` is float64 where the runtime has the kernels, else float32. */
export type ElementType = 'float' | Exclude<DataType, 'float64'>;

/** Where floating-point numbers of an operand lie; between a negative and a positive bound none is near 0. */
export type Range = readonly [low: number, high: number];

export const SIGNED: Range = [-1.5, 1.5];
export const POSITIVE: Range = [0.3, 2];

export interface Operand {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
  /** A weight is differentiated, a constant is known to the importer, an input is not. */
  readonly role: 'weight' | 'constant' | 'input';
  /** Given numbers, or where to draw them from. */
  readonly values: readonly number[] | Range;
  readonly isDrawn: boolean;
}

export type AttributeValue = number | string | readonly number[] | Attribute;

export interface Trial {
  readonly op: string;
  readonly opset: number;
  /** null is an input that is left out. */
  readonly operands: ReadonlyArray<Operand | null>;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Element type of each result that is asked for. */
  readonly results: readonly ElementType[];
  /** Further results, which are compared with the runtime's but through which no gradient flows. */
  readonly beside: readonly ElementType[];
  /** The form is an importer's alone; the core operator does not have it. */
  readonly isImportOnly: boolean;
  /** The runtime's own operator computes something else, or has no kernel for it. */
  readonly isUnknownToRuntime: boolean;
  readonly seed: number;
}

export const float = (value: number): Attribute => ({ kind: 'float', value });
export const floats = (value: readonly number[]): Attribute => ({ kind: 'floats', value });

/** Draws what a generator asks for; fast-check shrinks each draw by itself. */
export class Dice {
  readonly #gen: fc.GeneratorValue;
  #count = 0;

  constructor(gen: fc.GeneratorValue) {
    this.#gen = gen;
  }

  int(min: number, max: number): number {
    return this.#gen(fc.integer, { min, max });
  }

  bit(): number {
    return this.int(0, 1);
  }

  is(): boolean {
    return this.bit() === 1;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)] as T;
  }

  seed(): number {
    return this.#gen(fc.nat);
  }

  /** Sizes 1 to 5, and few enough elements that each can be moved. */
  shape(min = 1, max = 4, most = 48): number[] {
    const shape: number[] = [];
    const rank = this.int(min, max);
    while (shape.length < rank)
      shape.push(this.int(1, Math.min(5, Math.max(1, Math.floor(most / elementCount(shape))))));
    return shape;
  }

  /** A shape that broadcasts to this one. */
  narrowed(shape: readonly number[]): number[] {
    return shape.slice(this.int(0, shape.length)).map((size) => (this.int(0, 3) === 0 ? 1 : size));
  }

  axis(rank: number): number {
    return this.int(-rank, rank - 1);
  }

  /** Some of the axes, counted from either end, each once. */
  axes(rank: number): number[] {
    const all = Array.from({ length: rank }, (_, i) => i).filter(() => this.is());
    return all.map((axis) => (this.is() ? axis : axis - rank));
  }

  order(rank: number): number[] {
    const rest = Array.from({ length: rank }, (_, i) => i);
    return Array.from({ length: rank }, () => rest.splice(this.int(0, rest.length - 1), 1)[0] as number);
  }

  /** A floating-point attribute that float32 holds. */
  number(low: number, high: number): number {
    return this.int(Math.ceil(low * 16), Math.floor(high * 16)) / 16;
  }

  #operand(of: Omit<Operand, 'name'>): Operand {
    return { name: `w${this.#count++}`, ...of };
  }

  weight(shape: readonly number[], values: Range = SIGNED): Operand {
    return this.#operand({ shape, type: 'float', role: 'weight', values, isDrawn: true });
  }

  /** Floating-point numbers that have no gradient. */
  fixed(shape: readonly number[], values: Range = SIGNED, role: 'constant' | 'input' = 'constant'): Operand {
    return this.#operand({ shape, type: 'float', role, values, isDrawn: true });
  }

  given(
    type: ElementType,
    shape: readonly number[],
    values: readonly number[],
    role: Operand['role'] = 'constant',
  ): Operand {
    return this.#operand({ shape, type, role, values, isDrawn: false });
  }

  /** A constant vector of int64. */
  list(values: readonly number[]): Operand {
    return this.given('int64', [values.length], values);
  }

  /** Whole numbers from `low` to `high`, each possibly several times. */
  whole(shape: readonly number[], low: number, high: number, type: ElementType = 'int64'): Operand {
    const numbers = Array.from({ length: elementCount(shape) }, () => this.int(low, high));
    return this.given(type, shape, numbers, this.is() ? 'input' : 'constant');
  }

  trial(
    op: string,
    operands: ReadonlyArray<Operand | null>,
    more: Partial<Omit<Trial, 'op' | 'operands'>> = {},
  ): Trial {
    return {
      op,
      opset: 18,
      operands,
      attributes: {},
      results: ['float'],
      beside: [],
      isImportOnly: false,
      isUnknownToRuntime: false,
      seed: this.seed(),
      ...more,
    };
  }
}

export type Generator = (d: Dice) => Trial;
export type Generators = Readonly<Record<string, Generator>>;

/** No number of a range that goes through 0 is nearer to it. */
const HOLE = 0.125;

/** `count` numbers with equal gaps. */
function ladder([low, high]: Range, count: number): number[] {
  const steps = (from: number, to: number, n: number): number[] =>
    Array.from({ length: n }, (_, i) => from + ((i + 0.5) * (to - from)) / n);
  if (low >= 0 || high <= 0) return steps(low, high, count);
  const below = Math.floor(count / 2);
  return [...steps(low, -HOLE, below), ...steps(HOLE, high, count - below)];
}

function shuffled(numbers: readonly number[], random: SeededRandom): number[] {
  const list = [...numbers];
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [list[i], list[j]] = [list[j] as number, list[i] as number];
  }
  return list;
}

export const randomOf = (seed: number, purpose: string): SeededRandom =>
  new SeededRandom(sha256Hash(Buffer.from(String(seed))), purpose);

/** Distinct numbers in a random order. */
export function drawn(range: Range, count: number, seed: number, purpose: string): number[] {
  return shuffled(ladder(range, count), randomOf(seed, purpose));
}

export const operandsOf = ({ operands }: Trial): Operand[] => operands.filter((operand) => operand !== null);

/** Tensors of a trial by name: no two floating-point numbers are equal, not even of two operands. */
export function tensorsOf(trial: Trial, dtype: 'float32' | 'float64'): Map<string, Tensor> {
  const all = operandsOf(trial);
  const isDrawn = (operand: Operand): boolean => operand.isDrawn;
  const pools = new Map<string, number[]>();
  for (const { values } of all.filter(isDrawn)) {
    const key = values.join();
    const total = all.filter((each) => each.isDrawn && each.values.join() === key);
    const count = total.reduce((sum, { shape }) => sum + elementCount(shape), 0);
    pools.set(key, drawn(values as Range, count, trial.seed, key));
  }
  return new Map(
    all.map(({ name, shape, type, values, ...operand }) => {
      const numbers = operand.isDrawn ? (pools.get(values.join()) ?? []).splice(0, elementCount(shape)) : values;
      return [name, tensorOf(type === 'float' ? dtype : type, shape, numbers)];
    }),
  );
}
