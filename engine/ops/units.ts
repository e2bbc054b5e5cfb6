/** Floating-point operations of each operator, from shapes alone: what a shard is paid for. */
import { type Info, intAttribute, intsAttribute } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import type { Call } from './call.ts';

/** @param result what the node makes */
export type UnitRule = (call: Call, result: Info) => number;

/** Moving data counts nothing. */
export const free: UnitRule = () => 0;

export const each =
  (weight: number): UnitRule =>
  (_call, result) =>
    weight * elementCount(result.shape);

/** One operation for each element that is read. */
export const read: UnitRule = (call) => elementCount(call.input(0).shape);

/** A multiplication and an addition for each element of the result and the inner dimension; a bias is one addition more. */
export const product: UnitRule = (call, result) => {
  const { shape } = call.input(0);
  const inner = call.node.op === 'Gemm' && intAttribute(call.attributes, 'transA', 0) === 1 ? shape[0] : shape.at(-1);
  return elementCount(result.shape) * (2 * (inner ?? 1) + (call.has(2) ? 1 : 0));
};

/** An operation for each element under the window. */
export const pooled: UnitRule = (call, result) => {
  const kernel = intsAttribute(call.attributes, 'kernel_shape') ?? [];
  return elementCount(result.shape) * elementCount(kernel);
};

/** A multiplication and an addition for each element of the result and of one output channel's kernel. */
export const convolution: UnitRule = (call, result) =>
  elementCount(result.shape) * (2 * elementCount(call.input(1).shape.slice(1)) + (call.has(2) ? 1 : 0));

/** The same, for each element that is read. */
export const transposedConvolution: UnitRule = (call, result) =>
  elementCount(call.input(0).shape) * 2 * elementCount(call.input(1).shape.slice(1)) +
  (call.has(2) ? elementCount(result.shape) : 0);
