/** compileTrain(): a forward model to one graph for the whole training step, forward, loss, backward and optimizer. */
import { canonical } from '#engine/canon/canonical.ts';
import { GraphBuilder } from '#engine/graph/build.ts';
import { type Info, OPSET } from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { addGradients } from './differentiate.ts';
import type { TrainOptions } from './options.ts';
import { countUnits } from './units.ts';
import { addUpdate } from './update.ts';

export interface CompiledTrain {
  /** Step graph: state, x and y in; `NAME.next` of every tensor of the state and the scalar `loss` out. */
  readonly step: Uint8Array;
  readonly initialState: Map<string, Tensor>;
  /** What the loss takes of one part of the batch. */
  readonly output: Info;
  /** Floating-point operations of one step. */
  readonly units: bigint;
}

/** @throws CorexError MODEL_* */
export function compileTrain(model: Uint8Array, options: TrainOptions): CompiledTrain {
  const b = new GraphBuilder();
  const { weights, running, gradients, loss, outputs, statistics } = addGradients(b, model, options);
  const kept = addUpdate(b, weights, gradients, options);
  for (const [name, next] of statistics) b.output(next, `${name}.next`);
  b.output(loss, 'loss');
  const graph = canonical(b.finish('train'), options.comparison ?? 'exact');
  const step = encodeModel({ opset: OPSET, graph });
  const initialState = new Map([...weights, ...running, ...kept]);
  return { step, initialState, output: b.info(outputs[0] as string), units: countUnits(step) };
}

export interface CompiledGradients {
  /** Weights, x and y in; `logits`, `loss` and `grad.NAME` of every weight out. */
  readonly graph: Uint8Array;
  readonly weights: Map<string, Tensor>;
}

/** The gradients themselves, for whoever wants to look at them. @throws CorexError MODEL_* */
export function compileGradients(model: Uint8Array, options: Omit<TrainOptions, 'optimizer'>): CompiledGradients {
  const b = new GraphBuilder();
  const { weights, running, gradients, loss, outputs } = addGradients(b, model, options);
  if (outputs.length === 1) b.output(outputs[0] as string, 'logits');
  else b.output(b.op('Concat', outputs, { axis: 0 }, 'logits'));
  b.output(loss, 'loss');
  for (const [name, { shape }] of weights) {
    const gradient = gradients.get(name);
    if (gradient !== undefined) b.output(gradient, `grad.${name}`);
    else b.output(b.op('Expand', [b.op('Mul', [loss, b.scalar('float32', 0)]), b.integers(shape)], {}, `grad.${name}`));
  }
  const graph = canonical(b.finish('gradients'), options.comparison ?? 'exact');
  return { graph: encodeModel({ opset: OPSET, graph }), weights: new Map([...weights, ...running]) };
}
