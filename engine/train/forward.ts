/** The forward part of a training step: the submitter's nodes with the batch bound and their values renamed. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import { type DeclaredValue, nodeTitle } from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import type { Admitted } from '#engine/onnx/admit.ts';
import { modelError } from '#engine/onnx/errors.ts';
import { isTrainable, TRAINABLE } from '#engine/ops/catalogue.ts';

/** Names that a step graph gives a meaning. */
const RESERVED = new Set(['x', 'y', 'loss', 'step', 'logits', 'prediction', 'correct', 'beta1.power', 'beta2.power']);
const SUFFIXES = ['.next', '.momentum', '.m', '.v'];

/** @throws CorexError MODEL_NAME where a weight's name means something else in a step graph */
export function checkWeightName(name: string): void {
  if (RESERVED.has(name)) throw modelError('NAME', { name, why: 'in a step graph it is an input or output' });
  const suffix = SUFFIXES.find((ending) => name.endsWith(ending));
  if (suffix !== undefined) throw modelError('NAME', { name, why: `a weight does not end in ${suffix}` });
}

/** The first dimension is the batch: it has a name, or is 1, or is the batch already. @throws CorexError MODEL_SHAPE */
export function bindBatch({ name, shape }: DeclaredValue, batch: number): number[] {
  const [first, ...rest] = shape;
  const why = `[${shape.map((size) => (size === '' ? '?' : size)).join(', ')}]`;
  if (first === undefined) throw modelError('SHAPE', { where: name, why: `${why} has no dimension for the batch` });
  if (typeof first === 'number' && first !== 1 && first !== batch)
    throw modelError('SHAPE', { where: name, why: `${why} is for a batch of ${first}, not ${batch}` });
  if (!rest.every((size) => typeof size === 'number'))
    throw modelError('SHAPE', { where: name, why: `${why} has more than one dimension without a number` });
  return [batch, ...rest];
}

/** A weight that training changes: float32, and no scalar, for those are constants of the architecture. */
export function isWeight({ dtype, shape }: Tensor): boolean {
  return dtype === 'float32' && shape.length > 0;
}

export interface Forward {
  readonly logits: string;
  /** The weights that the model reads. */
  readonly weights: ReadonlyMap<string, Tensor>;
}

/** Adds input `x`, the weights as inputs, the constants, and every node. */
export function addForward(b: GraphBuilder, model: Admitted, batch: number): Forward {
  const { graph, input, output } = model;
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  const weights = new Map([...graph.initializers].filter(([name, tensor]) => read.has(name) && isWeight(tensor)));
  const renamed = new Map<string, string>([['', '']]);
  for (const [name, tensor] of weights) {
    checkWeightName(name);
    renamed.set(name, b.input(name, { dtype: 'float32', shape: tensor.shape }));
  }
  renamed.set(input.name, b.input('x', { dtype: input.dtype, shape: bindBatch(input, batch) }));
  for (const [name, tensor] of graph.initializers) {
    if (read.has(name) && !weights.has(name)) renamed.set(name, b.initializer(`forward.${name}`, tensor));
  }
  for (const node of graph.nodes) {
    // `admit` has looked already; this tells the compiler.
    if (!isTrainable(node.op))
      throw modelError('UNKNOWN_OPERATOR', { node: node.name, operator: node.op, supported: TRAINABLE });
    const [made] = node.outputs;
    const inputs = node.inputs.map((name) => renamed.get(name) ?? name);
    const axes = node.attributes.get('axes');
    const isOlder = node.op.startsWith('Reduce') && axes?.kind === 'ints';
    // Up to opset 17 some reductions have their axes as an attribute.
    if (isOlder && inputs.length === 1) inputs.push(b.integers(axes.value));
    const attributes = isOlder ? new Map([...node.attributes].filter(([name]) => name !== 'axes')) : node.attributes;
    if (made !== undefined) renamed.set(made, b.add(node.op, inputs, attributes, `forward.${made}`, nodeTitle(node)));
  }
  return { logits: renamed.get(output.name) ?? output.name, weights };
}
