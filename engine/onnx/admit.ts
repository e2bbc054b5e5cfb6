/** Which models are let in: one file, standard operators, one input and one output, and for training only operators of the catalogue. */
import { checkGraph } from '#engine/graph/check.ts';
import { type DeclaredValue, type Graph, type Model, nodeTitle } from '#engine/graph/graph.ts';
import { isTrainable, TRAINABLE } from '#engine/ops/import/table.ts';
import { STANDARD } from '#engine/ops/standard.ts';
import { MAX_BLOB } from '#protocol/limits.ts';
import { decodeModel } from './decode.ts';
import { encodeModel } from './encode.ts';
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
  /** A second input, of a model that computes its own loss. */
  readonly target?: DeclaredValue;
  readonly output: DeclaredValue;
}

/** Names that an error quotes at most. */
const QUOTED = 5;

function single(values: readonly DeclaredValue[], side: string): DeclaredValue {
  const [value] = values;
  if (value !== undefined && values.length === 1) return checkBorder(value);
  const names = values.slice(0, QUOTED).map(({ name }) => name);
  const text = values.length > QUOTED ? `${names.join(', ')} and ${values.length - QUOTED} more` : names.join(', ');
  throw modelError('BORDER', { why: `${side}s: ${text === '' ? 'none' : text}` });
}

/** A dimension of 0 there leaves nothing to compute and nothing to compare. */
function checkBorder(value: DeclaredValue): DeclaredValue {
  if (!value.shape.includes(0)) return value;
  throw modelError('SHAPE', { where: value.name, why: `[${value.shape.join(', ')}] has no elements` });
}

function checkOperators({ nodes }: Graph, use: 'train' | 'infer'): void {
  for (const node of nodes) {
    const named = { node: nodeTitle(node), operator: node.op };
    if (node.domain !== '') throw modelError('CUSTOM_DOMAIN', { ...named, domain: node.domain });
    const isDropout = node.op === 'Dropout' && (node.inputs[2] ?? '') !== '';
    // A training step draws its masks from the shard's seed.
    if (RANDOM.has(node.op) || (isDropout && use === 'infer')) throw modelError('NOT_REPEATABLE', named);
    if (CONTROL_FLOW.has(node.op)) throw modelError('CONTROL_FLOW', named);
    if (use === 'infer' && !STANDARD.has(node.op))
      throw modelError('UNKNOWN_OPERATOR', { ...named, supported: [...STANDARD] });
    if (use === 'train' && !isTrainable(node.op))
      throw modelError('UNKNOWN_OPERATOR', { ...named, supported: TRAINABLE });
  }
}

/** @throws CorexError MODEL_* */
export function admit(bytes: Uint8Array, use: 'train' | 'infer'): Admitted {
  const model = read(bytes);
  checkOperators(model.graph, use);
  if (model.opset < LEAST_OPSET) throw modelError('OPSET', { opset: model.opset, least: LEAST_OPSET });
  checkGraph(model.graph, use === 'train' ? 'compiled' : 'run');
  const output = single(use === 'train' ? model.graph.outputs.slice(0, 1) : model.graph.outputs, 'output');
  const [input, target, ...others] = model.graph.inputs;
  if (use === 'infer' || input === undefined || target === undefined || others.length > 0)
    return { ...model, input: single(model.graph.inputs, 'input'), output };
  return { ...model, input: checkBorder(input), target: checkBorder(target), output };
}

function read(bytes: Uint8Array): Model {
  if (bytes.length > MAX_BLOB) throw modelError('TOO_BIG', { part: 'bytes', count: bytes.length, limit: MAX_BLOB });
  return decodeModel(bytes);
}

/**
 * A step graph that somebody else compiled, before any runtime sees it. It must be what our encoder writes for what our decoder
 * reads: a second reading of the same bytes, by the runtime's own parser, then finds nothing that was not checked here.
 * @throws CorexError MODEL_*
 */
export function admitStep(bytes: Uint8Array): Model {
  const model = read(bytes);
  checkOperators(model.graph, 'infer');
  checkGraph(model.graph);
  if (Buffer.compare(encodeModel(model), bytes) !== 0)
    throw modelError('GRAPH', { where: 'its bytes', why: 'they are not the canonical ones of this graph' });
  return model;
}
