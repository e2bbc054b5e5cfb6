/** Long products in chunks added in order, for the runtime's own order follows the number of threads (DESIGN section 5). */
import { type Attribute, type Graph, type Info, intAttribute, type Node, OPSET } from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { tensorOf } from '#engine/graph/numbers.ts';

/** The smallest block that the runtime was seen to choose. */
const CHUNK = 128;

interface Product {
  readonly node: Node;
  readonly left: Info;
  readonly right: Info;
  readonly result: Info;
  /** Which axis of each operand is summed over. */
  readonly leftAxis: number;
  readonly rightAxis: number;
  readonly inner: number;
}

type Known = ReadonlyMap<string, Info>;

function knownOf(graph: Graph): Map<string, Info> {
  const known = new Map<string, Info>();
  for (const { name, dtype, shape } of [...graph.inputs, ...graph.outputs, ...graph.values]) {
    const sizes = shape.filter((size) => typeof size === 'number');
    if (sizes.length === shape.length) known.set(name, { dtype, shape: sizes });
  }
  return known;
}

/** Null for everything that stays as it is: a packed constant operand has one order on any number of threads. */
function longProduct(node: Node, known: Known): Product | null {
  if (node.domain !== '' || (node.op !== 'MatMul' && node.op !== 'Gemm')) return null;
  const [left, right, result] = [node.inputs[0], node.inputs[1], node.outputs[0]].map((name) => known.get(name ?? ''));
  if (left === undefined || right === undefined || result === undefined || left.dtype !== 'float32') return null;
  if (left.shape.length < 2 || right.shape.length < 2) return null;
  const isTurned = (name: string): boolean => node.op === 'Gemm' && intAttribute(node.attributes, name, 0) !== 0;
  const leftAxis = left.shape.length - (isTurned('transA') ? 2 : 1);
  const rightAxis = right.shape.length - (isTurned('transB') ? 1 : 2);
  const inner = left.shape[leftAxis] ?? 0;
  return inner > CHUNK ? { node, left, right, result, leftAxis, rightAxis, inner } : null;
}

/** Nodes, constants and notes of values that take the place of products. */
class Splitter {
  readonly initializers = new Map<string, Tensor>();
  readonly values = new Map<string, Info>();

  split(product: Product): Node[] {
    const { node, left, right, result, leftAxis, rightAxis, inner } = product;
    const sizes = chunksOf(inner);
    const lefts = this.#cut(node, 'left', left, leftAxis, sizes);
    const rights = this.#cut(node, 'right', right, rightAxis, sizes);
    const output = node.outputs[0] as string;
    const nodes = [lefts.node, rights.node];
    let sum = '';
    sizes.forEach((_, i) => {
      const part = `${output}.part${i}`;
      // The bias belongs to the first chunk; without it a Gemm starts from zero.
      const bias = i === 0 ? node.inputs.slice(2) : [];
      const inputs = [lefts.parts[i] as string, rights.parts[i] as string, ...bias];
      nodes.push({ ...node, name: part, inputs, outputs: [part] });
      this.values.set(part, result);
      if (i === 0) {
        sum = part;
        return;
      }
      const total = i === sizes.length - 1 ? output : `${output}.sum${i}`;
      nodes.push({ op: 'Add', domain: '', name: total, inputs: [sum, part], outputs: [total], attributes: new Map() });
      this.values.set(total, result);
      sum = total;
    });
    return nodes;
  }

  #cut(node: Node, side: string, { dtype, shape }: Info, axis: number, sizes: readonly number[]) {
    const output = node.outputs[0] as string;
    const operand = node.inputs[side === 'left' ? 0 : 1] as string;
    const lengths = `split.${sizes.join('.')}`;
    this.initializers.set(lengths, tensorOf('int64', [sizes.length], sizes));
    const parts = sizes.map((size, i) => {
      const name = `${output}.${side}${i}`;
      this.values.set(name, { dtype, shape: shape.map((whole, at) => (at === axis ? size : whole)) });
      return name;
    });
    const attributes = new Map<string, Attribute>([['axis', { kind: 'int', value: axis }]]);
    const cut: Node = {
      op: 'Split',
      domain: '',
      name: `${output}.${side}`,
      inputs: [operand, lengths],
      outputs: parts,
      attributes,
    };
    return { node: cut, parts };
  }
}

function chunksOf(inner: number): number[] {
  return Array.from({ length: Math.ceil(inner / CHUNK) }, (_, i) => Math.min(CHUNK, inner - i * CHUNK));
}

/** Split takes its lengths as an input since opset 13. */
const LEAST_OPSET = 13;

/** The work counts as before: the additions of the chunks are those that the product did inside. */
export function withSplitProducts(graph: Graph, opset = OPSET): Graph {
  if (opset < LEAST_OPSET) return graph;
  const known = knownOf(graph);
  const splitter = new Splitter();
  const nodes = graph.nodes.flatMap((node) => {
    const product = longProduct(node, known);
    return product === null ? [node] : splitter.split(product);
  });
  const told = new Set([...graph.outputs, ...graph.values].map(({ name }) => name));
  const values = [...splitter.values].filter(([name]) => !told.has(name)).map(([name, info]) => ({ name, ...info }));
  return {
    ...graph,
    nodes,
    initializers: new Map([...graph.initializers, ...splitter.initializers]),
    values: [...graph.values, ...values],
  };
}
