/** Shapes of what picks, places, parts or surrounds elements. */
import { type Info, intAttribute } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import type { Call } from './call.ts';
import type { ShapeRule, ShapesRule } from './shapes.ts';
import type { UnitRule } from './units.ts';

/** https://onnx.ai/onnx/operators/onnx__Split.html: sizes as an input, or equal parts, the last one smaller. */
export const split: ShapesRule = (call) => {
  const { dtype, shape } = call.input(0);
  const axis = call.axis(intAttribute(call.attributes, 'axis', 0), shape.length);
  const whole = shape[axis] as number;
  const parts = call.node.outputs.length;
  const each = Math.ceil(whole / parts);
  const equal = Array.from({ length: parts }, (_, i) => Math.min(each, whole - i * each));
  const sizes = call.numbers(1) ?? equal;
  if (sizes.length !== parts || sizes.some((size) => size < 0) || sizes.reduce((sum, size) => sum + size, 0) !== whole)
    throw call.error(`${whole} in parts of ${sizes.join(', ')}`);
  return sizes.map((size) => ({ dtype, shape: shape.map((all, i) => (i === axis ? size : all)) }));
};

export const gatherElements: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const places = call.input(1).shape;
  if (places.length !== shape.length) throw call.error(`places of ${places.length} axes in ${shape.length}`);
  return { dtype, shape: places };
};

/** An operation for each element that is added; placing one counts nothing. */
export const scattered: UnitRule = (call) => {
  const reduction = call.attributes.get('reduction');
  return reduction?.kind === 'string' && reduction.value !== 'none' ? elementCount(call.input(2).shape) : 0;
};

/** How many elements go before and behind each axis; negative ones are cut off. */
export function padsOf(call: Call): { begin: readonly number[]; end: readonly number[] } {
  const rank = call.input(0).shape.length;
  const pads = call.numbersNeeded(1);
  const axes = call.numbers(3)?.map((axis) => call.axis(axis, rank)) ?? Array.from({ length: rank }, (_, i) => i);
  if (pads.length !== 2 * axes.length) throw call.error(`${pads.length} pads for ${axes.length} axes`);
  const begin = Array<number>(rank).fill(0);
  const end = Array<number>(rank).fill(0);
  axes.forEach((axis, i) => {
    begin[axis] = pads[i] as number;
    end[axis] = pads[i + axes.length] as number;
  });
  return { begin, end };
}

export const pad: ShapeRule = (call): Info => {
  const { dtype, shape } = call.input(0);
  const { begin, end } = padsOf(call);
  const made = shape.map((size, i) => size + (begin[i] as number) + (end[i] as number));
  if (made.some((size) => size < 0)) throw call.error(`pads that leave [${made.join(', ')}]`);
  return { dtype, shape: made };
};
