/** Which models are let in: one file, standard operators, one input and one output, and for training only operators of the catalogue. */
import { type DeclaredValue, type Model, nodeTitle } from '#engine/graph/graph.ts';
import { isTrainable, TRAINABLE } from '#engine/ops/catalogue.ts';
import { STANDARD } from '#engine/ops/standard.ts';
import { MAX_BLOB } from '#protocol/limits.ts';
import { decodeModel } from './decode.ts';
import { modelError } from './errors.ts';

/** From here on axes of Squeeze and ReduceSum are inputs and Softmax has one axis. */
const LEAST_OPSET = 13;
const RANDOM = new Set([
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
]);
const CONTROL_FLOW = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);

export interface Admitted extends Model {
  readonly input: DeclaredValue;
  readonly output: DeclaredValue;
}

function single(values: readonly DeclaredValue[], side: string): DeclaredValue {
  const [value] = values;
  if (value !== undefined && values.length === 1) return value;
  const names = values.map(({ name }) => name).join(', ');
  throw modelError('BORDER', { why: `${side}s: ${names === '' ? 'none' : names}` });
}

function checkNames({ graph }: Model): void {
  const made = new Set<string>(graph.inputs.map(({ name }) => name));
  for (const name of [...graph.initializers.keys(), ...graph.opaque.keys()]) made.add(name);
  for (const node of graph.nodes) {
    for (const name of node.inputs) {
      if (name !== '' && !made.has(name))
        throw modelError('NOT_ONNX', { why: `node ${nodeTitle(node)} reads ${name}, which nothing before it makes` });
    }
    for (const name of node.outputs) {
      if (name !== '' && made.has(name)) throw modelError('NOT_ONNX', { why: `${name} is made twice` });
      made.add(name);
    }
  }
  for (const { name } of graph.outputs) {
    if (!made.has(name)) throw modelError('NOT_ONNX', { why: `nothing makes the output ${name}` });
  }
}

/** @throws CorexError MODEL_* */
export function admit(bytes: Uint8Array, use: 'train' | 'infer'): Admitted {
  if (bytes.length > MAX_BLOB) throw modelError('TOO_BIG', { bytes: bytes.length, limit: MAX_BLOB });
  const model = decodeModel(bytes);
  for (const node of model.graph.nodes) {
    const named = { node: nodeTitle(node), operator: node.op };
    if (node.domain !== '') throw modelError('CUSTOM_DOMAIN', { ...named, domain: node.domain });
    if (RANDOM.has(node.op) || (node.op === 'Dropout' && (node.inputs[2] ?? '') !== ''))
      throw modelError('NOT_REPEATABLE', named);
    if (CONTROL_FLOW.has(node.op)) throw modelError('CONTROL_FLOW', named);
    if (use === 'infer' && !STANDARD.has(node.op))
      throw modelError('UNKNOWN_OPERATOR', { ...named, supported: [...STANDARD] });
    if (use === 'train' && !isTrainable(node.op))
      throw modelError('UNKNOWN_OPERATOR', { ...named, supported: TRAINABLE });
  }
  if (model.opset < LEAST_OPSET) throw modelError('OPSET', { opset: model.opset, least: LEAST_OPSET });
  checkNames(model);
  return { ...model, input: single(model.graph.inputs, 'input'), output: single(model.graph.outputs, 'output') };
}
