/** Removes what no output depends on: nodes, constants and notes on values. Inputs stay, they are the graph's signature. */
import type { Graph, Node } from './graph.ts';

/** May a subgraph read values that the node's inputs do not name? */
const hasSubgraph = (node: Node): boolean => [...node.attributes.values()].some(({ kind }) => kind === 'raw');

/** Operators whose further results may be left out. */
const OPTIONAL = new Set(['LayerNormalization', 'MaxPool', 'Dropout', 'BatchNormalization']);

/** Without the last results that nobody reads. */
function trimmed(node: Node, needed: ReadonlySet<string>): Node {
  if (!OPTIONAL.has(node.op)) return node;
  const last = node.outputs.findLastIndex((name) => needed.has(name));
  return last + 1 === node.outputs.length ? node : { ...node, outputs: node.outputs.slice(0, last + 1) };
}

export function prune(graph: Graph): Graph {
  // What a subgraph reads is not known here.
  if (graph.nodes.some(hasSubgraph)) return graph;
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    for (const name of node.inputs) needed.add(name);
    nodes.push(trimmed(node, needed));
  }
  return {
    ...graph,
    nodes: nodes.reverse(),
    initializers: new Map([...graph.initializers].filter(([name]) => needed.has(name))),
    opaque: new Map([...graph.opaque].filter(([name]) => needed.has(name))),
    values: graph.values.filter(({ name }) => needed.has(name)),
  };
}
