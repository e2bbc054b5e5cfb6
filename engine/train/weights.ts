/** withWeights(): the forward model again, with the weights that training arrived at. */
import type { Tensor } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { modelError } from '#engine/onnx/errors.ts';
import { isSameShape } from '#engine/state/state.ts';

/** Tensors of the state that are no initializers (moments, counters) are left out. @throws CorexError MODEL_STATE */
export function withWeights(model: Uint8Array, state: ReadonlyMap<string, Tensor>): Uint8Array {
  const { opset, graph } = decodeModel(model);
  const initializers = new Map(
    [...graph.initializers].map(([name, old]) => {
      const trained = state.get(name);
      if (trained !== undefined && (trained.dtype !== old.dtype || !isSameShape(trained.shape, old.shape)))
        throw modelError('STATE', { name, why: `it is ${trained.dtype} [${trained.shape.join(', ')}]` });
      return [name, trained ?? old] as const;
    }),
  );
  return encodeModel({ opset, graph: { ...graph, initializers } });
}
