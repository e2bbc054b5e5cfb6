/** Whose bits are the same on every processor, operator by operator, as measured (docs/determinism.md). */
import { type Graph, type Info, intAttribute, intsAttribute, type Node, nodeTitle } from '#engine/graph/graph.ts';
import { numbersOf } from '#engine/graph/numbers.ts';
import { elementCount, type Tensor } from '#engine/graph/tensor.ts';

/**
 * `as-is`: the same everywhere. A number: the same on any processor, on at most so many threads. `rewritten`: the runtime's own
 * differs and engine/canon writes it in other operators. `refused`: it differs, and there is nothing in its place.
 */
export type Determinism = 'as-is' | number | 'rewritten' | 'refused';

/** What a row sees of a node. */
export interface Placed {
  readonly node: Node;
  info(name: string): Info | undefined;
  constant(name: string): Tensor | undefined;
}

/** A run of axes, each of which is summed over or each of which is kept. */
export interface Run {
  readonly size: number;
  readonly isSummed: boolean;
}

/** Axes of size one are in no run. */
export function runsOf(shape: readonly number[], axes: readonly number[]): Run[] {
  const runs: Run[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const isSummed = axes.includes(axis);
    const last = runs.at(-1);
    if (last?.isSummed === isSummed) runs[runs.length - 1] = { size: last.size * size, isSummed };
    else runs.push({ size, isSummed });
  });
  return runs;
}

/** Does the runtime's own ReduceSum add row to row here? */
export function isPlainSum(shape: readonly number[], axes: readonly number[]): boolean {
  const runs = runsOf(shape, axes);
  return runs.every(({ isSummed }) => !isSummed) || (runs.length === 2 && runs[0]?.isSummed === true);
}

/** The shortest block of a sum that the runtime was seen to choose. */
export const BLOCK = 128;

export interface ProductSize {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Is the left operand read by columns? Then the runtime cuts every sum at 128. */
  readonly isTurned: boolean;
}

/** @param left shape of the left operand. @param turned transA and transB of a Gemm */
export function productSize(
  left: readonly number[],
  right: readonly number[],
  [turnLeft, turnRight]: readonly [boolean, boolean] = [false, false],
): ProductSize {
  const [rows = 1, inner = 1] = left.slice(-2);
  const [k = 1, columns = 1] = right.slice(-2);
  return { m: turnLeft ? inner : rows, n: turnRight ? k : columns, k: turnLeft ? rows : inner, isTurned: turnLeft };
}

/** Columns are handed to threads in strips of 16; from 80 columns a thread on, no thread cuts a sum at another place. */
const [STRIP, STRIPS] = [16, 5];
/** Fewer threads than this are too few to be content with. */
const FEW = 3;

/** On how many threads is the product the same? Rows are shared among them wherever there are as many as columns. */
export const threadsFor = ({ m, n, k, isTurned }: ProductSize): number =>
  k > BLOCK && n > m && !isTurned ? Math.max(1, Math.floor(Math.ceil(n / STRIP) / STRIPS)) : Number.POSITIVE_INFINITY;
/** Does it show on a few threads already? */
export const isThreaded = (size: ProductSize): boolean => threadsFor(size) < FEW;
/** Would another kernel compute it? */
export const isThin = ({ m, n }: ProductSize): boolean => m === 1 || n === 1;

type Row = Determinism | ((placed: Placed) => Determinism);

const operand = ({ node, info }: Placed, i: number): Info | undefined => info(node.inputs[i] ?? '');
const isFloat64 = (placed: Placed): boolean => operand(placed, 0)?.dtype === 'float64';
const isWhole = (placed: Placed): boolean => operand(placed, 0)?.dtype.startsWith('float') === false;

/** Computed by a kernel of the runtime in float32, and in float64 by the system's library. */
const float32: Row = (placed) => (isFloat64(placed) ? 'refused' : 'as-is');

/** Of whole numbers, the same in every order. */
const sum: Row = (placed) => {
  if (isWhole(placed)) return 'as-is';
  const [x, axes] = [operand(placed, 0), axesOf(placed)];
  return x !== undefined && axes !== null && isPlainSum(x.shape, axes) ? 'as-is' : 'rewritten';
};

function axesOf({ node, info, constant }: Placed): number[] | null {
  const rank = info(node.inputs[0] ?? '')?.shape.length ?? 0;
  const list = constant(node.inputs[1] ?? '');
  const given = intsAttribute(node.attributes, 'axes') ?? (list === undefined ? undefined : numbersOf(list));
  if (given === undefined && (node.inputs[1] ?? '') !== '') return null;
  if (given !== undefined && given.length > 0) return given.map((axis) => (axis < 0 ? axis + rank : axis));
  return intAttribute(node.attributes, 'noop_with_empty_axes', 0) === 1
    ? []
    : Array.from({ length: rank }, (_, i) => i);
}

const product: Row = (placed) => {
  const { node, constant } = placed;
  const [a, b] = [operand(placed, 0), operand(placed, 1)];
  if (a === undefined || b === undefined) return 'rewritten';
  if (isWhole(placed)) return 'as-is';
  if (isFloat64(placed)) return 'refused';
  // A constant is packed once, and then every sum has one order.
  if (constant(node.inputs[1] ?? '') !== undefined) return 'as-is';
  if (a.shape.length < 2 || b.shape.length < 2) return 'rewritten';
  const turned = (name: string): boolean => node.op === 'Gemm' && intAttribute(node.attributes, name, 0) !== 0;
  const size = productSize(a.shape, b.shape, [turned('transA'), turned('transB')]);
  if (isThin(size) || isThreaded(size)) return 'rewritten';
  const threads = threadsFor(size);
  return threads === Number.POSITIVE_INFINITY ? 'as-is' : threads;
};

/** A product of the filters and the places under the window: [filters of a group, terms] × [terms, places]. */
const convolution: Row = (placed) => {
  const { node, info } = placed;
  const [weight, result] = [operand(placed, 1)?.shape, info(node.outputs[0] ?? '')?.shape];
  if (weight === undefined || result === undefined) return 'rewritten';
  if (isFloat64(placed)) return 'refused';
  const [filters = 1, ...terms] = weight;
  if (filters === intAttribute(node.attributes, 'group', 1)) return 'rewritten';
  if (elementCount(result.slice(2)) === 1) return 'rewritten';
  return elementCount(terms) > BLOCK ? 1 : 'as-is';
};

/** The transposed filters of a group times the places: [results, channels] × [channels, places]. */
const transposedConvolution: Row = (placed) => {
  const x = operand(placed, 0)?.shape;
  if (x === undefined || isFloat64(placed)) return 'refused';
  return elementCount(x.slice(2)) === 1 ? 'rewritten' : 'as-is';
};

/** A row for every operator that computes; what only moves or compares has none. */
const ROWS: Readonly<Record<string, Row>> = {
  Abs: 'as-is',
  Acos: 'refused',
  Acosh: 'refused',
  Add: 'as-is',
  Asin: 'refused',
  Asinh: 'refused',
  Atan: 'refused',
  Atanh: 'refused',
  Attention: 'refused',
  AveragePool: float32,
  BatchNormalization: 'rewritten',
  BlackmanWindow: 'refused',
  Celu: 'rewritten',
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  Cos: 'refused',
  Cosh: 'refused',
  CumSum: 'as-is',
  DFT: 'refused',
  DeformConv: 'refused',
  Det: 'refused',
  Div: 'as-is',
  Einsum: 'refused',
  Elu: 'rewritten',
  Erf: float32,
  Exp: float32,
  GRU: 'refused',
  Gelu: 'rewritten',
  Gemm: product,
  GlobalAveragePool: 'rewritten',
  GlobalLpPool: 'refused',
  GridSample: 'refused',
  GroupNormalization: 'refused',
  HammingWindow: 'refused',
  HannWindow: 'refused',
  HardSigmoid: 'rewritten',
  HardSwish: 'rewritten',
  InstanceNormalization: 'rewritten',
  LRN: 'refused',
  LSTM: 'refused',
  LayerNormalization: 'rewritten',
  LeakyRelu: 'as-is',
  Log: 'rewritten',
  LogSoftmax: 'rewritten',
  LpNormalization: 'refused',
  LpPool: 'refused',
  MatMul: product,
  MatMulInteger: 'refused',
  MeanVarianceNormalization: 'refused',
  MelWeightMatrix: 'refused',
  Mish: 'rewritten',
  Mul: 'as-is',
  Pow: (placed) => (isWhole(placed) ? 'as-is' : 'rewritten'),
  QLinearConv: 'refused',
  QLinearMatMul: 'refused',
  RMSNormalization: 'refused',
  RNN: 'refused',
  Reciprocal: 'rewritten',
  ReduceL1: 'rewritten',
  ReduceL2: 'rewritten',
  ReduceLogSum: 'refused',
  ReduceLogSumExp: 'refused',
  ReduceMean: 'rewritten',
  ReduceProd: (placed) => (isWhole(placed) ? 'as-is' : 'refused'),
  ReduceSum: sum,
  ReduceSumSquare: 'rewritten',
  Resize: ({ node }) => {
    const mode = node.attributes.get('mode');
    return mode === undefined || (mode.kind === 'string' && mode.value === 'nearest') ? 'as-is' : 'refused';
  },
  RoiAlign: 'refused',
  RotaryEmbedding: 'refused',
  STFT: 'refused',
  ScatterND: ({ node }) => (node.attributes.has('reduction') ? 1 : 'as-is'),
  Selu: 'rewritten',
  Sigmoid: float32,
  Sin: 'refused',
  Sinh: 'refused',
  Softmax: 'rewritten',
  Softplus: 'rewritten',
  Softsign: 'rewritten',
  Swish: 'refused',
  Tan: 'refused',
  Tanh: float32,
  Upsample: 'refused',
};

function surroundings(graph: Graph): Omit<Placed, 'node'> {
  const infos = new Map<string, Info>(graph.initializers);
  for (const { name, dtype, shape } of [...graph.inputs, ...graph.outputs, ...graph.values]) {
    const sizes = shape.filter((size) => typeof size === 'number');
    if (sizes.length === shape.length) infos.set(name, { dtype, shape: sizes });
  }
  const constants = new Map(graph.initializers);
  for (const { op, outputs, attributes } of graph.nodes) {
    const value = attributes.get('value');
    if (op === 'Constant' && value?.kind === 'tensor') constants.set(outputs[0] ?? '', value.value);
  }
  return { info: (name) => infos.get(name), constant: (name) => constants.get(name) };
}

export function determinismOf(placed: Placed): Determinism {
  const { op, domain } = placed.node;
  if (domain !== '') return 'refused';
  const row = Object.hasOwn(ROWS, op) ? (ROWS[op] ?? 'as-is') : 'as-is';
  return typeof row === 'function' ? row(placed) : row;
}

/** On how many threads is the graph the same? Infinity: on any. */
export function threadsOf(graph: Graph): number {
  const around = surroundings(graph);
  return graph.nodes.reduce((fewest, node) => {
    const verdict = determinismOf({ node, ...around });
    return typeof verdict === 'number' ? Math.min(fewest, verdict) : fewest;
  }, Number.POSITIVE_INFINITY);
}

/** The first node that may differ between processors, as errors name it; null: the graph is exact. */
export function inexactNode(graph: Graph): string | null {
  const around = surroundings(graph);
  const isInexact = (node: Node): boolean => {
    const verdict = determinismOf({ node, ...around });
    return verdict === 'refused' || verdict === 'rewritten';
  };
  const node = graph.nodes.find(isInexact);
  return node === undefined ? null : `${node.op} ${nodeTitle(node)}`;
}
