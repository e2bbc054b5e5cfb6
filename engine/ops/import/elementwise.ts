/** Activations and arithmetic of models in core operators. */
import { floatAttribute, intAttribute } from '#engine/graph/graph.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';
import type { OperatorName } from '../catalogue.ts';
import { type Imported, type Importer, like, text } from './importer.ts';

const float = (of: Imported, name: string, otherwise: number): number =>
  floatAttribute(of.call.attributes, name, otherwise);

/** https://onnx.ai/onnx/operators/onnx__Gelu.html, arXiv 1606.08415 */
const gelu: Importer = (of) => {
  const { b } = of;
  const x = of.in(0);
  const inner =
    text(of.call.attributes, 'approximate', 'none') === 'tanh'
      ? b.op('Tanh', [b.op('Mul', [b.op('Add', [x, cubed(of, 0.044715)]), like(of, Math.sqrt(2 / Math.PI))])])
      : b.op('Erf', [b.op('Mul', [x, like(of, Math.SQRT1_2)])]);
  const gate = b.op('Mul', [b.op('Add', [inner, like(of, 1)]), like(of, 0.5)]);
  return [b.op('Mul', [x, gate])];
};

function cubed(of: Imported, factor: number): string {
  const x = of.in(0);
  return of.b.op('Mul', [of.b.op('Mul', [of.b.op('Mul', [x, x]), x]), like(of, factor)]);
}

const hardSwish: Importer = (of) => {
  const gate = of.b.op('HardSigmoid', [of.in(0)], {
    alpha: { kind: 'float', value: 1 / 6 },
    beta: { kind: 'float', value: 0.5 },
  });
  return [of.b.op('Mul', [of.in(0), gate])];
};

const selu: Importer = (of) => {
  const elu = of.b.op('Elu', [of.in(0)], { alpha: { kind: 'float', value: float(of, 'alpha', 1.6732632423543772) } });
  return [of.b.op('Mul', [elu, like(of, float(of, 'gamma', 1.0507009873554805))])];
};

/** max(0, x) + min(0, α (e^(x/α) - 1)) is α Elu(x / α) for positive α. */
const celu: Importer = (of) => {
  const alpha = float(of, 'alpha', 1);
  const elu = of.b.op('Elu', [of.b.op('Div', [of.in(0), like(of, alpha)])]);
  return [of.b.op('Mul', [elu, like(of, alpha)])];
};

const swish: Importer = (of) => {
  const alpha = float(of, 'alpha', 1);
  const scaled = alpha === 1 ? of.in(0) : of.b.op('Mul', [of.in(0), like(of, alpha)]);
  return [of.b.op('Mul', [of.in(0), of.b.op('Sigmoid', [scaled])])];
};

const mish: Importer = (of) => [of.b.op('Mul', [of.in(0), of.b.op('Tanh', [of.b.op('Softplus', [of.in(0)])])])];

const softsign: Importer = (of) => [
  of.b.op('Div', [of.in(0), of.b.op('Add', [of.b.op('Abs', [of.in(0)]), like(of, 1)])]),
];

const thresholdedRelu: Importer = (of) => {
  const isAbove = of.b.op('Greater', [of.in(0), like(of, float(of, 'alpha', 1))]);
  return [of.b.op('Where', [isAbove, of.in(0), like(of, 0)])];
};

const parametricRelu: Importer = (of) => {
  const isPositive = of.b.op('Greater', [of.in(0), like(of, 0)]);
  return [of.b.op('Where', [isPositive, of.in(0), of.b.op('Mul', [of.in(0), of.in(1)])])];
};

/** Operators of any number of operands, two at a time. */
export const nested =
  (op: OperatorName): Importer =>
  (of) => {
    const [first = '', ...others] = of.call.node.inputs;
    return [others.reduce((left, right) => of.b.op(op, [left, right]), first)];
  };

const average: Importer = (of) => {
  const [sum = ''] = nested('Add')(of);
  return [of.b.op('Mul', [sum, like(of, 1 / of.call.node.inputs.length)])];
};

const clip: Importer = (of) => {
  const { b } = of;
  let value = of.in(0);
  if (of.call.has(1)) value = b.op('Max', [value, of.in(1)]);
  return [of.call.has(2) ? b.op('Min', [value, of.in(2)]) : value];
};

/** Bounds that are constants stay one node. */
const clipped: Importer = (of) => {
  const isKnown = [1, 2].every((i) => !of.call.has(i) || of.b.constant(of.in(i)) !== undefined);
  if (!isKnown) return clip(of);
  const inputs = [
    of.in(0),
    ...(of.call.has(1) || of.call.has(2) ? [of.in(1)] : []),
    ...(of.call.has(2) ? [of.in(2)] : []),
  ];
  return [of.b.op('Clip', inputs)];
};

const cast: Importer = (of) => {
  const to = intAttribute(of.call.attributes, 'to', 0);
  if (to === ELEMENT_TYPE[of.call.input(0).dtype]) return [of.in(0)];
  return [of.b.op('Cast', [of.in(0)], { to })];
};

const castLike: Importer = (of) => [of.b.op('Cast', [of.in(0)], { to: ELEMENT_TYPE[of.call.input(1).dtype] })];

const differs: Importer = (of) => [of.b.op('Not', [of.b.op('Equal', [of.in(0), of.in(1)])])];

/** (e^x ± e^-x) / 2 */
const hyperbolic =
  (sign: 'Add' | 'Sub'): Importer =>
  (of) => {
    const grown = of.b.op('Exp', [of.in(0)]);
    return [of.b.op('Mul', [of.b.op(sign, [grown, of.b.op('Reciprocal', [grown])]), like(of, 0.5)])];
  };

/** ln(x + √(x² ± 1)) */
const inverseHyperbolic =
  (shift: number): Importer =>
  (of) => {
    const square = of.b.op('Add', [of.b.op('Mul', [of.in(0), of.in(0)]), like(of, shift)]);
    return [of.b.op('Log', [of.b.op('Add', [of.in(0), of.b.op('Sqrt', [square])])])];
  };

/** ln((1 + x) / (1 - x)) / 2 */
const inverseTanh: Importer = (of) => {
  const { b } = of;
  const ratio = b.op('Div', [b.op('Add', [of.in(0), like(of, 1)]), b.op('Sub', [like(of, 1), of.in(0)])]);
  return [b.op('Mul', [b.op('Log', [ratio]), like(of, 0.5)])];
};

/** arctan(x / √(1 - x²)) */
function arcSine(of: Imported): string {
  const { b } = of;
  const cosine = b.op('Sqrt', [b.op('Sub', [like(of, 1), b.op('Mul', [of.in(0), of.in(0)])])]);
  return b.op('Atan', [b.op('Div', [of.in(0), cosine])]);
}

const arcCosine: Importer = (of) => [of.b.op('Sub', [like(of, Math.PI / 2), arcSine(of)])];

const tangent: Importer = (of) => [of.b.op('Div', [of.b.op('Sin', [of.in(0)]), of.b.op('Cos', [of.in(0)])])];

/** Kept are the elements whose uniform number is not below the ratio, scaled so that the mean stays (arXiv 1207.0580). */
const dropout: Importer = (of) => {
  const { b, call } = of;
  const mode = call.has(2) ? b.constant(of.in(2)) : undefined;
  if (call.has(2) && mode === undefined) throw call.error('a training mode that is no constant');
  const isTraining = mode !== undefined && numbersOf(mode)[0] === 1;
  const ratio = call.numbers(1)?.[0] ?? 0.5;
  const { dtype, shape } = call.input(0);
  const all = (): string =>
    b.initializer(`${of.name}.mask`, tensorOf('bool', shape, Array<number>(elementCount(shape)).fill(1)));
  if (!isTraining || ratio === 0) return [of.in(0), call.gives(1) ? all() : ''];
  if (ratio < 0 || ratio >= 1) throw call.error(`a ratio of ${ratio}`);
  const mask = b.op('GreaterOrEqual', [b.random(shape), b.scalar('float32', ratio)]);
  const scale = b.op('Mul', [b.op('Cast', [mask], { to: ELEMENT_TYPE[dtype] }), like(of, 1 / (1 - ratio))]);
  return [b.op('Mul', [of.in(0), scale]), mask];
};

export const ELEMENTWISE: Readonly<Record<string, Importer>> = {
  Acos: arcCosine,
  Acosh: inverseHyperbolic(-1),
  Asin: (of) => [arcSine(of)],
  Asinh: inverseHyperbolic(1),
  Atanh: inverseTanh,
  Cast: cast,
  CastLike: castLike,
  Celu: celu,
  Clip: clipped,
  Cosh: hyperbolic('Add'),
  Dropout: dropout,
  Gelu: gelu,
  HardSwish: hardSwish,
  Max: nested('Max'),
  Mean: average,
  Min: nested('Min'),
  Mish: mish,
  PRelu: parametricRelu,
  Selu: selu,
  Sinh: hyperbolic('Sub'),
  Softsign: softsign,
  Sum: nested('Add'),
  Swish: swish,
  Tan: tangent,
  ThresholdedRelu: thresholdedRelu,
  Xor: differs,
};
