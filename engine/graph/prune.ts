/** Removes what no output depends on: nodes, constants and notes on values. Inputs stay, they are the graph's signature. */
import type { Graph, Node } from './graph.ts';

/** May a subgraph read values that the node's inputs do not name? */
const hasSubgraph = (node: Node): boolean => [...node.attributes.values()].some(({ kind }) => kind === 'raw');

export function prune(graph: Graph): Graph {
  // What a subgraph reads is not known here.
  if (graph.nodes.some(hasSubgraph)) return graph;
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    for (const name of node.inputs) needed.add(name);
    nodes.push(node);
  }
  return {
    ...graph,
    nodes: nodes.reverse(),
    initializers: new Map([...graph.initializers].filter(([name]) => needed.has(name))),
    opaque: new Map([...graph.opaque].filter(([name]) => needed.has(name))),
    values: graph.values.filter(({ name }) => needed.has(name)),
  };
}
