/** importInfer(): inference in core operators with every shape written out, for models that the engine can import. */
import { GraphBuilder } from '#engine/graph/build.ts';
import type { Graph } from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import type { Admitted } from '#engine/onnx/admit.ts';
import { modelError } from '#engine/onnx/errors.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';
import type { Modes } from '#engine/ops/import/importer.ts';
import { isTrainable } from '#engine/ops/import/table.ts';
import { CorexError } from '#protocol/errors.ts';
import { addPass, declareWeights, declareX, trainedNames } from './forward.ts';

export interface ImportedInfer {
  readonly graph: Graph;
  readonly state: Map<string, Tensor>;
}

const MODES: Modes = { batchNorm: 'frozen' };

function compile(model: Admitted, { batch, labels }: { batch: number; labels: boolean }): ImportedInfer {
  const b = new GraphBuilder();
  const declared = declareWeights(b, model, MODES, trainedNames(model, MODES));
  const inputs = new Map([[model.input.name, declareX(b, model.input, batch)]]);
  const { output } = addPass(b, model, { declared, modes: MODES, prefix: 'forward', inputs, running: new Map() });
  const { dtype, shape } = b.info(output);
  if (dtype !== 'float32' || shape.length < 2 || shape[0] !== batch)
    throw modelError('SHAPE', { where: model.output.name, why: `it is ${dtype} [${shape.join(', ')}]` });
  b.output(output, 'logits');
  const prediction = b.op('ArgMax', [output], { axis: shape.length - 1, keepdims: 0 }, 'prediction');
  b.output(prediction);
  if (labels) {
    const matches = b.op('Equal', [prediction, b.input('y', { dtype: 'int64', shape: shape.slice(0, -1) })]);
    b.output(b.op('Cast', [matches], { to: ELEMENT_TYPE.int64 }, 'correct'));
  }
  return { graph: b.finish('infer'), state: new Map(declared.weights) };
}

/** null where an operator or its form is not imported: the model may still run as it is. */
export function importInfer(model: Admitted, of: { batch: number; labels: boolean }): ImportedInfer | null {
  if (!model.graph.nodes.every(({ op }) => isTrainable(op))) return null;
  try {
    return compile(model, of);
  } catch (error) {
    if (error instanceof CorexError) return null;
    throw error;
  }
}
