/** Small models for tests of training, from lists of nodes. */
import type { Attribute, DeclaredValue, Node } from '#engine/graph/graph.ts';
import { OPSET } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { node } from '../onnx/models.ts';

/** Numbers that differ from each other and from zero. */
export function spread(shape: readonly number[], offset = 0, scale = 1): Tensor {
  const numbers = Array.from({ length: elementCount(shape) }, (_, i) => {
    const fraction = ((i + 1) * 0.618034 + offset * 0.414214) % 1;
    return scale * (fraction < 0.5 ? fraction - 0.6 : fraction - 0.4);
  });
  return tensorOf('float32', shape, numbers);
}

export const integer = (value: number): Attribute => ({ kind: 'int', value });
export const real = (value: number): Attribute => ({ kind: 'float', value });

export interface Layers {
  readonly inputs: readonly DeclaredValue[];
  /** The last one makes the output. */
  readonly nodes: readonly Node[];
  readonly initializers: Readonly<Record<string, Tensor>>;
  readonly output?: readonly (number | string)[];
  readonly opset?: number;
}

export function modelOf({ inputs, nodes, initializers, output = ['batch', 3], opset = OPSET }: Layers): Uint8Array {
  const name = nodes.at(-1)?.outputs[0] ?? '';
  return encodeModel({
    opset,
    graph: {
      name: 'layers',
      inputs,
      outputs: [{ name, dtype: 'float32', shape: output }],
      nodes,
      initializers: new Map(Object.entries(initializers)),
      opaque: new Map(),
      values: [],
    },
  });
}

/** A node with any number of results. */
export const layer = (
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): Node => ({ ...node(op, inputs, outputs[0] ?? '', attributes), name: `the ${op} of ${outputs[0]}`, outputs });
