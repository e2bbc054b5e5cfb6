/** The core operators, one row each, in which every step graph is written: the shapes of the results and what they cost. */
import { badShape } from '#engine/graph/check.ts';
import type { Info } from '#engine/graph/graph.ts';
import type { Call } from './call.ts';
import * as index from './index-shapes.ts';
import * as shapes from './shapes.ts';
import * as units from './units.ts';
import * as window from './window-shapes.ts';

export interface Operator {
  /** Element type and shape of each result. */
  readonly shape: shapes.ShapeRule | shapes.ShapesRule;
  readonly units: units.UnitRule;
}

const cheap = { shape: shapes.elementwise, units: units.each(1) };
const light = { shape: shapes.same, units: units.each(1) };
/** A transcendental function counts as eight operations. */
const dear = { shape: shapes.same, units: units.each(8) };
const moved = (shape: shapes.ShapeRule | shapes.ShapesRule): Operator => ({ shape, units: units.free });
const compared = { shape: shapes.comparison, units: units.each(1) };
const reduced = { shape: shapes.reduction, units: units.read };

export const CATALOGUE = {
  Abs: light,
  Add: cheap,
  And: compared,
  ArgMax: { shape: shapes.argMax, units: units.read },
  Atan: dear,
  AveragePool: { shape: window.pool, units: units.pooled },
  Cast: moved(shapes.cast),
  Ceil: light,
  Clip: light,
  Concat: moved(shapes.concat),
  Constant: moved(shapes.constant),
  Conv: { shape: window.conv, units: units.convolution },
  ConvTranspose: { shape: window.convTranspose, units: units.transposedConvolution },
  Cos: dear,
  CumSum: { shape: shapes.same, units: units.read },
  Div: cheap,
  Elu: dear,
  Equal: compared,
  Erf: dear,
  Exp: dear,
  Expand: moved(shapes.expand),
  Flatten: moved(shapes.flatten),
  Floor: light,
  Gather: moved(shapes.gather),
  GatherElements: moved(index.gatherElements),
  Gemm: { shape: shapes.gemm, units: units.product },
  Greater: compared,
  GreaterOrEqual: compared,
  HardSigmoid: light,
  Identity: moved(shapes.same),
  IsNaN: { shape: shapes.truth, units: units.each(1) },
  LayerNormalization: { shape: shapes.layerNormalization, units: units.each(8) },
  LeakyRelu: light,
  Less: compared,
  LessOrEqual: compared,
  Log: dear,
  LogSoftmax: { shape: shapes.normalized, units: units.each(12) },
  MatMul: { shape: shapes.matMul, units: units.product },
  Max: cheap,
  MaxPool: { shape: window.maxPool, units: units.pooled },
  Min: cheap,
  Mod: cheap,
  Mul: cheap,
  Neg: light,
  Not: light,
  OneHot: moved(shapes.oneHot),
  Or: compared,
  Pad: moved(index.pad),
  Pow: { shape: shapes.power, units: units.each(8) },
  Reciprocal: light,
  ReduceMax: reduced,
  ReduceMean: reduced,
  ReduceMin: reduced,
  ReduceProd: reduced,
  ReduceSum: reduced,
  Relu: light,
  Reshape: moved(shapes.reshape),
  Round: light,
  ScatterElements: { shape: shapes.same, units: index.scattered },
  Sigmoid: dear,
  Sign: light,
  Sin: dear,
  Slice: moved(shapes.slice),
  Softmax: { shape: shapes.normalized, units: units.each(12) },
  Softplus: dear,
  Split: moved(index.split),
  Sqrt: light,
  Squeeze: moved(shapes.squeeze),
  Sub: cheap,
  Tanh: dear,
  Transpose: moved(shapes.transpose),
  Unsqueeze: moved(shapes.unsqueeze),
  Where: moved(shapes.where),
} as const satisfies Record<string, Operator>;

export type OperatorName = keyof typeof CATALOGUE;

export const isCore = (op: string): op is OperatorName => Object.hasOwn(CATALOGUE, op);

const isList = (infos: Info | readonly Info[]): infos is readonly Info[] => Array.isArray(infos);

/** Element type and shape of each result that the operator can have. */
export function resultsOf(op: OperatorName, call: Call): readonly Info[] {
  const infos = CATALOGUE[op].shape(call);
  const all = isList(infos) ? infos : [infos];
  for (const { shape } of all) {
    const why = badShape(shape);
    if (why !== null) throw call.error(why);
  }
  return all;
}
