/** Gradients of what picks, places, parts or surrounds elements. */
import { type Attribute, intAttribute } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { padsOf } from './index-shapes.ts';
import type { Differentiated, Rule } from './rule.ts';
import { cuts } from './shapes.ts';

/** A gradient in the shape of the input, whose elements are in the same order. */
export const reshaped: Rule = ({ b, call, dy }) => [b.op('Reshape', [dy, b.integers(call.input(0).shape)]), null];

function zeros({ b, call }: Differentiated, shape: readonly number[]): string {
  return b.op('Expand', [b.scalar(call.input(0).dtype, 0), b.integers(shape)]);
}

/** dy with zeros before and behind, or without what a negative number cuts off. */
function padded({ b, dy }: Differentiated, begin: readonly number[], end: readonly number[]): string {
  if ([...begin, ...end].every((size) => size === 0)) return dy;
  return b.op('Pad', [dy, b.integers([...begin, ...end])]);
}

export const concat: Rule = ({ b, node, call, dy }) => {
  const axis = call.axis(intAttribute(node.attributes, 'axis', 0), call.input(0).shape.length);
  if (node.inputs.length === 1) return [dy];
  const sizes = node.inputs.map((_, i) => call.input(i).shape[axis] as number);
  return b.ops('Split', [dy, b.integers(sizes)], { axis }, sizes.length);
};

export const split: Rule = (of) => {
  const { b, node, call } = of;
  const axis = call.axis(intAttribute(node.attributes, 'axis', 0), call.input(0).shape.length);
  const parts = node.outputs.map((_, i) => of.d(i));
  return [parts.length === 1 ? (parts[0] as string) : b.op('Concat', parts, { axis }), null];
};

/** Zeros around what was cut out; where every other element was taken, each place fetches its own or a zero. */
export const slice: Rule = (of) => {
  const { b, call } = of;
  const { shape } = call.input(0);
  const all = cuts(call);
  const begin = Array<number>(shape.length).fill(0);
  const end = Array<number>(shape.length).fill(0);
  for (const { axis, start, step, count } of all.filter((cut) => cut.step === 1)) {
    begin[axis] = start;
    end[axis] = (shape[axis] as number) - start - count * step;
  }
  let gradient = padded(of, begin, end);
  for (const { axis, start, step, count } of all.filter((cut) => cut.step !== 1)) {
    const behind = shape.map((_, i) => (i === axis ? 1 : 0));
    const withZero = b.op('Pad', [gradient, b.integers([...shape.map(() => 0), ...behind])]);
    const places = Array<number>(shape[axis] as number).fill(count);
    for (let i = 0; i < count; i++) places[start + i * step] = i;
    gradient = b.op('Gather', [withZero, b.integers(places)], { axis });
  }
  return [gradient];
};

/** The other way round: what was added is cut off. */
export const pad: Rule = (of) => {
  const mode = of.node.attributes.get('mode');
  if (mode?.kind === 'string' && mode.value !== 'constant')
    throw of.call.error(`a gradient of padding by ${mode.value}`);
  const { begin, end } = padsOf(of.call);
  const negative = (sizes: readonly number[]): number[] => sizes.map((size) => (size === 0 ? 0 : -size));
  return [padded(of, negative(begin), negative(end)), null];
};

const ADD: Attribute = { kind: 'string', value: 'add' };

/** Every row that was fetched adds its gradient to the place that it came from, one after the other. */
export const gather: Rule = (of) => {
  const { b, node, call, in: input, dy } = of;
  const { shape } = call.input(0);
  const axis = call.axis(intAttribute(node.attributes, 'axis', 0), shape.length);
  const count = elementCount(call.input(1).shape);
  const rows = shape.map((size, i) => (i === axis ? count : size));
  const column = shape.map((_, i) => (i === axis ? count : 1));
  const places = b.op('Expand', [b.op('Reshape', [input(1), b.integers(column)]), b.integers(rows)]);
  const updates = b.op('Reshape', [dy, b.integers(rows)]);
  return [b.op('ScatterElements', [zeros(of, shape), places, updates], { axis, reduction: ADD }), null];
};

export const gatherElements: Rule = (of) => {
  const { b, node, call, in: input, dy } = of;
  const axis = intAttribute(node.attributes, 'axis', 0);
  const empty = zeros(of, call.input(0).shape);
  return [b.op('ScatterElements', [empty, input(1), dy], { axis, reduction: ADD }), null];
};

export const scatterElements: Rule = (of) => {
  const { b, node, call, in: input, dy } = of;
  const axis = intAttribute(node.attributes, 'axis', 0);
  const reduction = node.attributes.get('reduction');
  const kind = reduction?.kind === 'string' ? reduction.value : 'none';
  if (kind !== 'none' && kind !== 'add') throw call.error(`a gradient of scattering by ${kind}`);
  const updates = b.op('GatherElements', [dy, input(1)], { axis });
  if (kind === 'add') return [dy, null, updates];
  const nothing = zeros(of, call.input(2).shape);
  return [b.op('ScatterElements', [dy, input(1), nothing], { axis }), null, updates];
};
