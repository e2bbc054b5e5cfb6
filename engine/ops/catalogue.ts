/** The operators that we understand, one row each: the shape of the result and what it costs. */
import * as shapes from './shapes.ts';
import * as units from './units.ts';

export interface Operator {
  readonly shape: shapes.ShapeRule;
  readonly units: units.UnitRule;
}

const cheap = { shape: shapes.elementwise, units: units.each(1) };
/** A transcendental function counts as eight operations. */
const dear = { shape: shapes.same, units: units.each(8) };
const moved = (shape: shapes.ShapeRule): Operator => ({ shape, units: units.free });
const compared = { shape: shapes.comparison, units: units.each(1) };
const reduced = { shape: shapes.reduction, units: units.read };

export const CATALOGUE = {
  Add: cheap,
  ArgMax: { shape: shapes.argMax, units: units.read },
  Cast: moved(shapes.cast),
  Clip: { shape: shapes.same, units: units.each(1) },
  Concat: moved(shapes.concat),
  Constant: moved(shapes.constant),
  Div: cheap,
  Equal: compared,
  Exp: dear,
  Expand: moved(shapes.expand),
  Flatten: moved(shapes.flatten),
  Gather: moved(shapes.gather),
  Gemm: { shape: shapes.gemm, units: units.product },
  Greater: compared,
  Identity: moved(shapes.same),
  Log: dear,
  LogSoftmax: { shape: shapes.normalized, units: units.each(12) },
  MatMul: { shape: shapes.matMul, units: units.product },
  Max: cheap,
  Min: cheap,
  Mul: cheap,
  Neg: { shape: shapes.same, units: units.each(1) },
  OneHot: moved(shapes.oneHot),
  Pow: { shape: shapes.power, units: units.each(8) },
  ReduceMax: reduced,
  ReduceMean: reduced,
  ReduceSum: reduced,
  Relu: { shape: shapes.same, units: units.each(1) },
  Reshape: moved(shapes.reshape),
  Sigmoid: dear,
  Slice: moved(shapes.slice),
  Softmax: { shape: shapes.normalized, units: units.each(12) },
  Sqrt: { shape: shapes.same, units: units.each(1) },
  Squeeze: moved(shapes.squeeze),
  Sub: cheap,
  Tanh: dear,
  Transpose: moved(shapes.transpose),
  Unsqueeze: moved(shapes.unsqueeze),
  Where: moved(shapes.where),
} as const satisfies Record<string, Operator>;

export type OperatorName = keyof typeof CATALOGUE;

export const isTrainable = (op: string): op is OperatorName => Object.hasOwn(CATALOGUE, op);

/** Operators that a model for training may hold. */
export const TRAINABLE: readonly string[] = Object.keys(CATALOGUE);
