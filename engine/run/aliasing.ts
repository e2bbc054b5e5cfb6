/** Which tensors of the state a step may overwrite while it runs: those that nobody reads any more when the next one is written. */
import type { Graph, Node } from '#engine/graph/graph.ts';
import { isSameShape } from '#engine/state/state.ts';

export const NEXT = '.next';

/** Kernels that read element i of an operand of the result's shape before they write element i of the result. */
const ELEMENTWISE = new Set(['Add', 'Sub', 'Mul', 'Div', 'Identity']);

/** Kernels whose result never lies in an operand's memory; anything else may be a view (Reshape, Squeeze, …). */
const FRESH = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Sqrt',
  'Neg',
  'Cast',
  'MatMul',
  'Gemm',
  'Conv',
  'Transpose',
  'ReduceSum',
]);

/** The graph as a reader of memory sees it. */
interface Reading {
  readonly maker: ReadonlyMap<string, Node>;
  readonly readers: ReadonlyMap<string, readonly Node[]>;
}

function readingOf(nodes: readonly Node[]): Reading {
  const readers = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const name of new Set(node.inputs)) {
      const list = readers.get(name);
      if (list === undefined) readers.set(name, [node]);
      else list.push(node);
    }
  }
  return { maker: new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const))), readers };
}

/** The node and all that it waits for. */
function ancestry({ maker }: Reading, node: Node): Set<Node> {
  const found = new Set([node]);
  for (const one of found) {
    for (const name of one.inputs) {
      const before = maker.get(name);
      if (before !== undefined) found.add(before);
    }
  }
  return found;
}

/** Everyone who may look at the tensor's memory, by its own name or through a view of it; null where a view leaves the graph. */
function lookers(reading: Reading, name: string, outputs: ReadonlySet<string>): Set<Node> | null {
  const views = new Set([name]);
  const nodes = new Set<Node>();
  for (const view of views) {
    for (const node of reading.readers.get(view) ?? []) {
      nodes.add(node);
      if (!FRESH.has(node.op)) for (const made of node.outputs) views.add(made);
    }
  }
  const own = `${name}${NEXT}`;
  return [...views].some((view) => view !== own && outputs.has(view)) ? null : nodes;
}

/**
 * Tensors `T` of the state whose next value may be written where `T` is. Safe iff each node that looks at `T` runs before the
 * maker of `T.next`, because that waits for it, or is this maker itself and goes element by element.
 * The runtime may order nodes as it likes within their dependencies.
 */
export function overwritable(graph: Graph): Set<string> {
  const isOpen = graph.nodes.some(({ attributes }) => [...attributes.values()].some(({ kind }) => kind === 'raw'));
  // What a subgraph reads is not known here.
  if (isOpen) return new Set();
  const reading = readingOf(graph.nodes);
  const outputs = new Map(graph.outputs.map((value) => [value.name, value]));
  const names = new Set(outputs.keys());
  const safe = graph.inputs.filter(({ name, dtype, shape }) => {
    const next = outputs.get(`${name}${NEXT}`);
    const maker = reading.maker.get(`${name}${NEXT}`);
    if (next === undefined || maker === undefined || names.has(name) || next.dtype !== dtype) return false;
    const isStatic = (sizes: typeof shape): sizes is number[] => sizes.every((size) => typeof size === 'number');
    if (!isStatic(shape) || !isStatic(next.shape) || !isSameShape(shape, next.shape)) return false;
    const nodes = lookers(reading, name, names);
    if (nodes === null || (nodes.has(maker) && !ELEMENTWISE.has(maker.op))) return false;
    const earlier = ancestry(reading, maker);
    return [...nodes].every((node) => earlier.has(node));
  });
  return new Set(safe.map(({ name }) => name));
}
