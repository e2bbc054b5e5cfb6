/** Small models for tests, some of them wrong in one way. */
import type { Attribute, DeclaredValue, Graph, Model, Node } from '#engine/graph/graph.ts';
import { OPSET } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { GRAPH, MODEL, MessageWriter, OPSET_ID, TENSOR } from '#engine/onnx/wire.ts';

export function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): Node {
  return {
    op,
    domain: '',
    name: `the ${op}`,
    inputs,
    outputs: [output],
    attributes: new Map(Object.entries(attributes)),
  };
}

export const floats = (name: string, shape: ReadonlyArray<number | string>): DeclaredValue => ({
  name,
  dtype: 'float32',
  shape,
});

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => ((i * 7) % 11) / 11 - 0.5);

/** input [batch, 4] → Gemm → Relu → output [batch, 3]. */
export function linear(change: Partial<Graph> = {}, opset = OPSET): Uint8Array {
  const graph: Graph = {
    name: 'linear',
    inputs: [floats('input', ['batch', 4])],
    outputs: [floats('output', ['batch', 3])],
    nodes: [node('Gemm', ['input', 'w', 'b'], 'h'), node('Relu', ['h'], 'output')],
    initializers: new Map([
      ['w', tensorOf('float32', [4, 3], numbers(12))],
      ['b', tensorOf('float32', [3], numbers(3))],
    ]),
    opaque: new Map(),
    values: [],
    ...change,
  };
  return encodeModel({ opset, graph } satisfies Model);
}

/** A model whose one weight lies in another file. */
export function withExternalData(): Uint8Array {
  return new MessageWriter()
    .message(MODEL.graph, (graph) =>
      graph.message(GRAPH.initializer, (tensor) => tensor.text(TENSOR.name, 'far').integer(TENSOR.dataLocation, 1)),
    )
    .message(MODEL.opsetImport, (id) => id.integer(OPSET_ID.version, OPSET))
    .finish();
}
