/** The base model: the network that base tasks train, 64 → 256 → 256 → 10 with relu. */
import { GraphBuilder } from '#engine/graph/build.ts';
import { OPSET } from '#engine/graph/graph.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { zeros } from '#engine/state/state.ts';

export const BASE_MODEL = { features: 64, layers: [256, 256], classes: 10 } as const;

/** A multilayer perceptron; weights are [in, out]. @param weight first value of a weight or bias */
export function perceptron(of: {
  readonly features: number;
  readonly layers: readonly number[];
  readonly classes: number;
  readonly weight?: (name: string, shape: readonly number[]) => Tensor;
}): Uint8Array {
  const first = of.weight ?? ((_name: string, shape: readonly number[]) => zeros('float32', shape));
  const b = new GraphBuilder();
  const sizes = [of.features, ...of.layers, of.classes];
  let value = b.input('input', { dtype: 'float32', shape: [1, of.features] });
  sizes.slice(1).forEach((width, i) => {
    const before = sizes[i] as number;
    const weight = b.initializer(`layer${i}.weight`, first(`layer${i}.weight`, [before, width]));
    const bias = b.initializer(`layer${i}.bias`, first(`layer${i}.bias`, [width]));
    const isLast = i === sizes.length - 2;
    value = b.op('Gemm', [value, weight, bias], {}, isLast ? 'output' : `layer${i}`);
    if (!isLast) value = b.op('Relu', [value], {}, `layer${i}.relu`);
  });
  b.output(value);
  const graph = b.finish('perceptron');
  const symbolic = <T extends { readonly shape: ReadonlyArray<number | string> }>(like: T): T => ({
    ...like,
    shape: ['batch', ...like.shape.slice(1)],
  });
  return encodeModel({
    opset: OPSET,
    graph: { ...graph, inputs: graph.inputs.map(symbolic), outputs: graph.outputs.map(symbolic), values: [] },
  });
}
