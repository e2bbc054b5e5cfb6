/** What a compile rule sees of a node and what it makes of it: how each operand's place follows from the result's coordinates. */
import type { Info } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import type { Call } from '#engine/ops/call.ts';
import type { Coordinate } from '#protocol/dispute/instruction.ts';
import type { Opcode } from '#protocol/dispute/opcodes.ts';

export interface Site {
  readonly call: Call;
  /** Which of the node's results. */
  readonly output: number;
  readonly result: Info;
  /** Is the operand written into the graph? */
  isConstant(input: number): boolean;
}

export interface Reading {
  /** Number of the node's operand. */
  readonly input: number;
  readonly coordinates: readonly Coordinate[];
}

export interface Form {
  readonly op: Opcode;
  /** Where the coordinates are not those of the result's own shape: any that count its elements in the same order. */
  readonly dims?: readonly number[];
  readonly terms?: readonly number[];
  readonly attributes?: readonly number[];
  readonly operands: readonly Reading[];
}

/** null: the node has no form on chain. */
export type FormRule = (site: Site) => Form | null;

/** How an axis of an operand follows from coordinates of the result and the terms; one that is not given is 0. */
export interface Axis {
  /** Pairs of a coordinate's number and its coefficient. */
  readonly of: ReadonlyArray<readonly [coordinate: number, coefficient: number]>;
  readonly offset?: number;
}

export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i] as number;
  }
  return strides;
}

/** @param rank number of the result's coordinates and the terms' */
export function reading(
  input: number,
  shape: readonly number[],
  axes: readonly (Axis | null)[],
  rank: number,
): Reading {
  const strides = stridesOf(shape);
  const coordinates = axes.flatMap((axis, i): Coordinate[] => {
    if (axis === null || (axis.of.length === 0 && (axis.offset ?? 0) === 0)) return [];
    const coefficients = new Array<number>(rank).fill(0);
    for (const [coordinate, coefficient] of axis.of)
      coefficients[coordinate] = (coefficients[coordinate] as number) + coefficient;
    return [{ bound: shape[i] as number, stride: strides[i] as number, offset: axis.offset ?? 0, coefficients }];
  });
  return { input, coordinates };
}

/** The same flat place as in the result. */
export function flat(input: number, dims: readonly number[]): Reading {
  const coefficients = stridesOf(dims);
  return { input, coordinates: [{ bound: elementCount(dims), stride: 1, offset: 0, coefficients }] };
}

/** An axis that goes with a coordinate; null where it is broadcast. */
export const along = (size: number, coordinate: number): Axis | null => (size === 1 ? null : { of: [[coordinate, 1]] });

/** Axes aligned with the last ones of the result, broadcast where they are of size one. */
export const alignedAxes = (shape: readonly number[], rank: number): Array<Axis | null> =>
  shape.map((size, i) => along(size, i + rank - shape.length));

/** An operand of an operation on single elements. */
export function aligned(input: number, shape: readonly number[], dims: readonly number[]): Reading {
  if (elementCount(shape) === elementCount(dims)) return flat(input, dims);
  return reading(input, shape, alignedAxes(shape, dims.length), dims.length);
}
