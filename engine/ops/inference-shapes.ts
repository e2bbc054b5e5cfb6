/** Shapes of operators that only inference takes, so that what follows them can be counted; and shape arithmetic on constants. */
import { type Info, intAttribute, intsAttribute } from '#engine/graph/graph.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { CorexError } from '#protocol/errors.ts';
import type { Call } from './call.ts';
import { CATALOGUE, isTrainable } from './catalogue.ts';

/** One for each output, as far as it is known. */
type Rule = (call: Call) => readonly Info[];

const same: Rule = (call) => [call.input(0)];

/** https://onnx.ai/onnx/operators/onnx__Split.html */
const split: Rule = (call) => {
  const { dtype, shape } = call.input(0);
  const axis = call.axis(intAttribute(call.attributes, 'axis', 0), shape.length);
  const parts = call.node.outputs.length;
  const each = Math.ceil((shape[axis] ?? 0) / parts);
  const equal = Array.from({ length: parts }, (_, i) => Math.min(each, (shape[axis] ?? 0) - i * each));
  const sizes = call.numbers(1) ?? equal;
  return sizes.map((size) => ({ dtype, shape: shape.map((whole, i) => (i === axis ? size : whole)) }));
};

/** Places of a window that slides over one axis; https://onnx.ai/onnx/operators/onnx__Conv.html */
function slid(call: Call, kernel: readonly number[], sizes: readonly number[]): number[] {
  const padding = call.attributes.get('auto_pad')?.value ?? 'NOTSET';
  if (padding !== 'NOTSET') throw call.error('automatic padding');
  const rank = sizes.length;
  const of = (name: string, otherwise: number, length = rank): readonly number[] =>
    intsAttribute(call.attributes, name) ?? Array<number>(length).fill(otherwise);
  const [strides, dilations, pads] = [of('strides', 1), of('dilations', 1), of('pads', 0, 2 * rank)];
  const round = intAttribute(call.attributes, 'ceil_mode', 0) === 1 ? Math.ceil : Math.floor;
  return sizes.map((size, i) => {
    const window = (dilations[i] ?? 1) * ((kernel[i] ?? 1) - 1) + 1;
    return round((size + (pads[i] ?? 0) + (pads[i + rank] ?? 0) - window) / (strides[i] ?? 1)) + 1;
  });
}

const conv: Rule = (call) => {
  const { dtype, shape } = call.input(0);
  const kernel = call.input(1).shape;
  return [{ dtype, shape: [shape[0] ?? 0, kernel[0] ?? 0, ...slid(call, kernel.slice(2), shape.slice(2))] }];
};

const pool: Rule = (call) => {
  const { dtype, shape } = call.input(0);
  const kernel = intsAttribute(call.attributes, 'kernel_shape') ?? [];
  return [{ dtype, shape: [...shape.slice(0, 2), ...slid(call, kernel, shape.slice(2))] }];
};

const whole: Rule = (call) => {
  const { dtype, shape } = call.input(0);
  return [{ dtype, shape: shape.map((size, i) => (i < 2 ? size : 1)) }];
};

const RULES: Readonly<Record<string, Rule>> = {
  Abs: same,
  AveragePool: pool,
  BatchNormalization: same,
  Ceil: same,
  Conv: conv,
  Dropout: same,
  Elu: same,
  Erf: same,
  Floor: same,
  Gelu: same,
  GlobalAveragePool: whole,
  GlobalMaxPool: whole,
  GroupNormalization: same,
  HardSigmoid: same,
  HardSwish: same,
  InstanceNormalization: same,
  LayerNormalization: same,
  LeakyRelu: same,
  MaxPool: pool,
  PRelu: same,
  Reciprocal: same,
  Selu: same,
  Sign: same,
  Softplus: same,
  Split: split,
  Trilu: same,
};

/** One for each output; none where the operator has no rule, or an operand's shape is not known: the model may still be sound. */
export function shapesOf(call: Call): readonly Info[] {
  const { op } = call.node;
  try {
    if (op === 'Shape') return [{ dtype: 'int64', shape: [call.input(0).shape.length] }];
    if (isTrainable(op)) return [CATALOGUE[op].shape(call)];
    return Object.hasOwn(RULES, op) ? (RULES[op]?.(call) ?? []) : [];
  } catch (error) {
    if (error instanceof CorexError) return [];
    throw error;
  }
}

/** Shape vectors are short; nothing longer is worth computing here. */
const MAX_FOLDED = 64;

/** The result of shape arithmetic on known numbers; null for anything else. */
export function folded(call: Call, info: Info, constant: (name: string) => Tensor | undefined): Tensor | null {
  const { op, inputs } = call.node;
  if (op === 'Shape') return tensorOf('int64', [call.input(0).shape.length], call.input(0).shape);
  const known = inputs.map(constant);
  const [first] = known;
  if (first === undefined || first.dtype !== 'int64' || first.data.length > MAX_FOLDED * 8) return null;
  const moved = ['Unsqueeze', 'Squeeze', 'Identity', 'Reshape'].includes(op);
  if (moved) return { ...first, shape: info.shape };
  const parts = known.flatMap((tensor) => (tensor === undefined ? [] : [tensor]));
  if (op === 'Concat' && parts.length === inputs.length && info.shape.length === 1) {
    return tensorOf('int64', info.shape, parts.flatMap(numbersOf));
  }
  const [numbers, places] = parts.map(numbersOf);
  if (op === 'Gather' && numbers !== undefined && places !== undefined && first.shape.length === 1) {
    return tensorOf(
      'int64',
      info.shape,
      places.map((at) => numbers.at(at) ?? 0),
    );
  }
  return null;
}
