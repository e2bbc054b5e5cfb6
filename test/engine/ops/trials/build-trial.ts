/** A trial as a model of its own, as that model imported, and as a core operator, each with its gradients. */
import { GraphBuilder } from '#engine/graph/build.ts';
import { type Attribute, type DeclaredValue, type Graph, type Info, type Node, OPSET } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { admit } from '#engine/onnx/admit.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';
import type { OperatorName } from '#engine/ops/catalogue.ts';
import { addBackward } from '#engine/train/backward.ts';
import { addPass, declareWeights } from '#engine/train/forward.ts';
import { type AttributeValue, drawn, operandsOf, randomOf, tensorsOf, type Trial } from './trial.ts';

export type Precision = 'float32' | 'float64';

function attributeOf(value: AttributeValue): Attribute {
  if (typeof value === 'number') return { kind: 'int', value };
  if (typeof value === 'string') return { kind: 'string', value };
  return 'kind' in value ? value : { kind: 'ints', value };
}

const attributesOf = (of: Trial['attributes']): Map<string, Attribute> =>
  new Map(Object.entries(of).map(([name, value]) => [name, attributeOf(value)]));

const resultNames = ({ results }: Trial): string[] => results.map((_, i) => `result${i}`);

const nodeOf = (op: string, inputs: readonly string[], outputs: readonly string[], of: Trial['attributes']): Node => ({
  op,
  domain: '',
  name: `the ${op} of ${outputs[0]}`,
  inputs,
  outputs,
  attributes: attributesOf(of),
});

/** Several results as one vector, so that each of them counts. */
function joined(trial: Trial, precision: Precision): Node[] {
  if (trial.results.length === 1) return [];
  const parts = trial.results.flatMap((type, i): Node[] => {
    const flat = nodeOf('Reshape', [`result${i}`, 'all.flat'], [`flat${i}`], {});
    const to = ELEMENT_TYPE[precision];
    return type === 'float' ? [flat] : [flat, nodeOf('Cast', [`flat${i}`], [`number${i}`], { to })];
  });
  const names = trial.results.map((type, i) => (type === 'float' ? `flat${i}` : `number${i}`));
  return [...parts, nodeOf('Concat', names, ['joined'], { axis: 0 })];
}

const UNREAD: DeclaredValue = { name: 'unread', dtype: 'float32', shape: [1] };

/**
 * The model that an exporter would have written, with every weight as an initializer.
 * @param shape of the result; the importer looks at none, the runtime at the right one
 */
export function modelOf(trial: Trial, precision: Precision, shape: readonly number[] = []): Uint8Array {
  const tensors = tensorsOf(trial, precision);
  const input = operandsOf(trial).find(({ role }) => role === 'input');
  const initializers = new Map([...tensors].filter(([name]) => name !== input?.name));
  if (trial.results.length > 1) initializers.set('all.flat', tensorOf('int64', [1], [-1]));
  const inputs = trial.operands.map((operand) => operand?.name ?? '');
  const [first = 'float'] = trial.results;
  const isOne = trial.results.length === 1;
  const read = input === undefined ? undefined : tensors.get(input.name);
  const graph: Graph = {
    name: 'trial',
    inputs: [input === undefined || read === undefined ? UNREAD : { ...read, name: input.name }],
    outputs: [{ name: isOne ? 'result0' : 'joined', dtype: isOne && first !== 'float' ? first : precision, shape }],
    nodes: [nodeOf(trial.op, inputs, resultNames(trial), trial.attributes), ...joined(trial, precision)],
    initializers,
    opaque: new Map(),
    values: [],
  };
  return encodeModel({ opset: trial.opset, graph });
}

export interface Built {
  readonly graph: Uint8Array;
  readonly result: Info;
  /** Weights that the result depends on. */
  readonly reached: readonly string[];
  /** What the graph is fed with: operands and random numbers. */
  readonly feeds: ReadonlyMap<string, Tensor>;
  /** By how much each element of the result counts in the loss. */
  readonly slope: readonly number[];
}

const weightsOf = (trial: Trial): string[] =>
  operandsOf(trial).flatMap(({ name, role, type }) => (role === 'weight' && type === 'float' ? [name] : []));

function finished(b: GraphBuilder, trial: Trial, result: string, precision: Precision, isDifferentiated = true): Built {
  const info = b.info(result);
  const slope = drawn([-1.5, 1.5], elementCount(info.shape), trial.seed, 'slope');
  const weights = weightsOf(trial);
  const isFloat = info.dtype === precision && isDifferentiated;
  const gradients = isFloat
    ? addBackward(b, { value: result, gradient: b.values(precision, info.shape, slope) }, weights)
    : new Map<string, string>();
  b.output(result, 'result');
  for (const [name, gradient] of gradients) b.output(gradient, `grad.${name}`);
  const graph = b.finish('trial');
  const tensors = tensorsOf(trial, precision);
  const random = randomOf(trial.seed, 'noise');
  const feeds = new Map(
    graph.inputs.map(({ name, dtype, shape }) => {
      const sizes = shape.filter((size) => typeof size === 'number');
      const noise = () => Array.from({ length: elementCount(sizes) }, () => random.below(1000) / 1000);
      return [name, tensors.get(name) ?? tensorOf(dtype, sizes, noise())];
    }),
  );
  return { graph: encodeModel({ opset: OPSET, graph }), result: info, reached: [...gradients.keys()], feeds, slope };
}

/** The model by the real path: admitted, every node imported, and differentiated. */
export function imported(trial: Trial, precision: Precision, isDifferentiated = true): Built {
  const b = new GraphBuilder();
  const model = admit(modelOf(trial, precision), 'train');
  const modes = { batchNorm: 'as-exported' } as const;
  const declared = declareWeights(b, model, modes, new Set(weightsOf(trial)));
  const input = operandsOf(trial).find(({ role }) => role === 'input');
  const info = input === undefined ? undefined : tensorsOf(trial, precision).get(input.name);
  const inputs = new Map<string, string>();
  if (input !== undefined && info !== undefined) inputs.set(input.name, b.input(input.name, info));
  const { output } = addPass(b, model, { declared, modes, prefix: 'forward', inputs, running: new Map() });
  return finished(b, trial, output, precision, isDifferentiated);
}

/** The operator itself. */
export function core(trial: Trial, op: OperatorName, precision: Precision): Built {
  const b = new GraphBuilder();
  const tensors = tensorsOf(trial, precision);
  for (const { name, role } of operandsOf(trial)) {
    const tensor = tensors.get(name) as Tensor;
    if (role === 'constant') b.initializer(name, tensor);
    else b.input(name, tensor);
  }
  const inputs = trial.operands.map((operand) => operand?.name ?? '');
  const outputs = resultNames(trial);
  b.add({ op, inputs, outputs, attributes: attributesOf(trial.attributes) });
  const [first = ''] = outputs;
  if (outputs.length === 1) return finished(b, trial, first, precision);
  const flat = outputs.map((name) => {
    const vector = b.op('Reshape', [name, b.integers([-1])]);
    return b.info(name).dtype === precision ? vector : b.op('Cast', [vector], { to: ELEMENT_TYPE[precision] });
  });
  return finished(b, trial, b.op('Concat', flat, { axis: 0 }), precision);
}
