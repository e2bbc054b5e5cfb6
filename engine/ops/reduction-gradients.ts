/** Gradients of reductions and of what normalizes along an axis. */
import { intAttribute } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';
import { type Differentiated, type Rule, scaled } from './rule.ts';
import { reducedAxes } from './shapes.ts';

/** The operand's shape with ones in the place of what is reduced. */
function keptShape({ call }: Differentiated): number[] {
  const axes = reducedAxes(call);
  return call.input(0).shape.map((size, i) => (axes.includes(i) ? 1 : size));
}

/** A value of the result's shape with the axes that the reduction dropped. */
function kept(of: Differentiated, name: string): string {
  const shape = keptShape(of);
  if (shape.join() === of.b.info(name).shape.join()) return name;
  return of.b.op('Reshape', [name, of.b.integers(shape)]);
}

/** dy over the whole operand. */
function spread(of: Differentiated, name = of.dy): string {
  const { shape } = of.call.input(0);
  return of.b.op('Expand', [kept(of, name), of.b.integers(shape)]);
}

export const sum: Rule = (of) => [spread(of), null];

/** Divided before it is spread: that is the smaller tensor. */
export const mean: Rule = (of) => {
  const { shape } = of.call.input(0);
  const count = elementCount(reducedAxes(of.call).map((axis) => shape[axis] as number));
  return [spread(of, scaled(of, of.dy, 1 / count)), null];
};

/** Equal extrema share the gradient, as in torch.amax. */
export const extremum: Rule = (of) => {
  const { b, call, y, dy } = of;
  const { dtype } = call.input(0);
  const mask = b.op('Cast', [b.op('Equal', [of.in(0), kept(of, y)])], { to: ELEMENT_TYPE[dtype] });
  const count = b.op('ReduceSum', [mask, b.integers(reducedAxes(call))]);
  return [b.op('Mul', [mask, b.op('Div', [kept(of, dy), count])]), null];
};

/** y / x, for operands without a zero. */
export const product: Rule = (of) => {
  const { b, y, dy } = of;
  return [b.op('Div', [b.op('Mul', [kept(of, dy), kept(of, y)]), of.in(0)]), null];
};

export const softmax: Rule = ({ b, node, dy, y }) => {
  const axes = b.integers([intAttribute(node.attributes, 'axis', -1)]);
  const inner = b.op('ReduceSum', [b.op('Mul', [dy, y]), axes]);
  return [b.op('Mul', [b.op('Sub', [dy, inner]), y])];
};

export const logSoftmax: Rule = ({ b, node, dy, y }) => {
  const axes = b.integers([intAttribute(node.attributes, 'axis', -1)]);
  return [b.op('Sub', [dy, b.op('Mul', [b.op('Exp', [y]), b.op('ReduceSum', [dy, axes])])])];
};

/**
 * dx = (g - mean(g) - x̂ mean(g x̂)) / σ for the gradient g of the normalized x̂ (arXiv 1607.06450, section 3).
 * @param inverse 1 / σ
 */
export function normalizedGradient(
  of: Differentiated,
  parts: { g: string; normalized: string; inverse: string; axes: readonly number[] },
): string {
  const { b } = of;
  const { g, normalized, inverse } = parts;
  const axes = b.integers(parts.axes);
  const inner = b.op('Mul', [normalized, b.op('ReduceMean', [b.op('Mul', [g, normalized]), axes])]);
  const centred = b.op('Sub', [g, b.op('ReduceMean', [g, axes])]);
  return b.op('Mul', [b.op('Sub', [centred, inner]), inverse]);
}

/** Needs the node's results 1 and 2, mean and 1 / σ. */
export const layerNormalization: Rule = (of) => {
  const { b, node, call, in: input, dy } = of;
  if (of.isUsed(1) || of.isUsed(2)) throw call.error('a gradient of the mean or the deviation');
  const { shape } = call.input(0);
  const axis = call.axis(intAttribute(node.attributes, 'axis', -1), shape.length);
  const axes = shape.flatMap((_, i) => (i >= axis ? [i] : []));
  const inverse = of.out(2);
  const normalized = b.op('Mul', [b.op('Sub', [input(0), of.out(1)]), inverse]);
  const g = b.op('Mul', [dy, input(1)]);
  const dx = normalizedGradient(of, { g, normalized, inverse, axes });
  return [dx, b.op('Mul', [dy, normalized]), dy];
};
