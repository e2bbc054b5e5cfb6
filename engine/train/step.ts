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
import { checkLogits, LOSSES, type LossName } from './losses.ts';
import { addOptimizer, type OptimizerSpec } from './optimizers.ts';
import { countUnits } from './units.ts';

export interface TrainOptions {
  readonly batch: number;
  readonly loss: LossName;
  readonly optimizer: OptimizerSpec;
}

export interface CompiledTrain {
  /** Step graph: state, x and y in; `NAME.next` of every tensor of the state and the scalar `loss` out. */
  readonly step: Uint8Array;
  readonly initialState: Map<string, Tensor>;
  /** Floating-point operations of one step. */
  readonly units: bigint;
}

/** @throws CorexError MODEL_* */
export function compileTrain(model: Uint8Array, { batch, loss: kind, optimizer }: TrainOptions): CompiledTrain {
  const b = new GraphBuilder();
  const admitted = admit(model, 'train');
  const { logits, weights } = addForward(b, admitted, batch);
  if (weights.size === 0) throw modelError('BORDER', { why: 'there are no weights to train' });
  const info = b.info(logits);
  checkLogits(info);
  const { loss, gradient } = LOSSES[kind].add(b, logits, b.input('y', LOSSES[kind].target(info)));
  const gradients = addBackward(b, { value: logits, gradient }, [...weights.keys()]);
  const moved = [...weights].map(([name, weight]) => {
    const slope = gradients.get(name) ?? noGradient(b, weight);
    return { name, weight, gradient: slope };
  });
  const kept = addOptimizer(b, optimizer, moved);
  b.output(loss, 'loss');
  const graph = withSplitProducts(withIslands(prune(b.finish('train')), OPSET));
  const step = encodeModel({ opset: OPSET, graph });
  const initialState = new Map([...weights, ...kept]);
  return { step, initialState, units: countUnits(step) };
}

/** A weight that the output does not depend on. */
function noGradient(b: GraphBuilder, { shape }: Tensor): string {
  return b.op('Expand', [b.scalar('float32', 0), b.integers(shape)]);
}
