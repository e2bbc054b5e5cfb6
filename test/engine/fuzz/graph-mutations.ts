/** Damage to a graph that is still well-formed protobuf, a row each: what a hostile author, or an exporter with a mistake, writes. */
import type { SeededRandom } from '#engine/data/random.ts';
import type { Attribute, DeclaredValue, Graph, Node } from '#engine/graph/graph.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import { bytesPerElement, type DataType, type Tensor } from '#engine/graph/tensor.ts';
import { STANDARD } from '#engine/ops/standard.ts';

export type GraphMutation = (graph: Graph, random: SeededRandom) => Graph;

const SIZES = [
  0,
  1,
  2,
  3,
  7,
  64,
  127,
  129,
  1_000,
  65_536,
  2 ** 20,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 40,
  2 ** 53 - 1,
] as const;
const NUMBERS = [-(2 ** 31), -1_000_000_000, -2, -1, ...SIZES, 1_000_000_000] as const;
const FLOATS = [0, -0, 1e-45, 1e9, -1e30, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const;
const NAMES = [
  ...['', 'x', 'y', 'loss', 'step', 'logits', 'prediction', '__proto__', 'constructor', 'toString', 'hasOwnProperty'],
  ...[
    'w.next',
    's0.w',
    'forward.h',
    'constant.0',
    'a/b\\c',
    '../../etc/passwd',
    '\u0000',
    '\u{1F600}',
    'n'.repeat(2_000),
  ],
] as const;
const DTYPES = Object.keys(bytesPerElement) as DataType[];
const OPERATORS = [...STANDARD, 'If', 'Loop', 'Scan', 'RandomNormal', 'Nonsense', ''];
const ATTRIBUTES = [
  'axis',
  'axes',
  'keepdims',
  'perm',
  'to',
  'pads',
  'strides',
  'kernel_shape',
  'group',
  'value',
  'mode',
];

export const pick = <T>(random: SeededRandom, from: readonly T[]): T | undefined =>
  from.length === 0 ? undefined : from[random.below(from.length)];

const changedAt = <T>(list: readonly T[], random: SeededRandom, change: (item: T) => T): T[] => {
  const at = list.length === 0 ? -1 : random.below(list.length);
  return list.map((item, i) => (i === at ? change(item) : item));
};

const withNode = (graph: Graph, random: SeededRandom, change: (node: Node) => Node): Graph => ({
  ...graph,
  nodes: changedAt(graph.nodes, random, change),
});

const withTensor = (graph: Graph, random: SeededRandom, change: (tensor: Tensor) => Tensor): Graph => ({
  ...graph,
  initializers: new Map(
    changedAt([...graph.initializers], random, ([name, tensor]) => [name, change(tensor)] as [string, Tensor]),
  ),
});

const namesOf = ({ inputs, initializers, nodes }: Graph): string[] => [
  ...inputs.map(({ name }) => name),
  ...initializers.keys(),
  ...nodes.flatMap(({ outputs }) => outputs),
];

const anyName = (graph: Graph, random: SeededRandom): string =>
  (random.below(3) === 0 ? pick(random, NAMES) : pick(random, namesOf(graph))) ?? '';

function anyAttribute(random: SeededRandom): Attribute {
  const number = (): number => pick(random, NUMBERS) ?? 0;
  switch (random.below(6)) {
    case 0:
      return { kind: 'float', value: pick(random, FLOATS) ?? 0 };
    case 1:
      return { kind: 'string', value: pick(random, NAMES) ?? '' };
    case 2:
      return { kind: 'ints', value: Array.from({ length: random.below(5) }, number) };
    case 3:
      return { kind: 'tensor', value: tensorOf('int64', [1], [number()]) };
    case 4:
      return { kind: 'floats', value: Array.from({ length: random.below(5) }, () => pick(random, FLOATS) ?? 0) };
    default:
      return { kind: 'int', value: number() };
  }
}

function withAttribute(node: Node, random: SeededRandom, isNew: boolean): Node {
  const name = isNew ? pick(random, ATTRIBUTES) : pick(random, [...node.attributes.keys()]);
  if (name === undefined) return node;
  return { ...node, attributes: new Map([...node.attributes, [name, anyAttribute(random)]]) };
}

function withValue(graph: Graph, random: SeededRandom, change: (value: DeclaredValue) => DeclaredValue): Graph {
  switch (random.below(3)) {
    case 0:
      return { ...graph, inputs: changedAt(graph.inputs, random, change) };
    case 1:
      return { ...graph, outputs: changedAt(graph.outputs, random, change) };
    default:
      return { ...graph, values: changedAt(graph.values, random, change) };
  }
}

/** Renames everywhere, so that the graph stays whole. */
function renamed(graph: Graph, from: string, to: string): Graph {
  const other = (name: string): string => (name === from ? to : name);
  const value = (declared: DeclaredValue): DeclaredValue => ({ ...declared, name: other(declared.name) });
  return {
    ...graph,
    inputs: graph.inputs.map(value),
    outputs: graph.outputs.map(value),
    values: graph.values.map(value),
    nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(other), outputs: node.outputs.map(other) })),
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [other(name), tensor])),
  };
}

const sizesOf = (random: SeededRandom, rank = random.below(5)): number[] =>
  Array.from({ length: rank }, () => pick(random, SIZES) ?? 1);

export const GRAPH_MUTATIONS = {
  operator: (graph, random) => withNode(graph, random, (node) => ({ ...node, op: pick(random, OPERATORS) ?? '' })),
  domain: (graph, random) => withNode(graph, random, (node) => ({ ...node, domain: pick(random, NAMES) ?? '' })),
  swapInputs: (graph, random) => withNode(graph, random, (node) => ({ ...node, inputs: node.inputs.toReversed() })),
  rewire: (graph, random) =>
    withNode(graph, random, (node) => ({
      ...node,
      inputs: changedAt(node.inputs, random, () => anyName(graph, random)),
    })),
  dropInput: (graph, random) => withNode(graph, random, (node) => ({ ...node, inputs: node.inputs.slice(1) })),
  addInput: (graph, random) =>
    withNode(graph, random, (node) => ({ ...node, inputs: [...node.inputs, anyName(graph, random)] })),
  addOutput: (graph, random) =>
    withNode(graph, random, (node) => ({ ...node, outputs: [...node.outputs, anyName(graph, random)] })),
  dropOutputs: (graph, random) => withNode(graph, random, (node) => ({ ...node, outputs: [] })),
  attribute: (graph, random) => withNode(graph, random, (node) => withAttribute(node, random, false)),
  newAttribute: (graph, random) => withNode(graph, random, (node) => withAttribute(node, random, true)),
  dropAttributes: (graph, random) => withNode(graph, random, (node) => ({ ...node, attributes: new Map() })),
  duplicateNode: (graph, random) => {
    const node = pick(random, graph.nodes);
    return node === undefined ? graph : { ...graph, nodes: [...graph.nodes, node] };
  },
  dropNode: (graph, random) => {
    const dropped = pick(random, graph.nodes);
    return { ...graph, nodes: graph.nodes.filter((node) => node !== dropped) };
  },
  reorder: (graph) => ({ ...graph, nodes: graph.nodes.toReversed() }),
  cycle: (graph, random) =>
    withNode(graph, random, (node) => ({
      ...node,
      inputs: changedAt(node.inputs, random, () => node.outputs[0] ?? ''),
    })),
  chain: (graph, random) => {
    const last = graph.nodes.at(-1);
    if (last === undefined) return graph;
    const links = Array.from({ length: 1 + random.below(300) }, (_, i) => i);
    const more = links.map((i) => ({
      ...last,
      inputs: [`link${i}`],
      op: 'Relu',
      outputs: [`link${i + 1}`],
      attributes: new Map(),
    }));
    const first = { ...last, op: 'Relu', inputs: [last.outputs[0] ?? ''], outputs: ['link0'], attributes: new Map() };
    const end = `link${links.length}`;
    return {
      ...graph,
      nodes: [...graph.nodes, first, ...more],
      outputs: graph.outputs.map((value) => ({ ...value, name: end })),
    };
  },
  rename: (graph, random) => renamed(graph, pick(random, namesOf(graph)) ?? '', pick(random, NAMES) ?? ''),
  dropInitializer: (graph, random) => {
    const dropped = pick(random, [...graph.initializers.keys()]);
    return { ...graph, initializers: new Map([...graph.initializers].filter(([name]) => name !== dropped)) };
  },
  shape: (graph, random) => withTensor(graph, random, (tensor) => ({ ...tensor, shape: tensor.shape.toReversed() })),
  emptyTensor: (graph, random) => withTensor(graph, random, ({ dtype }) => tensorOf(dtype, [0], [])),
  tensorType: (graph, random) =>
    withTensor(graph, random, (tensor) => {
      const dtype = pick(random, DTYPES) ?? 'float32';
      return { dtype, shape: [Math.floor(tensor.data.length / bytesPerElement[dtype])], data: tensor.data };
    }),
  hugeShape: (graph, random) => withTensor(graph, random, (tensor) => ({ ...tensor, shape: sizesOf(random) })),
  numbers: (graph, random) =>
    withTensor(graph, random, (tensor) => {
      const from = tensor.dtype.startsWith('float') ? FLOATS : NUMBERS;
      const values = numbersOf(tensor);
      if (tensor.dtype === 'bool' || values.length > 100_000) return tensor;
      return tensorOf(
        tensor.dtype,
        tensor.shape,
        changedAt(values, random, () => pick(random, from) ?? 0),
      );
    }),
  declaredType: (graph, random) =>
    withValue(graph, random, (value) => ({ ...value, dtype: pick(random, DTYPES) ?? 'bool' })),
  declaredSize: (graph, random) =>
    withValue(graph, random, (value) => ({
      ...value,
      shape: changedAt(value.shape, random, () => pick(random, ['', 'batch', '__proto__', ...SIZES]) ?? 0),
    })),
  declaredShape: (graph, random) => withValue(graph, random, (value) => ({ ...value, shape: sizesOf(random) })),
  moreBorder: (graph, random) => ({
    ...graph,
    outputs: [...graph.outputs, ...graph.inputs, ...graph.values.slice(0, random.below(3))],
  }),
  noBorder: (graph) => ({ ...graph, inputs: [] }),
} as const satisfies Record<string, GraphMutation>;
