/** compileTrain(): a forward model to one graph for the whole training step, forward, loss, backward and optimizer. */
import { withIslands } from '#engine/canon/islands.ts';
import { withSplitProducts } from '#engine/canon/split-k.ts';
import { GraphBuilder } from '#engine/graph/build.ts';
import { OPSET } from '#engine/graph/graph.ts';
import { prune } from '#engine/graph/prune.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { admit } from '#engine/onnx/admit.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { modelError } from '#engine/onnx/errors.ts';
import { addBackward } from './backward.ts';
import { addForward } from './forward.ts';
import { checkGroups } from './groups.ts';
import { lossOf } from './losses.ts';
import type { TrainOptions } from './options.ts';
import { countUnits } from './units.ts';
import { addUpdate } from './update.ts';

export interface CompiledTrain {
  /** Step graph: state, x and y in; `NAME.next` of every tensor of the state and the scalar `loss` out. */
  readonly step: Uint8Array;
  readonly initialState: Map<string, Tensor>;
  /** Floating-point operations of one step. */
  readonly units: bigint;
}

/** @throws CorexError MODEL_* */
export function compileTrain(model: Uint8Array, options: TrainOptions): CompiledTrain {
  const b = new GraphBuilder();
  const admitted = admit(model, 'train');
  const { logits, weights } = addForward(b, admitted, options.batch);
  if (weights.size === 0) throw modelError('BORDER', { why: 'there are no weights to train' });
  checkGroups(weights.keys(), options.groups);
  const { target, add } = lossOf(options.loss);
  const y = target(b.info(logits));
  const { loss, gradient } = add(b, logits, y === null ? '' : b.input('y', y));
  const gradients = addBackward(b, { value: logits, gradient }, [...weights.keys()]);
  const kept = addUpdate(b, weights, gradients, options);
  b.output(loss, 'loss');
  const graph = withSplitProducts(withIslands(prune(b.finish('train')), OPSET));
  const step = encodeModel({ opset: OPSET, graph });
  const initialState = new Map([...weights, ...kept]);
  return { step, initialState, units: countUnits(step) };
}
