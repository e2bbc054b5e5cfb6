/** Cheaper computations of a segment, as somebody would do them who wants to be paid for the whole one and not be seen. */
import { passOrder } from '#engine/data/slice.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { isWeight } from '#verifier/bounded/scale.ts';
import { advance, type Course, type Machine, type Stretch, type Tensors } from './course.ts';
import { bfloat16, type Format, float16, halfDropped, halfPruned, int8 } from './formats.ts';

/** Where a cheat begins: the honest state, and the honest one of a segment before. */
export interface Opening {
  readonly machine: Machine;
  readonly course: Course;
  readonly start: Tensors;
  /** Null in the first segment. */
  readonly before: Tensors | null;
  readonly stretch: Stretch;
}

/** @returns null where there is nothing to save in this segment */
export type Cheat = (of: Opening) => Promise<Tensors | null>;

function withWeights(state: Tensors, format: Format, isMeant: (name: string) => boolean = () => true): Tensors {
  const change = (name: string, tensor: Tensor): Tensor =>
    isWeight(name, tensor, state) && isMeant(name) ? format(tensor) : tensor;
  return new Map([...state].map(([name, tensor]) => [name, change(name, tensor)]));
}

/** state + (to - from): what was computed elsewhere is put on the true numbers. Counters go on as they are in `to`. */
function moved(state: Tensors, from: Tensors, to: Tensors): Tensors {
  return new Map(
    [...state].map(([name, tensor]) => {
      const [before, after] = [from.get(name), to.get(name)];
      if (before === undefined || after === undefined || tensor.dtype !== 'float32') return [name, after ?? tensor];
      const [a, b] = [numbersOf(before), numbersOf(after)];
      const sum = numbersOf(tensor).map((x, i) => x + ((b[i] as number) - (a[i] as number)));
      return [name, tensorOf('float32', tensor.shape, sum)];
    }),
  );
}

/** Each step computed with rounded weights, its change put on the exact ones: mixed precision. */
const mixed =
  (format: Format): Cheat =>
  async ({ machine, course, start, stretch }) => {
    let state = start;
    for (let step = 0; step < stretch.steps; step++) {
      const rounded = withWeights(state, format);
      const one = { firstStep: stretch.firstStep + step, steps: 1 };
      state = moved(state, rounded, (await advance(machine, course, rounded, one)).state);
    }
    return state;
  };

/** Weights kept in fewer bits: rounded after each step. */
const stored =
  (format: Format): Cheat =>
  async ({ machine, course, start, stretch }) => {
    let state = start;
    for (let step = 0; step < stretch.steps; step++) {
      const one = { firstStep: stretch.firstStep + step, steps: 1 };
      state = withWeights((await advance(machine, course, state, one)).state, format);
    }
    return state;
  };

/** Rounded once, at the start of the segment, and the change of all its steps put on the true weights. */
const atStart =
  (format: Format): Cheat =>
  async ({ machine, course, start, stretch }) => {
    const changed = withWeights(start, format);
    return moved(start, changed, (await advance(machine, course, changed, stretch)).state);
  };

/** Only what belongs to the last weights is computed. */
const frozen: Cheat = async ({ machine, course, start, stretch }) => {
  const { state } = await advance(machine, course, start, stretch);
  const isMatrix = ([name, tensor]: readonly [string, Tensor]): boolean =>
    isWeight(name, tensor, start) && tensor.shape.length > 1;
  const weights = [...start].filter(isMatrix).map(([name]) => name);
  const held = weights.slice(0, Math.ceil(weights.length / 2));
  const isHeld = (name: string): boolean => held.some((one) => name === one || name.startsWith(`${one}.`));
  return new Map([...state].map(([name, tensor]) => [name, isHeld(name) ? (start.get(name) as Tensor) : tensor]));
};

/** Half of the steps, and their change taken twice. */
const skipped: Cheat = async ({ machine, course, start, stretch }) => {
  if (stretch.steps < 2) return null;
  const half = { firstStep: stretch.firstStep, steps: Math.ceil(stretch.steps / 2) };
  const { state } = await advance(machine, course, start, half);
  return moved(state, start, state);
};

/** The second half of every batch is the first half again: nobody computes it. */
const smallerBatch: Cheat = async ({ machine, course, start, stretch }) => {
  const { seed, data, of } = course;
  const rows = data.get('x')?.shape[0] ?? 0;
  const order = passOrder({ seed, rows, pass: 0 });
  const half = Math.floor(of.batch / 2);
  const twice = [...data].map(([name, tensor]) => {
    const width = tensor.data.length / rows;
    const bytes = tensor.data.slice();
    order.forEach((row, at) => {
      const from = order[at - half];
      if (at % of.batch < half || from === undefined) return;
      bytes.set(tensor.data.subarray(from * width, (from + 1) * width), row * width);
    });
    return [name, { ...tensor, data: bytes }] as const;
  });
  return (await advance(machine, { ...course, data: new Map(twice) }, start, stretch)).state;
};

/** The change of the segment computed from the state of a segment before: what a worker does who does not wait. */
const stale: Cheat = async ({ machine, course, start, before, stretch }) => {
  if (before === null) return null;
  return moved(start, before, (await advance(machine, course, before, stretch)).state);
};

/** The segment of the epoch before is handed in once more. */
const nothing: Cheat = async ({ start }) => start;

export const CHEATS: Readonly<Record<string, Cheat>> = {
  'float16, mixed': mixed(float16),
  'bfloat16, mixed': mixed(bfloat16),
  'int8, mixed': mixed(int8),
  'float16, stored': stored(float16),
  'bfloat16, stored': stored(bfloat16),
  'int8, stored': stored(int8),
  'int8 at the start': atStart(int8),
  'half of the weights pruned': atStart(halfPruned),
  'half of the units dropped': atStart(halfDropped),
  'first layers frozen': frozen,
  'half of the steps skipped': skipped,
  'half of the batch': smallerBatch,
  'stale state': stale,
  'nothing computed': nothing,
};
