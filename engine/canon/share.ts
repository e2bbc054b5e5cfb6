/** Nodes that compute the same are one, and so are equal constants; outputs of the graph keep their names. */
import type { Attribute, Graph, Node } from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';

const textOf = ({ dtype, shape, data }: Tensor): string =>
  `${dtype}[${shape.join()}]${Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')}`;

/** Larger constants are weights, and nobody writes those twice. */
const LARGEST_SHARED = 2 ** 16;

function attributeText(attribute: Attribute): string {
  const { kind, value } = attribute;
  if (kind === 'tensor') return `tensor ${textOf(value)}`;
  if (kind === 'raw') return `raw ${Buffer.from(value).toString('base64')}`;
  return JSON.stringify([kind, value]);
}

function nodeText({ op, domain, inputs, outputs, attributes }: Node): string {
  const sorted = [...attributes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, attributeText(value)]);
  return JSON.stringify([op, domain, inputs, outputs.map((name) => name !== ''), sorted]);
}

/** Name of the one that stays, by name of its equal. */
function sharedConstants(graph: Graph): Map<string, string> {
  const first = new Map<string, string>();
  const same = new Map<string, string>();
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  for (const [name, tensor] of graph.initializers) {
    if (tensor.data.length > LARGEST_SHARED || outputs.has(name)) continue;
    const text = textOf(tensor);
    const known = first.get(text);
    if (known === undefined) first.set(text, name);
    else same.set(name, known);
  }
  return same;
}

const hasSubgraph = ({ attributes }: Node): boolean => [...attributes.values()].some(({ kind }) => kind === 'raw');

export function share(graph: Graph): Graph {
  // What a subgraph reads is not known here.
  if (graph.nodes.some(hasSubgraph)) return graph;
  const same = sharedConstants(graph);
  const named = (name: string): string => same.get(name) ?? name;
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const first = new Map<string, Node>();
  const nodes: Node[] = [];
  for (const given of graph.nodes) {
    const node = { ...given, inputs: given.inputs.map(named) };
    const text = nodeText(node);
    const known = first.get(text);
    if (known === undefined || node.outputs.some((name) => outputs.has(name))) {
      nodes.push(node);
      if (known === undefined) first.set(text, node);
      continue;
    }
    node.outputs.forEach((name, i) => {
      if (name !== '') same.set(name, known.outputs[i] as string);
    });
  }
  return {
    ...graph,
    nodes,
    initializers: new Map([...graph.initializers].filter(([name]) => !same.has(name))),
    values: graph.values.filter(({ name }) => !same.has(name)),
  };
}
