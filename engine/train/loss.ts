/** What a loss is: what it compares the model's output with, and how it and its gradient enter the graph. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import type { Info } from '#engine/graph/graph.ts';
import { modelError } from '#engine/onnx/errors.ts';

export interface LossResult {
  /** float32, of shape []. */
  readonly loss: string;
  /** float32, of the logits' shape. */
  readonly gradient: string;
}

export interface Loss<Options> {
  /** What y is; null where there is none beside the model's own inputs. @throws CorexError MODEL_SHAPE */
  target(logits: Info, options: Options): Info | null;
  /** @param target '' where there is none */
  add(b: GraphBuilder, logits: string, target: string, options: Options): LossResult;
}

/** @throws CorexError MODEL_SHAPE where the loss cannot take the model's output */
export function checkOutput({ dtype, shape }: Info, fits: boolean, wanted: string): void {
  if (dtype === 'float32' && fits) return;
  throw modelError('SHAPE', {
    where: 'the output',
    why: `it is ${dtype} [${shape.join(', ')}], the loss takes float32 ${wanted}`,
  });
}
