/** One gradient rule per operator: from the gradient of the result to those of the inputs, still in the broadcast shape. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import { floatAttribute, type Node, intAttribute } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';
import type { Call } from './call.ts';
import { isTrainable, type OperatorName } from './catalogue.ts';
import { cuts, permutation, reducedAxes } from './shapes.ts';

export interface Differentiated {
  readonly b: GraphBuilder;
  readonly node: Node;
  readonly call: Call;
  /** Name of input `i`. */
  in(i: number): string;
  /** Name of the result. */
  readonly y: string;
  /** Name of the result's gradient. */
  readonly dy: string;
}

/** A gradient for each input, null where there is none. */
type Rule = (of: Differentiated) => ReadonlyArray<string | null>;

const swapLast = (rank: number): number[] => [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2];

function transposed(b: GraphBuilder, name: string): string {
  return b.op('Transpose', [name], { perm: swapLast(b.info(name).shape.length) });
}

function one({ b, y }: Differentiated, number: number): string {
  return b.scalar(b.info(y).dtype, number);
}

function scaled(b: GraphBuilder, name: string, factor: number): string {
  return factor === 1 ? name : b.op('Mul', [name, b.scalar(b.info(name).dtype, factor)]);
}

/** A gradient in the shape of the input, whose elements are in the same order. */
const reshaped: Rule = ({ b, call, dy }) => [b.op('Reshape', [dy, b.integers(call.input(0).shape)]), null];

const gemm: Rule = ({ b, node, in: input, dy }) => {
  const [alpha, beta] = [floatAttribute(node.attributes, 'alpha', 1), floatAttribute(node.attributes, 'beta', 1)];
  const [transA, transB] = [intAttribute(node.attributes, 'transA', 0), intAttribute(node.attributes, 'transB', 0)];
  const scale = { kind: 'float', value: alpha } as const;
  const times = (left: string, right: string, turnLeft: number, turnRight: number): string =>
    b.op('Gemm', [left, right], { alpha: scale, transA: turnLeft, transB: turnRight });
  // Y = A' B', hence dA' = dY B'ᵀ and dB' = A'ᵀ dY, transposed again where A or B was.
  const da = transA === 1 ? times(input(1), dy, transB, 1) : times(dy, input(1), 0, 1 - transB);
  const db = transB === 1 ? times(dy, input(0), 1, transA) : times(input(0), dy, 1 - transA, 0);
  return [da, db, scaled(b, dy, beta)];
};

/** dy where the reduction kept or dropped its axes, spread over the operand. */
function spread({ b, call, dy }: Differentiated): string {
  const { shape } = call.input(0);
  const axes = reducedAxes(call);
  const kept = shape.map((size, i) => (axes.includes(i) ? 1 : size));
  return b.op('Expand', [b.op('Reshape', [dy, b.integers(kept)]), b.integers(shape)]);
}

const mean: Rule = (of) => {
  const { shape } = of.call.input(0);
  const count = elementCount(reducedAxes(of.call).map((axis) => shape[axis] as number));
  return [of.b.op('Div', [spread(of), one(of, count)]), null];
};

/** Equal maxima share the gradient. */
const maximum: Rule = (of) => {
  const { b, call, y } = of;
  const { dtype, shape } = call.input(0);
  const axes = reducedAxes(call);
  const kept = shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const isMaximum = b.op('Equal', [of.in(0), b.op('Reshape', [y, b.integers(kept)])]);
  const mask = b.op('Cast', [isMaximum], { to: ELEMENT_TYPE[dtype] });
  const count = b.op('ReduceSum', [mask, b.integers(axes)]);
  return [b.op('Mul', [spread(of), b.op('Div', [mask, count])]), null];
};

/** dy to the operand that won; equal ones share. */
const chosen =
  (wins: 'left' | 'right'): Rule =>
  ({ b, node, call, in: input, dy, y }) => {
    if (node.inputs.length === 1) return [dy];
    if (node.inputs.length > 2) throw call.error('a gradient of more than two operands: nest the operators');
    const zero = b.scalar(b.info(y).dtype, 0);
    const half = scaled(b, dy, 0.5);
    const isTie = b.op('Equal', [input(0), input(1)]);
    const order = wins === 'left' ? [input(0), input(1)] : [input(1), input(0)];
    const isLeft = b.op('Greater', order);
    const left = b.op('Where', [isTie, half, b.op('Where', [isLeft, dy, zero])]);
    const right = b.op('Where', [isTie, half, b.op('Where', [isLeft, zero, dy])]);
    return [left, right];
  };

const concat: Rule = ({ b, node, call, dy }) => {
  const axis = call.axis(intAttribute(node.attributes, 'axis', 0), call.input(0).shape.length);
  let start = 0;
  return node.inputs.map((_, i) => {
    const end = start + (call.input(i).shape[axis] as number);
    const part = b.op('Slice', [dy, b.integers([start]), b.integers([end]), b.integers([axis])]);
    start = end;
    return part;
  });
};

/** Zeros before and behind what was cut out; only for steps of one. */
const slice: Rule = ({ b, call, dy }) => {
  const { dtype, shape } = call.input(0);
  let padded = dy;
  for (const { axis, start, step, count } of cuts(call)) {
    if (step !== 1) throw call.error('a gradient of a slice with steps');
    const zeros = (size: number): string[] => {
      const sizes = b.info(padded).shape.map((whole, i) => (i === axis ? size : whole));
      return size === 0 ? [] : [b.op('Expand', [b.scalar(dtype, 0), b.integers(sizes)])];
    };
    const parts = [...zeros(start), padded, ...zeros((shape[axis] as number) - start - count)];
    if (parts.length > 1) padded = b.op('Concat', parts, { axis });
  }
  return [padded];
};

const softmax: Rule = ({ b, node, dy, y }) => {
  const axes = b.integers([intAttribute(node.attributes, 'axis', -1)]);
  const sum = b.op('ReduceSum', [b.op('Mul', [dy, y]), axes]);
  return [b.op('Mul', [b.op('Sub', [dy, sum]), y])];
};

const logSoftmax: Rule = ({ b, node, dy, y }) => {
  const axes = b.integers([intAttribute(node.attributes, 'axis', -1)]);
  return [b.op('Sub', [dy, b.op('Mul', [b.op('Exp', [y]), b.op('ReduceSum', [dy, axes])])])];
};

/** x^c for a constant c; the exponent has no gradient. */
const power: Rule = (of) => {
  const { b, dy } = of;
  const exponent = b.numbers(of.in(1));
  if (exponent?.length !== 1) throw of.call.error('a gradient of a power whose exponent is no constant number');
  const [c] = exponent as [number];
  const slope = c === 2 ? of.in(0) : b.op('Pow', [of.in(0), one(of, c - 1)]);
  return [b.op('Mul', [dy, scaled(b, slope, c)]), null];
};

export const GRADIENTS = {
  Add: ({ dy }) => [dy, dy],
  Sub: ({ b, dy }) => [dy, b.op('Neg', [dy])],
  Mul: ({ b, in: input, dy }) => [b.op('Mul', [dy, input(1)]), b.op('Mul', [dy, input(0)])],
  Div: ({ b, in: input, dy, y }) => {
    const left = b.op('Div', [dy, input(1)]);
    return [left, b.op('Neg', [b.op('Mul', [left, y])])];
  },
  Neg: ({ b, dy }) => [b.op('Neg', [dy])],
  Relu: (of) => [of.b.op('Where', [of.b.op('Greater', [of.y, one(of, 0)]), of.dy, one(of, 0)])],
  Tanh: (of) => [of.b.op('Mul', [of.dy, of.b.op('Sub', [one(of, 1), of.b.op('Mul', [of.y, of.y])])])],
  Sigmoid: (of) => [of.b.op('Mul', [of.dy, of.b.op('Mul', [of.y, of.b.op('Sub', [one(of, 1), of.y])])])],
  Exp: ({ b, dy, y }) => [b.op('Mul', [dy, y])],
  Log: ({ b, in: input, dy }) => [b.op('Div', [dy, input(0)])],
  Sqrt: ({ b, dy, y }) => [b.op('Div', [scaled(b, dy, 0.5), y])],
  Pow: power,
  Gemm: gemm,
  MatMul: ({ b, in: input, dy }) => [
    b.op('MatMul', [dy, transposed(b, input(1))]),
    b.op('MatMul', [transposed(b, input(0)), dy]),
  ],
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  ReduceSum: (of) => [spread(of), null],
  ReduceMean: mean,
  ReduceMax: maximum,
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: ({ b, call, dy }) => {
    const perm = permutation(call);
    return [b.op('Transpose', [dy], { perm: perm.map((_, i) => perm.indexOf(i)) })];
  },
  Expand: ({ dy }) => [dy, null],
  Identity: ({ dy }) => [dy],
  Cast: ({ b, call, dy }) => [b.op('Cast', [dy], { to: ELEMENT_TYPE[call.input(0).dtype] })],
  Where: (of) => [
    null,
    of.b.op('Where', [of.in(0), of.dy, one(of, 0)]),
    of.b.op('Where', [of.in(0), one(of, 0), of.dy]),
  ],
  Max: chosen('left'),
  Min: chosen('right'),
  Concat: concat,
  Slice: slice,
  // Where nothing was clipped; a border passes, as in torch.
  Clip: (of) => [of.b.op('Where', [of.b.op('Equal', [of.in(0), of.y]), of.dy, one(of, 0)]), null, null],
  ArgMax: null,
  Constant: null,
  Equal: null,
  Gather: null,
  Greater: null,
  OneHot: null,
} as const satisfies Record<OperatorName, Rule | null>;

/** null where the operator has no gradient. */
export function gradientOf(op: string): Rule | null {
  return isTrainable(op) ? GRADIENTS[op] : null;
}
