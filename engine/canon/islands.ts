/** Operators whose float32 bits depend on the processor are computed in float64 and rounded back, DESIGN section 5. */
import type { DeclaredValue, Graph, Node } from '#engine/graph/graph.ts';
import type { DataType } from '#engine/graph/tensor.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';

/** Measured to differ between instruction sets in float32. */
const ISLANDS = new Set(['Softmax', 'LogSoftmax', 'ReduceMean', 'Log']);

function cast(input: string, output: string, to: DataType): Node {
  const attributes = new Map([['to', { kind: 'int', value: ELEMENT_TYPE[to] } as const]]);
  return { op: 'Cast', domain: '', name: `${output}.cast`, inputs: [input], outputs: [output], attributes };
}

/** Where the element type of an operand is not known it is float32, unless the graph holds other types (`opaque`). */
export function withIslands(graph: Graph): Graph {
  const known = new Map<string, DeclaredValue>();
  for (const value of [...graph.inputs, ...graph.outputs, ...graph.values]) known.set(value.name, value);
  const values = [...graph.values];
  const isFloat = (name: string): boolean => {
    const dtype = graph.initializers.get(name)?.dtype ?? known.get(name)?.dtype;
    return dtype === undefined ? graph.opaque.size === 0 : dtype === 'float32';
  };
  const note = (name: string, like: string): void => {
    const shape = graph.initializers.get(like)?.shape ?? known.get(like)?.shape;
    if (shape !== undefined) values.push({ name, dtype: 'float64', shape });
  };
  const nodes = graph.nodes.flatMap((node) => {
    const [input, ...rest] = node.inputs;
    const [output] = node.outputs;
    if (node.domain !== '' || !ISLANDS.has(node.op) || input === undefined || output === undefined) return [node];
    if (!isFloat(input)) return [node];
    const [wideIn, wideOut] = [`${output}.wide.in`, `${output}.wide.out`];
    note(wideIn, input);
    note(wideOut, output);
    const wide: Node = { ...node, name: wideOut, inputs: [wideIn, ...rest], outputs: [wideOut] };
    return [cast(input, wideIn, 'float64'), wide, cast(wideOut, output, 'float32')];
  });
  return { ...graph, nodes, values };
}
