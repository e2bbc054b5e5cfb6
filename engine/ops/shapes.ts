/** Element type and shape of each operator's result, https://onnx.ai/onnx/operators/ in opset 18. */
import { type Info, intAttribute, intsAttribute } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { dataTypeOf } from '#engine/onnx/wire.ts';
import type { Call } from './call.ts';

export type ShapeRule = (call: Call) => Info;

/** One for each result that the operator can have. */
export type ShapesRule = (call: Call) => readonly Info[];

/** Multidirectional broadcasting; null where the shapes do not fit. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] | null {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let i = 0; i < rank; i++) {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return null;
    shape.push(left === 1 ? right : left);
  }
  return shape;
}

function broadcastAll(call: Call, shapes: ReadonlyArray<readonly number[]>): number[] {
  return shapes.reduce<number[]>((all, shape) => {
    const next = broadcast(all, shape);
    if (next === null) throw call.error(`[${all.join(', ')}] and [${shape.join(', ')}] do not broadcast`);
    return next;
  }, []);
}

export const same: ShapeRule = (call) => call.input(0);

/** Yes or no for each element. */
export const truth: ShapeRule = (call) => ({ dtype: 'bool', shape: call.input(0).shape });

/** The one element type of these operands. */
function sameType(call: Call, infos: readonly Info[]): Info['dtype'] {
  const { dtype } = infos[0] ?? call.input(0);
  const other = infos.find((info) => info.dtype !== dtype);
  if (other !== undefined) throw call.error(`operands of ${dtype} and ${other.dtype}`);
  return dtype;
}

/** The operand's own, along an axis that it has. */
export const normalized: ShapeRule = (call) => {
  const info = call.input(0);
  call.axis(intAttribute(call.attributes, 'axis', -1), info.shape.length);
  return info;
};

/** The result, and the mean and the reciprocal of the deviation along the axes that are normalized. */
export const layerNormalization: ShapesRule = (call) => {
  const info = call.input(0);
  const axis = call.axis(intAttribute(call.attributes, 'axis', -1), info.shape.length);
  const kept = info.shape.map((size, i) => (i < axis ? size : 1));
  const statistic = { dtype: info.dtype, shape: kept };
  return [info, statistic, statistic];
};

export const elementwise: ShapeRule = (call) => ({
  dtype: sameType(call, call.inputs()),
  shape: broadcastAll(
    call,
    call.inputs().map(({ shape }) => shape),
  ),
});

export const comparison: ShapeRule = (call) => ({ dtype: 'bool', shape: elementwise(call).shape });

/** The exponent may be of another element type. */
export const power: ShapeRule = (call) => ({
  dtype: call.input(0).dtype,
  shape: broadcastAll(call, [call.input(0).shape, call.input(1).shape]),
});

export const where: ShapeRule = (call) => ({
  dtype: sameType(call, [call.input(1), call.input(2)]),
  shape: broadcastAll(
    call,
    call.inputs().map(({ shape }) => shape),
  ),
});

export const gemm: ShapeRule = (call) => {
  const [a, b] = [call.input(0), call.input(1)];
  if (a.shape.length !== 2 || b.shape.length !== 2) throw call.error('Gemm takes two matrices');
  const [rows, inner] = turned(a.shape, intAttribute(call.attributes, 'transA', 0));
  const [depth, columns] = turned(b.shape, intAttribute(call.attributes, 'transB', 0));
  if (inner !== depth) throw call.error(`a product of inner dimensions ${inner} and ${depth}`);
  const shape = [rows, columns];
  if (call.has(2) && broadcast(call.input(2).shape, shape)?.join() !== shape.join())
    throw call.error(`a bias of shape [${call.input(2).shape.join(', ')}]`);
  return { dtype: sameType(call, call.inputs()), shape };
};

function turned(shape: readonly number[], isTurned: number): [number, number] {
  const [rows, columns] = shape as readonly [number, number];
  return isTurned === 1 ? [columns, rows] : [rows, columns];
}

export const matMul: ShapeRule = (call) => {
  const [a, b] = [call.input(0), call.input(1)];
  if (a.shape.length < 2 || b.shape.length < 2) throw call.error('a vector in MatMul: make it a matrix');
  const [inner, depth] = [a.shape.at(-1), b.shape.at(-2)];
  if (inner !== depth) throw call.error(`a product of inner dimensions ${inner} and ${depth}`);
  const stack = broadcastAll(call, [a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  return { dtype: sameType(call, [a, b]), shape: [...stack, a.shape.at(-2) as number, b.shape.at(-1) as number] };
};

/** Axes of a reduction, as an attribute (older opsets) or an input; all where none are given. */
export function reducedAxes(call: Call): number[] {
  const rank = call.input(0).shape.length;
  const given = intsAttribute(call.attributes, 'axes') ?? call.numbers(1) ?? [];
  if (given.length > 0) return given.map((axis) => call.axis(axis, rank)).sort((a, b) => a - b);
  return intAttribute(call.attributes, 'noop_with_empty_axes', 0) === 1
    ? []
    : Array.from({ length: rank }, (_, i) => i);
}

export const reduction: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const axes = reducedAxes(call);
  if (intAttribute(call.attributes, 'keepdims', 1) === 1)
    return { dtype, shape: shape.map((size, i) => (axes.includes(i) ? 1 : size)) };
  return { dtype, shape: shape.filter((_, i) => !axes.includes(i)) };
};

export const argMax: ShapeRule = (call) => {
  const { shape } = call.input(0);
  const axis = call.axis(intAttribute(call.attributes, 'axis', 0), shape.length);
  const keeps = intAttribute(call.attributes, 'keepdims', 1) === 1;
  return { dtype: 'int64', shape: shape.flatMap((size, i) => (i !== axis ? [size] : keeps ? [1] : [])) };
};

export const reshape: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const keepsZero = intAttribute(call.attributes, 'allowzero', 0) === 1;
  const wanted = call.numbersNeeded(1).map((size, i) => (size === 0 && !keepsZero ? (shape[i] ?? 0) : size));
  const count = elementCount(shape);
  const rest = wanted.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const made = wanted.map((size) => (size === -1 ? count / rest : size));
  if (!made.every(Number.isInteger) || elementCount(made) !== count)
    throw call.error(`[${shape.join(', ')}] does not become [${wanted.join(', ')}]`);
  return { dtype, shape: made };
};

export const flatten: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const axis = intAttribute(call.attributes, 'axis', 1);
  const at = axis < 0 ? axis + shape.length : axis;
  return { dtype, shape: [elementCount(shape.slice(0, at)), elementCount(shape.slice(at))] };
};

/** Which axis of the operand each axis of the result is. */
export function permutation(call: Call): readonly number[] {
  const rank = call.input(0).shape.length;
  return intsAttribute(call.attributes, 'perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
}

export const transpose: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const perm = permutation(call);
  if (perm.length !== shape.length || new Set(perm).size !== perm.length)
    throw call.error(`[${perm.join(', ')}] is no order of ${shape.length} axes`);
  return { dtype, shape: perm.map((axis) => shape[call.axis(axis, shape.length)] as number) };
};

export const squeeze: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const axes = call.numbers(1)?.map((axis) => call.axis(axis, shape.length));
  const wide = axes?.find((axis) => shape[axis] !== 1);
  if (wide !== undefined) throw call.error(`axis ${wide} has size ${shape[wide]} and cannot be dropped`);
  return { dtype, shape: shape.filter((size, i) => (axes === undefined ? size !== 1 : !axes.includes(i))) };
};

export const unsqueeze: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const given = call.numbersNeeded(1);
  const rank = shape.length + given.length;
  const axes = given.map((axis) => call.axis(axis, rank));
  const rest = [...shape];
  return { dtype, shape: Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : (rest.shift() as number))) };
};

export const cast: ShapeRule = (call) => {
  const dtype = dataTypeOf(intAttribute(call.attributes, 'to', 0));
  if (dtype === undefined) throw call.error('a cast to an element type that is not supported');
  return { dtype, shape: call.input(0).shape };
};

export const constant: ShapeRule = (call) => {
  const attribute = call.attributes.get('value');
  if (attribute?.kind !== 'tensor') throw call.error('a constant that is not given as a tensor');
  return { dtype: attribute.value.dtype, shape: attribute.value.shape };
};

export const concat: ShapeRule = (call) => {
  const infos = call.inputs();
  const { shape } = call.input(0);
  const dtype = sameType(call, infos);
  const axis = call.axis(intAttribute(call.attributes, 'axis', 0), shape.length);
  const differs = infos.find(
    (info) => info.shape.length !== shape.length || info.shape.some((size, i) => i !== axis && size !== shape[i]),
  );
  if (differs !== undefined) throw call.error(`[${shape.join(', ')}] beside [${differs.shape.join(', ')}]`);
  const total = infos.reduce((sum, info) => sum + (info.shape[axis] ?? 0), 0);
  return { dtype, shape: shape.map((size, i) => (i === axis ? total : size)) };
};

export interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

export function cuts(call: Call): Cut[] {
  const { shape } = call.input(0);
  const [starts, ends] = [call.numbersNeeded(1), call.numbersNeeded(2)];
  const [axes, steps] = [call.numbers(3), call.numbers(4)];
  return starts.map((from, i) => {
    const axis = call.axis(axes?.[i] ?? i, shape.length);
    const size = shape[axis] as number;
    const step = steps?.[i] ?? 1;
    const clamp = (at: number, low: number, high: number): number =>
      Math.min(Math.max(at < 0 ? at + size : at, low), high);
    const start = step > 0 ? clamp(from, 0, size) : clamp(from, 0, size - 1);
    const end = step > 0 ? clamp(ends[i] as number, 0, size) : clamp(ends[i] as number, -1, size - 1);
    return { axis, start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}

export const slice: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const made = [...shape];
  for (const { axis, count } of cuts(call)) made[axis] = count;
  return { dtype, shape: made };
};

export const expand: ShapeRule = (call) => ({
  dtype: call.input(0).dtype,
  shape: broadcastAll(call, [call.input(0).shape, call.numbersNeeded(1)]),
});

export const oneHot: ShapeRule = (call) => {
  const { shape } = call.input(0);
  const [depth] = call.numbersNeeded(1);
  const axis = call.axis(intAttribute(call.attributes, 'axis', -1), shape.length + 1);
  return { dtype: call.input(2).dtype, shape: [...shape.slice(0, axis), depth as number, ...shape.slice(axis)] };
};

export const gather: ShapeRule = (call) => {
  const { dtype, shape } = call.input(0);
  const axis = call.axis(intAttribute(call.attributes, 'axis', 0), shape.length);
  return { dtype, shape: [...shape.slice(0, axis), ...call.input(1).shape, ...shape.slice(axis + 1)] };
};
