/** Nodes that turn a few bytes into terabytes or hours, a row each; put between a value and its readers. */
import type { SeededRandom } from '#engine/data/random.ts';
import type { Attribute, Graph, Node } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { pick } from './graph-mutations.ts';

interface Bomb {
  readonly op: string;
  /** Beside the value itself. */
  readonly constants: Readonly<Record<string, Tensor>>;
  /** `@` stands for the value. */
  readonly inputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

const int64 = (...numbers: readonly number[]): Tensor => tensorOf('int64', [numbers.length], numbers);
const scalar = (number: number): Tensor => tensorOf('int64', [], [number]);
const float = (...numbers: readonly number[]): Tensor => tensorOf('float32', [numbers.length], numbers);
const ints = (...value: readonly number[]): Attribute => ({ kind: 'ints', value });

/** 2 TB of float32, and less than what the limit on one value finds. */
const [HUGE, LARGE] = [2 ** 39, 2 ** 30];

export const BOMBS: Readonly<Record<string, Bomb>> = {
  expand: { op: 'Expand', constants: { s: int64(HUGE, 1, 1) }, inputs: ['@', 's'] },
  expandLess: { op: 'Expand', constants: { s: int64(LARGE, 1, 1) }, inputs: ['@', 's'] },
  expandInParts: { op: 'Expand', constants: { s: int64(1024, 1024, 1, 1) }, inputs: ['@', 's'] },
  constantOfShape: { op: 'ConstantOfShape', constants: { s: int64(HUGE) }, inputs: ['s'] },
  constantOfShapeLess: { op: 'ConstantOfShape', constants: { s: int64(2 ** 15, 2 ** 15) }, inputs: ['s'] },
  tile: { op: 'Tile', constants: { s: int64(2 ** 20, 2 ** 20) }, inputs: ['@', 's'] },
  range: { op: 'Range', constants: { a: scalar(0), b: scalar(HUGE), c: scalar(1) }, inputs: ['a', 'b', 'c'] },
  rangeForever: { op: 'Range', constants: { a: scalar(0), b: scalar(HUGE), c: scalar(0) }, inputs: ['a', 'b', 'c'] },
  pad: { op: 'Pad', constants: { s: int64(0, 2 ** 38, 0, 2 ** 38) }, inputs: ['@', 's'] },
  convPads: {
    op: 'Conv',
    constants: { w: tensorOf('float32', [1, 1, 1, 1], [1]) },
    inputs: ['@', 'w'],
    attributes: { pads: ints(2 ** 20, 2 ** 20, 2 ** 20, 2 ** 20), kernel_shape: ints(1, 1) },
  },
  poolPads: {
    op: 'MaxPool',
    constants: {},
    inputs: ['@'],
    attributes: { pads: ints(0, 2 ** 30, 0, 2 ** 30), kernel_shape: ints(1, 2 ** 31 - 1) },
  },
  resize: { op: 'Resize', constants: { s: float(1, 1e9) }, inputs: ['@', '', 's'] },
  oneHot: {
    op: 'OneHot',
    constants: { at: int64(0), depth: scalar(HUGE), pair: float(0, 1) },
    inputs: ['at', 'depth', 'pair'],
  },
  gatherMany: {
    op: 'Gather',
    constants: { i: tensorOf('int64', [4096], Array<number>(4096).fill(0)) },
    inputs: ['@', 'i'],
  },
  upperTriangle: { op: 'Trilu', constants: { k: scalar(2 ** 62) }, inputs: ['@', 'k'] },
  cumSum: { op: 'CumSum', constants: { a: scalar(2 ** 40) }, inputs: ['@', 'a'] },
  window: { op: 'HannWindow', constants: { n: scalar(HUGE) }, inputs: ['n'] },
  concat: {
    op: 'Concat',
    constants: {},
    inputs: Array<string>(2_000).fill('@'),
    attributes: { axis: { kind: 'int', value: 0 } },
  },
  einsum: {
    op: 'Einsum',
    constants: {},
    inputs: ['@', '@', '@'],
    attributes: { equation: { kind: 'string', value: 'ab,cd,ef->abcdef' } },
  },
  reshapeZero: { op: 'Reshape', constants: { s: int64(0, -1, 0) }, inputs: ['@', 's'] },
  divideByZero: { op: 'Mod', constants: { z: int64(0), n: int64(7) }, inputs: ['n', 'z'] },
};

export interface Placed {
  readonly name: string;
  /** Number of the node that it comes before. */
  readonly at: number;
  /** A value that is made there. */
  readonly value: string;
}

/** The node reads the value, and all later readers of that value read the node's result. */
export function bombAt(graph: Graph, { name, at, value }: Placed): Graph {
  const bomb = BOMBS[name];
  if (bomb === undefined) throw new RangeError(`no bomb ${name}`);
  const result = `bomb.${name}`;
  const constant = (key: string): string => (key === '' ? key : `bomb.${key}`);
  const node: Node = {
    op: bomb.op,
    domain: '',
    name: result,
    inputs: bomb.inputs.map((input) => (input === '@' ? value : constant(input))),
    outputs: [result],
    attributes: new Map(Object.entries(bomb.attributes ?? {})),
  };
  const later = graph.nodes.slice(at).map((reader) => ({
    ...reader,
    inputs: reader.inputs.map((input) => (input === value ? result : input)),
  }));
  const constants = Object.entries(bomb.constants).map(([key, tensor]) => [constant(key), tensor] as const);
  return {
    ...graph,
    nodes: [...graph.nodes.slice(0, at), node, ...later],
    outputs: graph.outputs.map((output) => (output.name === value ? { ...output, name: result } : output)),
    initializers: new Map([...graph.initializers, ...constants]),
  };
}

/** Any bomb at any place. */
export function withBomb(graph: Graph, random: SeededRandom): { graph: Graph; name: string } {
  const name = pick(random, Object.keys(BOMBS)) ?? '';
  const at = random.below(graph.nodes.length + 1);
  const made = [
    ...graph.inputs.map((input) => input.name),
    ...graph.nodes.slice(0, at).flatMap(({ outputs }) => outputs),
  ];
  return { graph: bombAt(graph, { name, at, value: pick(random, made) ?? '' }), name };
}
