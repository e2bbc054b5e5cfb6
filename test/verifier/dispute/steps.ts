/** One step of a graph on the runtime with every value in sight, and its program. */
import { prune } from '#engine/graph/prune.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { operatorValues } from '#engine/run/observe.ts';
import { compileTrain } from '#engine/train/step.ts';
import { widthOf } from '#protocol/dispute/access.ts';
import type { ReadElement } from '#verifier/dispute/gather.ts';
import { compileProgram, type Program } from '#verifier/dispute/compile.ts';
import { expectedOf, type Reference, referenceModel } from '../../engine/onnx/reference-models.ts';
import { runOnce } from '../../engine/train/running.ts';

const LOSS = { kind: 'softmax-cross-entropy' } as const;
const ADAMW = { kind: 'adamw', lr: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 } as const;

export interface SeenStep {
  readonly program: Program;
  /** Bytes of each value by its number. */
  readonly values: readonly Uint8Array[];
  /** Operator that makes each value, by its number; inputs and initializers have none. */
  readonly operators: ReadonlyArray<string | undefined>;
  readonly read: ReadElement;
}

/** Runs the graph once, every operator's value an output. */
export async function seeStep(graph: Uint8Array, feeds: ReadonlyMap<string, Tensor>): Promise<SeenStep> {
  const model = decodeModel(graph);
  const program = compileProgram(graph);
  const outputs = operatorValues(model.graph);
  const shown = prune({ ...model.graph, outputs, values: [] });
  const results = await runOnce(encodeModel({ opset: model.opset, graph: shown }), feeds);
  const values = program.values.map(({ name }) => {
    const tensor = feeds.get(name) ?? model.graph.initializers.get(name) ?? results.get(name);
    if (tensor === undefined) throw new RangeError(`no value ${name}`);
    return tensor.data;
  });
  const made = new Map(model.graph.nodes.flatMap(({ op, outputs: names }) => names.map((name) => [name, op] as const)));
  const read: ReadElement = (source, position) => {
    const { dtype } = program.values[source]!;
    const bytes = values[source]!.subarray(position * widthOf(dtype), (position + 1) * widthOf(dtype));
    if (bytes.length !== widthOf(dtype)) throw new RangeError(`value ${source} has no element ${position}`);
    return bytes;
  };
  return { program, values, operators: program.values.map(({ name }) => made.get(name)), read };
}

/** The step graph of a reference model and what it begins from; null where the checkout has none. */
export function referenceStep(name: Reference): { graph: Uint8Array; feeds: Map<string, Tensor> } | null {
  const model = referenceModel(name);
  if (model === null) return null;
  const expected = expectedOf(name);
  const [x, y] = [expected.get('x') as Tensor, expected.get('y') as Tensor];
  const batch = x.shape[0] ?? 1;
  const { step, initialState } = compileTrain(model, { batch, loss: LOSS, optimizer: ADAMW });
  return { graph: step, feeds: new Map([...initialState, ['x', x], ['y', y]]) };
}
