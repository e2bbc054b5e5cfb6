/** The gradient table: one rule for each core operator, from the gradient of its result to those of its inputs. */
import { type Attribute, floatAttribute } from '#engine/graph/graph.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';
import { isCore, type OperatorName } from './catalogue.ts';
import * as index from './index-gradients.ts';
import * as matrix from './matrix-gradients.ts';
import * as reduce from './reduction-gradients.ts';
import { type Differentiated, one, type Rule, scaled } from './rule.ts';
import { permutation } from './shapes.ts';
import * as window from './window-gradients.ts';

/** dy to the operand that won; equal ones share, as in torch. */
const chosen =
  (wins: 'left' | 'right'): Rule =>
  (of) => {
    const { b, node, call, in: input, dy } = of;
    if (node.inputs.length === 1) return [dy];
    if (node.inputs.length > 2) throw call.error('a gradient of more than two operands: nest the operators');
    const half = scaled(of, dy, 0.5);
    const zero = one(of, 0);
    const isTie = b.op('Equal', [input(0), input(1)]);
    const isLeft = b.op('Greater', wins === 'left' ? [input(0), input(1)] : [input(1), input(0)]);
    const left = b.op('Where', [isTie, half, b.op('Where', [isLeft, dy, zero])]);
    const right = b.op('Where', [isTie, half, b.op('Where', [isLeft, zero, dy])]);
    return [left, right];
  };

/** d x^c = c x^(c-1); d x^e for e is x^e ln x. */
const power: Rule = (of) => {
  const { b, in: input, dy, y } = of;
  const constant = b.numbers(input(1));
  const { dtype } = b.info(y);
  const exponent = b.info(input(1)).dtype === dtype ? input(1) : b.op('Cast', [input(1)], { to: ELEMENT_TYPE[dtype] });
  if (constant?.length === 1) {
    const [c] = constant as [number];
    const slope = c === 2 ? input(0) : b.op('Pow', [input(0), one(of, c - 1)]);
    return [b.op('Mul', [dy, scaled(of, slope, c)]), null];
  }
  const slope = b.op('Mul', [exponent, b.op('Pow', [input(0), b.op('Sub', [exponent, one(of, 1)])])]);
  const left = b.op('Mul', [dy, slope]);
  if (constant !== undefined) return [left, null];
  return [left, b.op('Mul', [dy, b.op('Mul', [y, b.op('Log', [input(0)])])])];
};

/** dy where `condition` holds, `otherwise` where not. */
function where(of: Differentiated, condition: string, otherwise: string): ReadonlyArray<string | null> {
  return [of.b.op('Where', [condition, of.dy, otherwise]), null, null];
}

const isPositive = (of: Differentiated, name: string): string => of.b.op('Greater', [name, one(of, 0)]);

/** α + y is α eˣ below zero. */
const elu: Rule = (of) => {
  const alpha = floatAttribute(of.node.attributes, 'alpha', 1);
  const below = of.b.op('Mul', [of.dy, of.b.op('Add', [of.y, one(of, alpha)])]);
  return where(of, isPositive(of, of.in(0)), below);
};

const hardSigmoid: Rule = (of) => {
  const { b, y } = of;
  const isInside = b.op('And', [isPositive(of, y), b.op('Less', [y, one(of, 1)])]);
  const slope = scaled(of, of.dy, floatAttribute(of.node.attributes, 'alpha', 0.2));
  return [b.op('Where', [isInside, slope, one(of, 0)])];
};

/** 2/√π e^(-x²) */
const erf: Rule = (of) => {
  const { b, in: input, dy } = of;
  const bell = b.op('Exp', [b.op('Neg', [b.op('Mul', [input(0), input(0)])])]);
  return [b.op('Mul', [dy, scaled(of, bell, 2 / Math.sqrt(Math.PI))])];
};

/** Sums run the other way. */
const cumulativeSum: Rule = ({ b, node, in: input, dy }) => {
  const reverse = node.attributes.get('reverse');
  const isReversed = reverse?.kind === 'int' && reverse.value === 1;
  const attributes: Record<string, Attribute> = { reverse: { kind: 'int', value: isReversed ? 0 : 1 } };
  const exclusive = node.attributes.get('exclusive');
  if (exclusive !== undefined) attributes.exclusive = exclusive;
  return [b.op('CumSum', [dy, input(1)], attributes), null];
};

/** A step function: its slope is zero wherever it has one. */
const flat: Rule = () => [null, null];

export const GRADIENTS = {
  Abs: (of) => [of.b.op('Mul', [of.dy, of.b.op('Sign', [of.in(0)])])],
  Add: ({ dy }) => [dy, dy],
  Atan: (of) => {
    const square = of.b.op('Mul', [of.in(0), of.in(0)]);
    return [of.b.op('Div', [of.dy, of.b.op('Add', [square, one(of, 1)])])];
  },
  AveragePool: window.averagePool,
  Cast: ({ b, call, dy }) => [b.op('Cast', [dy], { to: ELEMENT_TYPE[call.input(0).dtype] })],
  Ceil: flat,
  // Where nothing was clipped; a border passes, as in torch.
  Clip: (of) => where(of, of.b.op('Equal', [of.in(0), of.y]), one(of, 0)),
  Concat: index.concat,
  Conv: window.conv,
  ConvTranspose: window.convTranspose,
  Cos: ({ b, in: input, dy }) => [b.op('Neg', [b.op('Mul', [dy, b.op('Sin', [input(0)])])])],
  CumSum: cumulativeSum,
  Div: ({ b, in: input, dy, y }) => {
    const left = b.op('Div', [dy, input(1)]);
    return [left, b.op('Neg', [b.op('Mul', [left, y])])];
  },
  Elu: elu,
  Erf: erf,
  Exp: ({ b, dy, y }) => [b.op('Mul', [dy, y])],
  Expand: ({ dy }) => [dy, null],
  Flatten: index.reshaped,
  Floor: flat,
  Gather: index.gather,
  GatherElements: index.gatherElements,
  Gemm: matrix.gemm,
  HardSigmoid: hardSigmoid,
  Identity: ({ dy }) => [dy],
  LayerNormalization: reduce.layerNormalization,
  LeakyRelu: (of) =>
    where(of, isPositive(of, of.in(0)), scaled(of, of.dy, floatAttribute(of.node.attributes, 'alpha', 0.01))),
  Log: ({ b, in: input, dy }) => [b.op('Div', [dy, input(0)])],
  LogSoftmax: reduce.logSoftmax,
  MatMul: matrix.matMul,
  Max: chosen('left'),
  MaxPool: window.maxPool,
  Min: chosen('right'),
  // a mod b is a less b as often as it goes into a.
  Mod: ({ b, in: input, dy, y }) => {
    const times = b.op('Div', [b.op('Sub', [input(0), y]), input(1)]);
    return [dy, b.op('Neg', [b.op('Mul', [dy, times])])];
  },
  Mul: ({ b, in: input, dy }) => [b.op('Mul', [dy, input(1)]), b.op('Mul', [dy, input(0)])],
  Neg: ({ b, dy }) => [b.op('Neg', [dy])],
  Pad: index.pad,
  Pow: power,
  Reciprocal: ({ b, dy, y }) => [b.op('Neg', [b.op('Mul', [dy, b.op('Mul', [y, y])])])],
  ReduceMax: reduce.extremum,
  ReduceMean: reduce.mean,
  ReduceMin: reduce.extremum,
  ReduceProd: reduce.product,
  ReduceSum: reduce.sum,
  Relu: (of) => where(of, isPositive(of, of.y), one(of, 0)),
  Reshape: index.reshaped,
  Round: flat,
  ScatterElements: index.scatterElements,
  Sigmoid: (of) => [of.b.op('Mul', [of.dy, of.b.op('Mul', [of.y, of.b.op('Sub', [one(of, 1), of.y])])])],
  Sign: flat,
  Sin: ({ b, in: input, dy }) => [b.op('Mul', [dy, b.op('Cos', [input(0)])])],
  Slice: index.slice,
  Softmax: reduce.softmax,
  Softplus: ({ b, in: input, dy }) => [b.op('Mul', [dy, b.op('Sigmoid', [input(0)])])],
  Split: index.split,
  Sqrt: (of) => [of.b.op('Div', [scaled(of, of.dy, 0.5), of.y])],
  Squeeze: index.reshaped,
  Sub: ({ b, dy }) => [dy, b.op('Neg', [dy])],
  Tanh: (of) => [of.b.op('Mul', [of.dy, of.b.op('Sub', [one(of, 1), of.b.op('Mul', [of.y, of.y])])])],
  Transpose: ({ b, call, dy }) => {
    const perm = permutation(call);
    return [b.op('Transpose', [dy], { perm: perm.map((_, i) => perm.indexOf(i)) })];
  },
  Unsqueeze: index.reshaped,
  Where: (of) => [
    null,
    of.b.op('Where', [of.in(0), of.dy, one(of, 0)]),
    of.b.op('Where', [of.in(0), one(of, 0), of.dy]),
  ],
  // Whole numbers and truth values have no gradient.
  And: null,
  ArgMax: null,
  Constant: null,
  Equal: null,
  Greater: null,
  GreaterOrEqual: null,
  IsNaN: null,
  Less: null,
  LessOrEqual: null,
  Not: null,
  OneHot: null,
  Or: null,
} as const satisfies Record<OperatorName, Rule | null>;

/** Core operators with a gradient. */
export const DIFFERENTIABLE: readonly string[] = Object.entries(GRADIENTS).flatMap(([op, rule]) =>
  rule === null ? [] : [op],
);

/** null where the operator has no gradient. */
export function gradientOf(op: string): Rule | null {
  return isCore(op) ? GRADIENTS[op] : null;
}
