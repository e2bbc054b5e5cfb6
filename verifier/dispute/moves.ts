/** Forms of operators that only move elements. */
import { intAttribute } from '#engine/graph/graph.ts';
import { cuts, permutation } from '#engine/ops/shapes.ts';
import { OPCODES } from '#protocol/dispute/opcodes.ts';
import { type Axis, aligned, type FormRule, flat, type Reading, reading } from './form.ts';

const moved = (...operands: Reading[]): ReturnType<FormRule> => ({ op: OPCODES.MOVE, operands });

/** Another shape over the same row of elements. */
const reshaped: FormRule = ({ result }) => moved(flat(0, result.shape));

const expanded: FormRule = ({ call, result }) => moved(aligned(0, call.input(0).shape, result.shape));

const transposed: FormRule = ({ call }) => {
  const { shape } = call.input(0);
  const perm = permutation(call).map((axis) => call.axis(axis, shape.length));
  const axes = shape.map((_, axis): Axis => ({ of: [[perm.indexOf(axis), 1]] }));
  return moved(reading(0, shape, axes, shape.length));
};

const sliced: FormRule = ({ call }) => {
  const { shape } = call.input(0);
  const axes = shape.map((_, axis): Axis => ({ of: [[axis, 1]] }));
  for (const { axis, start, step } of cuts(call)) axes[axis] = { of: [[axis, step]], offset: start };
  return moved(reading(0, shape, axes, shape.length));
};

/** Every axis is the result's, one of them from another place on. */
function shifted(input: number, shape: readonly number[], along: number, offset: number): Reading {
  const axes = shape.map((_, axis): Axis => ({ of: [[axis, 1]], offset: axis === along ? offset : 0 }));
  return reading(input, shape, axes, shape.length);
}

const split: FormRule = ({ call, output, result }) => {
  const { shape } = call.input(0);
  const axis = call.axis(intAttribute(call.attributes, 'axis', 0), shape.length);
  const whole = shape[axis] as number;
  const each = Math.ceil(whole / call.node.outputs.length);
  const sizes = call.numbers(1);
  const start = sizes?.slice(0, output).reduce((sum, size) => sum + size, 0) ?? output * each;
  return start + (result.shape[axis] as number) > whole ? null : moved(shifted(0, shape, axis, start));
};

/** The first operand that the element lies in: each begins where the one before ends. */
const concatenated: FormRule = ({ call, result }) => {
  const axis = call.axis(intAttribute(call.attributes, 'axis', 0), result.shape.length);
  let start = 0;
  const operands = call.inputs().map(({ shape }, i) => {
    const part = shifted(i, shape, axis, -start);
    start += shape[axis] as number;
    return part;
  });
  return moved(...operands);
};

export const MOVES: Readonly<Record<string, FormRule>> = {
  Identity: reshaped,
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Expand: expanded,
  Transpose: transposed,
  Slice: sliced,
  Split: split,
  Concat: concatenated,
};
