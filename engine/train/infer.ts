/** compileInfer(): a forward model to one graph for inference, with the weights as state and predictions as results. */
import { canonical } from '#engine/canon/canonical.ts';
import {
  type Attribute,
  type DeclaredValue,
  type Graph,
  type Info,
  type Node,
  nodeTitle,
  OPSET,
} from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { type Admitted, admit } from '#engine/onnx/admit.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { modelError } from '#engine/onnx/errors.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';
import { Call } from '#engine/ops/call.ts';
import { knownNumbers, shapesOf } from '#engine/ops/inference-shapes.ts';
import { bindBatch, checkWeightName } from './border.ts';
import { importInfer } from './infer-imported.ts';
import { countUnits } from './units.ts';

export interface CompiledInfer {
  /** Step graph: state, x and, for labels, y in; `logits`, `prediction` and, for labels, `correct` out. */
  readonly step: Uint8Array;
  readonly state: Map<string, Tensor>;
  /** Floating-point operations of one batch. */
  readonly units: bigint;
}

type Infos = ReadonlyMap<string, Info>;

/** Shapes as far as the catalogue knows the operators and the file tells. */
function inferShapes({ graph, input }: Admitted, batch: number): Infos {
  const constants = new Map(graph.initializers);
  const infos = new Map<string, Info>(graph.initializers);
  infos.set(input.name, { dtype: input.dtype, shape: bindBatch(input, batch) });
  const declared = new Map(graph.values.map((value) => [value.name, value]));
  const surroundings = {
    info: (name: string) => infos.get(name),
    constant: (name: string) => constants.get(name),
  };
  for (const node of graph.nodes) {
    const [output = ''] = node.outputs;
    const value = node.attributes.get('value');
    if (node.op === 'Constant' && value?.kind === 'tensor') constants.set(output, value.value);
    const call = new Call(node, surroundings);
    noteDeclared(node, declared, input, batch, infos);
    shapesOf(call).forEach((info, i) => {
      infos.set(node.outputs[i] ?? '', info);
    });
    const info = infos.get(output);
    const numbers = info === undefined ? null : knownNumbers(call, info, surroundings.constant);
    if (numbers !== null) constants.set(output, numbers);
  }
  return infos;
}

function noteDeclared(
  node: Node,
  declared: ReadonlyMap<string, DeclaredValue>,
  input: DeclaredValue,
  batch: number,
  infos: Map<string, Info>,
): void {
  for (const name of node.outputs) {
    const value = declared.get(name);
    const info = value === undefined ? undefined : bound(value, input, batch);
    if (info !== undefined) infos.set(name, info);
  }
}

/** A declared value whose only open dimension is the batch; a file exported for one row says nothing for more. */
function bound({ dtype, shape }: DeclaredValue, input: DeclaredValue, batch: number): Info | undefined {
  const [symbol] = input.shape;
  if (typeof symbol === 'number' && symbol !== batch) return undefined;
  const sizes = shape.map((size) => (typeof symbol === 'string' && symbol !== '' && size === symbol ? batch : size));
  return sizes.every((size) => typeof size === 'number') ? { dtype, shape: sizes } : undefined;
}

/** [batch, …, classes], from the nodes or else from what the file declares. */
function logitsInfo({ output, graph }: Admitted, known: Infos, batch: number): Info {
  const info = known.get(output.name) ?? declaredLogits(output, batch);
  if (info !== undefined && info.shape.length >= 2 && info.shape[0] === batch && info.dtype === 'float32') return info;
  const last = graph.nodes.at(-1);
  const shape = info === undefined ? 'unknown' : `${info.dtype} [${info.shape.join(', ')}]`;
  throw modelError('SHAPE', {
    where: last === undefined ? output.name : nodeTitle(last),
    why: `the output ${output.name} is ${shape}, inference takes float32 [${batch}, …, classes]`,
  });
}

function declaredLogits({ dtype, shape }: DeclaredValue, batch: number): Info | undefined {
  const [first, ...rest] = shape;
  if (!rest.every((size) => typeof size === 'number')) return undefined;
  return typeof first === 'string' || first === 1 || first === batch ? { dtype, shape: [batch, ...rest] } : undefined;
}

const attributes = (of: Readonly<Record<string, number>>): Map<string, Attribute> =>
  new Map(Object.entries(of).map(([name, value]) => [name, { kind: 'int', value }]));

function node(
  op: string,
  inputs: readonly string[],
  output: string,
  ints: Readonly<Record<string, number>> = {},
): Node {
  return { op, domain: '', name: `infer.${output}`, inputs, outputs: [output], attributes: attributes(ints) };
}

/** @throws CorexError MODEL_NAME where a value inside has a name that the step graph gives a meaning */
function checkFree({ graph, input, output }: Admitted): void {
  const taken = new Set(['x', 'y', 'logits', 'prediction', 'correct', 'matches']);
  for (const name of graph.nodes.flatMap(({ outputs }) => outputs)) {
    const isOurs = name === 'logits' && output.name === 'logits';
    if (taken.has(name) && !isOurs) throw modelError('NAME', { name, why: 'in a step graph it is an input or output' });
  }
  if (input.name !== 'x' && taken.has(input.name))
    throw modelError('NAME', { name: input.name, why: 'the input of a step graph is x' });
}

/** Weights of the model that a node names; the others stay in the graph, for a subgraph may read them. */
function stateOf({ graph }: Admitted): Map<string, Tensor> {
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  const state = new Map(
    [...graph.initializers].filter(([name, { dtype }]) => read.has(name) && dtype.startsWith('float')),
  );
  for (const name of state.keys()) checkWeightName(name);
  return state;
}

/** @throws CorexError MODEL_* */
export function compileInfer(
  model: Uint8Array,
  of: { readonly batch: number; readonly labels: boolean; readonly comparison?: 'exact' | 'fast' },
): CompiledInfer {
  const { batch, labels, comparison = 'exact' } = of;
  const admitted = admit(model, 'infer');
  checkFree(admitted);
  const imported = importInfer(admitted, { batch, labels });
  if (imported !== null) {
    const bytes = encodeModel({ opset: OPSET, graph: canonical(imported.graph, comparison) });
    return { step: bytes, state: imported.state, units: countUnits(bytes) };
  }
  const { graph, input, output, opset } = admitted;
  const known = inferShapes(admitted, batch);
  const logitsShape = logitsInfo(admitted, known, batch);
  const logits: DeclaredValue = { name: 'logits', ...logitsShape };
  const state = stateOf(admitted);
  // One prediction for each row, or for each place of a sequence.
  const row = { dtype: 'int64', shape: logitsShape.shape.slice(0, -1) } as const;
  const nodes = [
    ...(input.name === 'x' ? [] : [node('Identity', ['x'], input.name)]),
    ...graph.nodes,
    ...(output.name === 'logits' ? [] : [node('Identity', [output.name], 'logits')]),
    node('ArgMax', ['logits'], 'prediction', { axis: -1, keepdims: 0 }),
  ];
  if (labels) {
    nodes.push(node('Equal', ['prediction', 'y'], 'matches'));
    nodes.push(node('Cast', ['matches'], 'correct', { to: ELEMENT_TYPE.int64 }));
  }
  const inputs: DeclaredValue[] = [...state].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  inputs.push({ name: 'x', dtype: input.dtype, shape: bindBatch(input, batch) });
  if (labels) inputs.push({ name: 'y', ...row });
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const step: Graph = {
    name: 'infer',
    inputs,
    outputs: [logits, { name: 'prediction', ...row }, ...(labels ? [{ name: 'correct', ...row }] : [])],
    nodes,
    initializers: new Map([...graph.initializers].filter(([name]) => !state.has(name))),
    opaque: graph.opaque,
    values: [...known]
      .filter(([name]) => made.has(name) && name !== 'logits')
      .map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
  };
  const bytes = encodeModel({ opset, graph: canonical(step, comparison, opset) });
  return { step: bytes, state, units: countUnits(bytes) };
}
