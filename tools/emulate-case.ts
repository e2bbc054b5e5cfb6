/** A graph of one operator on seeded numbers, for the lab. */
import { SeededRandom } from '#engine/data/random.ts';
import { uniform } from '#engine/data/synthetic.ts';
import { type Attribute, type DeclaredValue, type Graph, OPSET } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { type DataType, elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { toExact } from '#engine/canon/rewrite.ts';
import { Call } from '#engine/ops/call.ts';
import { isCore, resultsOf } from '#engine/ops/catalogue.ts';
import { inexactNode } from '#engine/ops/determinism.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import type { LabCase } from './emulate-job.ts';

const SEED = sha256Hash(new TextEncoder().encode('corex.lab.v1'));

/** Numbers enough for everything: seeded ones are slow to make. */
const POOL = 2 ** 19;
const pools = new Map<number, Float32Array>();

function poolOf(exponent: number): Float32Array {
  const known = pools.get(exponent);
  if (known !== undefined) return known;
  const pool = new Float32Array(uniform(new SeededRandom(SEED, 'pool'), [POOL], exponent).data.slice().buffer);
  pools.set(exponent, pool);
  return pool;
}

/** Uniform in [-2^exponent, 2^exponent). */
export function random(shape: readonly number[], exponent = 0): Tensor {
  const pool = poolOf(exponent);
  const start = shape.reduce((hash, size) => (hash * 31 + size) % POOL, 7);
  const values = new Float32Array(elementCount(shape));
  for (let i = 0; i < values.length; i++) values[i] = pool[(start + i) % POOL] as number;
  return { dtype: 'float32', shape, data: new Uint8Array(values.buffer) };
}

const mapped = (tensor: Tensor, change: (value: number) => number): Tensor => {
  const numbers = new Float32Array(tensor.data.slice().buffer);
  return { ...tensor, data: new Uint8Array(numbers.map(change).buffer) };
};
export const positive = (shape: readonly number[], exponent = 0): Tensor =>
  mapped(random(shape, exponent), (value) => Math.abs(value) + 2 ** -20);

export const wide = ({ shape, data }: Tensor): Tensor => {
  const numbers = Float64Array.from(new Float32Array(data.slice().buffer));
  return { dtype: 'float64', shape, data: new Uint8Array(numbers.buffer) };
};

export const integers = (numbers: readonly number[], shape: readonly number[] = [numbers.length]): Tensor =>
  tensorOf('int64', shape, numbers);

export const scalar = (value: number): Tensor => tensorOf('float32', [], [value]);

/** Indices in [0, bound), with repetitions. */
export const indices = (shape: readonly number[], bound: number): Tensor => {
  const stream = new SeededRandom(SEED, `indices ${shape.join()}`);
  return integers(
    Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => stream.below(bound)),
    shape,
  );
};

type AttributeGiven = number | string | readonly number[] | Attribute;

function attributeOf(value: AttributeGiven): Attribute {
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'number') return { kind: 'int', value };
  return 'kind' in value ? value : { kind: 'ints', value };
}

export const float = (value: number): Attribute => ({ kind: 'float', value });

export interface Single {
  readonly op: string;
  readonly variant: string;
  readonly inputs: readonly Tensor[];
  /** Read from here on as constants, axes and shapes; inputs before are fed. */
  readonly constantsFrom?: number;
  readonly attributes?: Readonly<Record<string, AttributeGiven>>;
  /** Rank and type of each output; one like the first input if it is left out. */
  readonly outputs?: ReadonlyArray<readonly [rank: number, dtype?: DataType]>;
}

/** A graph and what it is fed. */
export interface LabGraph {
  readonly name: string;
  readonly graph: Graph;
  readonly feeds: ReadonlyMap<string, Tensor>;
}

/** Integers and what stands behind the inputs are constants of the graph. */
export function single(of: Single): LabGraph {
  const { op, variant, inputs, constantsFrom = inputs.length, attributes = {}, outputs } = of;
  const named = inputs.map((tensor, i) => [`in${i}`, tensor] as const);
  const isFed = ([, { dtype }]: readonly [string, Tensor], i: number): boolean =>
    i < constantsFrom && dtype !== 'int64';
  const fed = named.filter(isFed);
  const [first = scalar(0)] = inputs;
  const made = (outputs ?? [[first.shape.length, first.dtype]]).map(
    ([rank, dtype = first.dtype], i): DeclaredValue => ({ name: `out${i}`, dtype, shape: Array(rank).fill('') }),
  );
  const node = {
    op,
    domain: '',
    name: op,
    inputs: named.map(([name]) => name),
    outputs: made.map(({ name }) => name),
    attributes: new Map(Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)])),
  };
  const all = new Map<string, Tensor>(named);
  const call = new Call(node, { info: (name) => all.get(name), constant: (name) => all.get(name) });
  const known = isCore(op) ? resultsOf(op, call) : [];
  const graph: Graph = {
    name: 'lab',
    inputs: fed.map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
    outputs: made.map((value, i) => ({ ...value, ...known[i] })),
    nodes: [node],
    initializers: new Map(named.filter((each, i) => !isFed(each, i))),
    opaque: new Map(),
    values: [],
  };
  return { name: `${op}/${variant}`, graph, feeds: new Map(fed) };
}

/** Marks the cases of what engine/canon writes in an operator's place. */
export const EXACT = 'exact ';

/** The case itself, and its exact form where that is another graph. */
export function labCases(graphs: readonly LabGraph[]): LabCase[] {
  const encoded = (name: string, graph: Graph, feeds: LabGraph['feeds']): LabCase => ({
    name,
    model: encodeModel({ opset: OPSET, graph }),
    feeds,
  });
  return graphs.flatMap(({ name, graph, feeds }) => {
    const exact = toExact(graph);
    const isRewritten = inexactNode(graph) !== null && inexactNode(exact) === null;
    const plain = encoded(name, graph, feeds);
    return isRewritten ? [plain, encoded(`${EXACT}${name}`, exact, feeds)] : [plain];
  });
}
