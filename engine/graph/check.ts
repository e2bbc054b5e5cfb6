/** What a sound graph is, as a table of checks; run on every graph from outside and on every graph that we emit. */
import { modelError } from '#engine/onnx/errors.ts';
import { MODEL_LIMITS } from '#engine/onnx/limits.ts';
import { type DeclaredValue, type Graph, type Node, nodeTitle } from './graph.ts';
import { wrongArity } from './arity.ts';
import { longOperand } from './native-operands.ts';
import { byteLength, elementCount } from './tensor.ts';

/** Where a graph breaks a check, and how. */
export interface Finding {
  readonly where: string;
  readonly why: string;
}

type Finds = (graph: Graph) => Finding | null;

/** Names that stand before any node runs. */
function given(graph: Graph): string[] {
  return [...graph.inputs.map(({ name }) => name), ...graph.initializers.keys(), ...graph.opaque.keys()];
}

const namesUnique: Finds = (graph) => {
  const made = new Set<string>();
  for (const name of given(graph)) {
    if (name === '') return { where: 'the graph', why: 'an input or an initializer has no name' };
    if (made.has(name)) return { where: name, why: 'it is made twice' };
    made.add(name);
  }
  for (const node of graph.nodes) {
    for (const name of node.outputs) {
      if (name !== '' && made.has(name)) return { where: `node ${nodeTitle(node)}`, why: `${name} is made twice` };
      made.add(name);
    }
  }
  return null;
};

const nodesNamed: Finds = ({ nodes }) => {
  for (const node of nodes) {
    if (node.op === '') return { where: `node ${nodeTitle(node)}`, why: 'it names no operator' };
    if (!node.outputs.some((name) => name !== '')) return { where: `node ${nodeTitle(node)}`, why: 'it makes nothing' };
  }
  return null;
};

/** Also refuses cycles, for on a cycle some value is read before it is made. */
const madeBeforeRead: Finds = (graph) => {
  const made = new Set(given(graph));
  for (const node of graph.nodes) {
    const missing = node.inputs.find((name) => name !== '' && !made.has(name));
    if (missing !== undefined) return unmade(graph, node, missing);
    for (const name of node.outputs) made.add(name);
  }
  return null;
};

function unmade({ nodes }: Graph, node: Node, name: string): Finding {
  const maker = nodes.find(({ outputs }) => outputs.includes(name));
  const why = maker === undefined ? 'nothing makes it' : `node ${nodeTitle(maker)} makes it only there or later`;
  return { where: `node ${nodeTitle(node)}`, why: `it reads ${name}, and ${why}` };
}

const outputsMade: Finds = (graph) => {
  const made = new Set([...given(graph), ...graph.nodes.flatMap(({ outputs }) => outputs)]);
  const shown = new Set<string>();
  for (const { name } of graph.outputs) {
    if (name === '' || !made.has(name)) return { where: `output ${name}`, why: 'nothing makes it' };
    if (shown.has(name)) return { where: `output ${name}`, why: 'it stands there twice' };
    shown.add(name);
  }
  return null;
};

/** Kinds of the attributes that shapes, gradients and costs are worked out from; by name, for operators share their meaning. */
const NAMES_BY_KIND = {
  int: `allowzero axis batch_axis batch_dims blocksize ceil_mode count_include_pad dtype exclusive group hidden_size keepdims
    largest noop_with_empty_axes num_groups num_outputs reverse saturate select_last_index sorted storage_order time_axis
    to transA transB upper`,
  ints: 'axes dilations kernel_shape output_padding output_shape pads perm strides',
  string: 'approximate auto_pad coordinate_transformation_mode direction equation mode reduction',
  float: 'alpha beta epsilon gamma momentum',
} as const;
const KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMES_BY_KIND).flatMap(([kind, names]) => names.split(/\s+/).map((name) => [name, kind] as const)),
);

const attributesSound: Finds = ({ nodes }) => {
  for (const node of nodes) {
    for (const [name, attribute] of node.attributes) {
      const kind = KINDS.get(name);
      const where = `node ${nodeTitle(node)}`;
      if (name === '') return { where, why: 'an attribute has no name' };
      if (kind !== undefined && attribute.kind !== kind) {
        return { where, why: `attribute ${name} is of kind ${attribute.kind}, it must be ${kind}` };
      }
      if (kind === 'float' && attribute.kind === 'float' && !Number.isFinite(attribute.value))
        return { where, why: `attribute ${name} is ${attribute.value}` };
    }
  }
  return null;
};

const isSize = (size: number): boolean => Number.isSafeInteger(size) && size >= 0 && size <= MODEL_LIMITS.elements;

/** Why no value of ours may have such a shape; null for one that it may have. */
export function badShape(shape: ReadonlyArray<number | string>): string | null {
  const sizes = shape.filter((size) => typeof size === 'number');
  if (shape.length > MODEL_LIMITS.axes) return `it has ${shape.length} dimensions`;
  if (!sizes.every(isSize)) return `[${shape.join(', ')}] is no shape`;
  if (elementCount(sizes) > MODEL_LIMITS.elements)
    return `[${shape.join(', ')}] has more than ${MODEL_LIMITS.elements} elements`;
  return null;
}

const sizesBounded: Finds = (graph) => {
  for (const { name, shape } of [...graph.inputs, ...graph.outputs, ...graph.values]) {
    const why = badShape(shape);
    if (why !== null) return { where: name, why };
  }
  return null;
};

const constantsWhole: Finds = ({ initializers }) => {
  for (const [name, { dtype, shape, data }] of initializers) {
    const why = badShape(shape);
    if (why !== null) return { where: name, why };
    if (byteLength(dtype, shape) !== data.length)
      return { where: name, why: `${dtype} [${shape.join(', ')}] has ${data.length} bytes` };
  }
  return null;
};

/** Two readers could believe different ones. */
const declaredOnce: Finds = (graph) => {
  const known = new Map<string, DeclaredValue>();
  for (const value of [...graph.inputs, ...graph.outputs, ...graph.values]) {
    const other = known.get(value.name);
    if (other !== undefined && (other.dtype !== value.dtype || other.shape.join() !== value.shape.join()))
      return { where: value.name, why: 'it is declared twice, with two types or shapes' };
    known.set(value.name, value);
  }
  return null;
};

/** In order: a later check may lean on an earlier one. */
export const CHECKS: ReadonlyArray<{ readonly sentence: string; readonly finds: Finds }> = [
  { sentence: 'every node names an operator and makes something', finds: nodesNamed },
  { sentence: 'every value is made once', finds: namesUnique },
  { sentence: 'every value is made before it is read', finds: madeBeforeRead },
  { sentence: 'every output is made', finds: outputsMade },
  { sentence: 'nodes have the operands and results of their operator', finds: wrongArity },
  { sentence: 'attributes are of the kind that operators give them', finds: attributesSound },
  { sentence: 'declared values have a bounded number of elements', finds: sizesBounded },
  { sentence: 'constants have the bytes of their shape', finds: constantsWhole },
  { sentence: 'no value is declared in two ways', finds: declaredOnce },
];

/** What only a graph must keep to that the runtime sees as it is. */
const NATIVE: ReadonlyArray<{ readonly sentence: string; readonly finds: Finds }> = [
  { sentence: 'operands that kernels do not measure are short', finds: longOperand },
];

/** Does the runtime see the graph as it is, or what was compiled from it? */
export type Fate = 'run' | 'compiled';

/** The first check that a graph breaks; null for a sound one. */
export function findFault(graph: Graph, fate: Fate = 'run'): Finding | null {
  for (const { finds } of fate === 'run' ? [...CHECKS, ...NATIVE] : CHECKS) {
    const finding = finds(graph);
    if (finding !== null) return finding;
  }
  return null;
}

/** In time linear in the graph's nodes and names. @throws CorexError MODEL_GRAPH */
export function checkGraph(graph: Graph, fate: Fate = 'run'): void {
  const finding = findFault(graph, fate);
  if (finding !== null) throw modelError('GRAPH', { ...finding });
}
