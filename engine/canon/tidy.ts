/** A graph as one would write it by hand: no node that changes nothing, and transposed operands read where they lie. */
import {
  type Attributes,
  type DeclaredValue,
  type Graph,
  type Info,
  intAttribute,
  intsAttribute,
  type Node,
} from '#engine/graph/graph.ts';
import { numbersOf } from '#engine/graph/numbers.ts';
import { prune } from '#engine/graph/prune.ts';
import { isThreaded, type ProductSize, productSize } from '#engine/ops/determinism.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';

/** What a rule sees of the graph around a node. */
interface View {
  info(name: string): Info | undefined;
  /** The node that makes a value, as it stands by now. */
  maker(name: string): Node | undefined;
  /** Undefined for what is no constant. */
  numbers(name: string): number[] | undefined;
}

/** @returns the name of an older value that is the same, a better node, or null */
type TidyRule = (node: Node, view: View) => string | Node | null;

const shapeText = (info: Info | undefined): string | undefined => info?.shape.join();

/** The operand, where the result has its shape. */
const unchanged: TidyRule = ({ inputs, outputs }, view) => {
  const [from = '', to = ''] = [inputs[0], outputs[0]];
  const shape = shapeText(view.info(from));
  return shape !== undefined && shape === shapeText(view.info(to)) ? from : null;
};

/** A reshape of a reshape is one. */
const reshape: TidyRule = (node, view) => {
  const same = unchanged(node, view);
  if (same !== null) return same;
  const before = view.maker(node.inputs[0] ?? '');
  if (before?.op !== 'Reshape') return null;
  // A zero would stand for a size of the operand.
  const sizes = view.numbers(node.inputs[1] ?? '');
  if (sizes === undefined || sizes.includes(0)) return null;
  return { ...node, inputs: [before.inputs[0] ?? '', ...node.inputs.slice(1)] };
};

function permutationOf(node: Node, view: View): readonly number[] | null {
  const rank = view.info(node.inputs[0] ?? '')?.shape.length;
  if (rank === undefined) return null;
  return intsAttribute(node.attributes, 'perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
}

const transpose: TidyRule = (node, view) => {
  const perm = permutationOf(node, view);
  if (perm === null) return null;
  if (perm.every((axis, i) => axis === i)) return node.inputs[0] ?? null;
  const before = view.maker(node.inputs[0] ?? '');
  const first = before?.op === 'Transpose' ? permutationOf(before, view) : null;
  if (before === undefined || first === null) return null;
  const both = perm.map((axis) => first[axis] as number);
  if (both.every((axis, i) => axis === i)) return before.inputs[0] ?? null;
  const attributes = new Map([['perm', { kind: 'ints', value: both } as const]]);
  return { ...node, inputs: before.inputs, attributes };
};

const cast: TidyRule = ({ inputs, attributes }, view) => {
  const from = view.info(inputs[0] ?? '')?.dtype;
  return from !== undefined && ELEMENT_TYPE[from] === intAttribute(attributes, 'to', 0) ? (inputs[0] ?? null) : null;
};

/** The operand before the transposition of a matrix, or null. */
function untransposed(name: string, view: View): string | null {
  const node = view.maker(name);
  if (node?.op !== 'Transpose' || view.info(name)?.shape.length !== 2) return null;
  return permutationOf(node, view)?.join() === '1,0' ? (node.inputs[0] ?? null) : null;
}

const flag = (value: number) => ({ kind: 'int', value }) as const;

function sizeOf(x: string, w: string, [turnX, turnW]: readonly [number, number], view: View): ProductSize {
  const [left, right] = [view.info(x)?.shape ?? [], view.info(w)?.shape ?? []];
  return productSize(left, right, [turnX === 1, turnW === 1]);
}

function turnedGemm(node: Node, attributes: Attributes, view: View): Node | null {
  const [left = '', right = '', ...bias] = node.inputs;
  const [a, b] = [untransposed(left, view), untransposed(right, view)];
  if (a === null && b === null) return null;
  const [transA, transB] = [intAttribute(attributes, 'transA', 0), intAttribute(attributes, 'transB', 0)];
  const turned = [a === null ? transA : 1 - transA, b === null ? transB : 1 - transB] as const;
  const [x, w] = [a ?? left, b ?? right];
  // A left operand that toExact has turned stays turned.
  if (a !== null && turned[0] === 0 && isThreaded(sizeOf(x, w, turned, view))) return null;
  const flags = [
    ['transA', flag(turned[0])],
    ['transB', flag(turned[1])],
  ] as const;
  return { ...node, op: 'Gemm', inputs: [x, w, ...bias], attributes: new Map([...attributes, ...flags]) };
}

/** Of matrices whose elements a Gemm takes. */
const matMul: TidyRule = (node, view) => {
  const isMatrix = node.inputs.every((name) => {
    const info = view.info(name);
    return info?.shape.length === 2 && info.dtype === 'float32';
  });
  return isMatrix ? turnedGemm(node, new Map(), view) : null;
};

const RULES: Readonly<Partial<Record<string, TidyRule>>> = {
  Cast: cast,
  Expand: unchanged,
  Flatten: unchanged,
  Gemm: (node, view) => turnedGemm(node, node.attributes, view),
  Identity: ({ inputs }) => inputs[0] ?? null,
  MatMul: matMul,
  Reshape: reshape,
  Squeeze: unchanged,
  Transpose: transpose,
  Unsqueeze: unchanged,
};

const isStatic = (shape: DeclaredValue['shape']): shape is number[] => shape.every((size) => typeof size === 'number');

function infosOf(graph: Graph): Map<string, Info> {
  const infos = new Map<string, Info>(graph.initializers);
  for (const { name, dtype, shape } of [...graph.inputs, ...graph.outputs, ...graph.values])
    if (isStatic(shape)) infos.set(name, { dtype, shape });
  return infos;
}

const hasSubgraph = ({ attributes }: Node): boolean => [...attributes.values()].some(({ kind }) => kind === 'raw');

/** The node after every rule that applies, and the value that it is the same as. */
function improved(given: Node, view: View): { node: Node; same: string | null } {
  let node = given;
  for (;;) {
    const better = node.domain === '' && Object.hasOwn(RULES, node.op) ? (RULES[node.op]?.(node, view) ?? null) : null;
    if (better === null) return { node, same: null };
    if (typeof better === 'string') return { node, same: better };
    node = better;
  }
}

export function tidy(graph: Graph): Graph {
  // What a subgraph reads is not known here.
  if (graph.nodes.some(hasSubgraph)) return graph;
  const infos = infosOf(graph);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const makers = new Map<string, Node>();
  const same = new Map<string, string>();
  const nodes: Node[] = [];
  const view: View = {
    info: (name) => infos.get(name),
    maker: (name) => makers.get(name),
    numbers(name) {
      const tensor = graph.initializers.get(name);
      return tensor === undefined ? undefined : numbersOf(tensor);
    },
  };
  for (const given of graph.nodes) {
    const [output = ''] = given.outputs;
    const { node, same: older } = improved(
      { ...given, inputs: given.inputs.map((name) => same.get(name) ?? name) },
      view,
    );
    if (older !== null && !outputs.has(output)) {
      same.set(output, older);
      continue;
    }
    nodes.push(node);
    for (const name of node.outputs) makers.set(name, node);
  }
  const told = graph.values.filter(({ name }) => !same.has(name));
  return prune(withOutputsInPlace({ ...graph, nodes, values: told }));
}

/** An output that is a copy of a value which is no input, output or constant is that value under another name. */
function withOutputsInPlace(graph: Graph): Graph {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  const names = new Map<string, string>();
  for (const { op, inputs, outputs: results } of graph.nodes) {
    const [from = '', to = ''] = [inputs[0], results[0]];
    if (op === 'Identity' && outputs.has(to) && !outputs.has(from) && made.has(from) && !names.has(from))
      names.set(from, to);
  }
  if (names.size === 0) return graph;
  const named = (name: string): string => names.get(name) ?? name;
  const isCopy = ({ op, inputs, outputs: results }: Node): boolean =>
    op === 'Identity' && names.get(inputs[0] ?? '') === results[0];
  return {
    ...graph,
    nodes: graph.nodes
      .filter((node) => !isCopy(node))
      .map((node) => ({ ...node, inputs: node.inputs.map(named), outputs: node.outputs.map(named) })),
    values: graph.values.filter(({ name }) => !names.has(name)),
  };
}
