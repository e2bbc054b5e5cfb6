/** folded(): what a node makes of constants, computed here, so that no step computes it again. */
import { type Info, intAttribute } from '#engine/graph/graph.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import { elementCount, type Tensor } from '#engine/graph/tensor.ts';
import type { Call } from './call.ts';
import { cuts, permutation } from './shapes.ts';

/** Larger results stay nodes: the graph's bytes are fetched by everyone who works on it. */
const MAX_FOLDED = 2 ** 18;

const isTrue = (value: number): boolean => value !== 0;

/** Half to even, as IEEE 754 and ONNX round. */
function round(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

const UNARY: Readonly<Record<string, (x: number) => number>> = {
  Abs: Math.abs,
  Ceil: Math.ceil,
  Cos: Math.cos,
  Exp: Math.exp,
  Floor: Math.floor,
  Identity: (x) => x,
  Log: Math.log,
  Neg: (x) => (x === 0 ? 0 : -x),
  Not: (x) => Number(!isTrue(x)),
  Reciprocal: (x) => 1 / x,
  Relu: (x) => Math.max(x, 0),
  Round: round,
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Sign: Math.sign,
  Sin: Math.sin,
  Sqrt: Math.sqrt,
  Tanh: Math.tanh,
};

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  And: (a, b) => Number(isTrue(a) && isTrue(b)),
  Div: (a, b) => a / b,
  Equal: (a, b) => Number(a === b),
  Greater: (a, b) => Number(a > b),
  GreaterOrEqual: (a, b) => Number(a >= b),
  Less: (a, b) => Number(a < b),
  LessOrEqual: (a, b) => Number(a <= b),
  Max: Math.max,
  Min: Math.min,
  // The sign of the divisor, as in Python.
  Mod: (a, b) => ((a % b) + b) % b,
  Mul: (a, b) => a * b,
  Or: (a, b) => Number(isTrue(a) || isTrue(b)),
  Pow: (a, b) => a ** b,
  Sub: (a, b) => a - b,
};

/** Steps between neighbours along each axis. */
function stridesOf(shape: readonly number[]): number[] {
  const strides = Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = (strides[i + 1] as number) * (shape[i + 1] as number);
  return strides;
}

/** Places in row-major order; `steps` and `start` tell where each element of the result comes from. */
function walk(shape: readonly number[], steps: readonly number[], start = 0): Int32Array {
  const places = new Int32Array(elementCount(shape));
  const at = Array<number>(shape.length).fill(0);
  let from = start;
  for (let i = 0; i < places.length; i++) {
    places[i] = from;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis] as number;
      at[axis] = (at[axis] as number) + 1;
      if (at[axis] !== shape[axis]) break;
      from -= (shape[axis] as number) * (steps[axis] as number);
      at[axis] = 0;
    }
  }
  return places;
}

/** Where each element of the broadcast shape comes from. */
function broadcastPlaces(from: readonly number[], to: readonly number[]): Int32Array {
  const lead = to.length - from.length;
  const strides = stridesOf(from);
  const steps = to.map((_, i) => (i < lead || from[i - lead] === 1 ? 0 : (strides[i - lead] as number)));
  return walk(to, steps);
}

type Known = ReadonlyArray<Tensor | undefined>;
type Folder = (call: Call, result: Info, known: Known) => number[] | null;

const pick = (numbers: readonly number[], places: Int32Array): number[] =>
  Array.from(places, (place) => numbers[place] as number);

const first: Folder = (_call, _result, [x]) => (x === undefined ? null : numbersOf(x));

function spreadOver(tensor: Tensor, shape: readonly number[]): number[] {
  return pick(numbersOf(tensor), broadcastPlaces(tensor.shape, shape));
}

const cast: Folder = (_call, { dtype }, [x]) => {
  if (x === undefined) return null;
  const numbers = numbersOf(x);
  if (dtype === 'bool') return numbers.map((value) => Number(isTrue(value)));
  return dtype.startsWith('float') ? numbers : numbers.map(Math.trunc);
};

const gather: Folder = (call, { shape }, [x, places]) => {
  if (x === undefined || places === undefined) return null;
  const axis = call.axis(intAttribute(call.attributes, 'axis', 0), x.shape.length);
  const size = x.shape[axis] as number;
  const rows = numbersOf(places).map((at) => (at < 0 ? at + size : at));
  if (rows.some((at) => at < 0 || at >= size)) throw call.error(`a place outside ${size}`);
  const after = elementCount(x.shape.slice(axis + 1));
  const numbers = numbersOf(x);
  return Array.from({ length: elementCount(shape) }, (_, i) => {
    const inner = i % after;
    const row = rows[Math.floor(i / after) % rows.length] as number;
    const outer = Math.floor(i / (after * rows.length));
    return numbers[(outer * size + row) * after + inner] as number;
  });
};

const concat: Folder = (call, { shape }, known) => {
  const axis = call.axis(intAttribute(call.attributes, 'axis', 0), shape.length);
  const after = elementCount(shape.slice(axis + 1));
  const parts = known.flatMap((tensor) =>
    tensor === undefined ? [] : [{ numbers: numbersOf(tensor), width: (tensor.shape[axis] as number) * after }],
  );
  const rows = elementCount(shape.slice(0, axis));
  return Array.from({ length: rows }, (_, row) =>
    parts.flatMap(({ numbers, width }) => numbers.slice(row * width, (row + 1) * width)),
  ).flat();
};

const slice: Folder = (call, { shape }, [x]) => {
  if (x === undefined) return null;
  const strides = stridesOf(x.shape);
  let start = 0;
  const steps = [...strides];
  for (const cut of cuts(call)) {
    start += cut.start * (strides[cut.axis] as number);
    steps[cut.axis] = cut.step * (strides[cut.axis] as number);
  }
  return pick(numbersOf(x), walk(shape, steps, start));
};

const transpose: Folder = (call, { shape }, [x]) => {
  if (x === undefined) return null;
  const strides = stridesOf(x.shape);
  return pick(
    numbersOf(x),
    walk(
      shape,
      permutation(call).map((axis) => strides[axis] as number),
    ),
  );
};

/** Products of constants: angles of positions, mostly. Sums in float64, rounded once. */
const matMul: Folder = (_call, { shape }, [a, b]) => {
  if (a === undefined || b === undefined || a.shape.length < 2 || b.shape.length < 2) return null;
  const [rows, columns, inner] = [shape.at(-2) as number, shape.at(-1) as number, a.shape.at(-1) as number];
  const stack = shape.slice(0, -2);
  const left = spreadOver(a, [...stack, rows, inner]);
  const right = spreadOver(b, [...stack, inner, columns]);
  return Array.from({ length: elementCount(shape) }, (_, at) => {
    const image = Math.floor(at / (rows * columns));
    const [row, column] = [Math.floor(at / columns) % rows, at % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      sum +=
        (left[(image * rows + row) * inner + k] as number) * (right[(image * inner + k) * columns + column] as number);
    }
    return sum;
  });
};

const where: Folder = (_call, { shape }, [condition, yes, no]) => {
  if (condition === undefined || yes === undefined || no === undefined) return null;
  const [left, right] = [spreadOver(yes, shape), spreadOver(no, shape)];
  return spreadOver(condition, shape).map((is, i) => (isTrue(is) ? left[i] : right[i]) as number);
};

const FOLDERS: Readonly<Record<string, Folder>> = {
  Cast: cast,
  Concat: concat,
  Expand: (_call, { shape }, [x]) => (x === undefined ? null : spreadOver(x, shape)),
  Flatten: first,
  Gather: gather,
  MatMul: matMul,
  Reshape: first,
  Slice: slice,
  Squeeze: first,
  Transpose: transpose,
  Unsqueeze: first,
  Where: where,
};

/** Division of whole numbers drops the rest. */
function binary(call: Call, { dtype, shape }: Info, [a, b, ...others]: Known): number[] | null {
  const isTruncated = call.node.op === 'Mod' && intAttribute(call.attributes, 'fmod', 0) === 1;
  const operation = isTruncated ? (x: number, y: number) => x % y : BINARY[call.node.op];
  if (operation === undefined || a === undefined || b === undefined || others.length > 0) return null;
  const isWhole = !dtype.startsWith('float');
  const right = spreadOver(b, shape);
  return spreadOver(a, shape).map((left, i) => {
    const made = operation(left, right[i] as number);
    return isWhole ? Math.trunc(made) : made;
  });
}

/** Largest and least number that each element type of whole numbers holds and a double still tells apart. */
const WHOLE: Readonly<Partial<Record<Info['dtype'], readonly [number, number]>>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint8: [0, 255],
};

/** Division by zero and numbers that do not fit are left to the runtime. */
function fits({ dtype }: Info, numbers: readonly number[]): boolean {
  const [least, most] = WHOLE[dtype] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return WHOLE[dtype] === undefined || numbers.every((number) => number >= least && number <= most);
}

/** Operators that compute new numbers; the others move those that are there. */
const computes = (op: string): boolean => Object.hasOwn(UNARY, op) || Object.hasOwn(BINARY, op) || op === 'Cast';

/** A node's first result, where every operand is a constant; null for anything else. */
export function folded(call: Call, result: Info, known: Known): Tensor | null {
  const { op } = call.node;
  const isKnown = known.length > 0 && known.every((tensor, i) => tensor !== undefined || !call.has(i));
  if (!isKnown || elementCount(result.shape) > MAX_FOLDED) return null;
  const [x] = known;
  if (x === undefined || elementCount(x.shape) > MAX_FOLDED) return null;
  const map = Object.hasOwn(UNARY, op) ? UNARY[op] : undefined;
  const other = Object.hasOwn(FOLDERS, op) ? FOLDERS[op] : binary;
  const numbers = map === undefined ? other?.(call, result, known) : numbersOf(x).map(map);
  if (numbers === null || numbers === undefined || (computes(op) && !fits(result, numbers))) return null;
  return tensorOf(result.dtype, result.shape, numbers);
}
