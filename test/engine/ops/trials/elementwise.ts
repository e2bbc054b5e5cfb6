/** Trials of what works on each element by itself, with broadcasting where the operator has it. */
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import {
  type Dice,
  float,
  type Generator,
  type Generators,
  POSITIVE,
  type Range,
  SIGNED,
  type Trial,
} from './trial.ts';

const unary =
  (op: string, range: Range = SIGNED, attributes: (d: Dice) => Trial['attributes'] = () => ({})): Generator =>
  (d) =>
    d.trial(op, [d.weight(d.shape(), range)], { attributes: attributes(d) });

/** Two shapes of which at least one may have to be stretched. */
function pair(d: Dice, most = 24): [number[], number[]] {
  const whole = d.shape(1, 4, most);
  return d.is() ? [d.narrowed(whole), whole] : [d.narrowed(whole), d.narrowed(whole)];
}

const binary =
  (op: string, left: Range = SIGNED, right: Range = SIGNED): Generator =>
  (d) => {
    const [a, b] = pair(d);
    return d.is()
      ? d.trial(op, [d.weight(a, left), d.weight(b, right)])
      : d.trial(op, [d.weight(b, left), d.weight(a, right)]);
  };

/** One to four operands. */
const many =
  (op: string): Generator =>
  (d) => {
    const whole = d.shape(1, 4, 24);
    const count = d.int(1, 4);
    const operands = Array.from({ length: count }, () => d.weight(d.narrowed(whole)));
    return d.trial(op, operands, { isImportOnly: count > 2 });
  };

const compared =
  (op: string): Generator =>
  (d) => {
    const [a, b] = pair(d);
    const isWhole = d.is();
    const operands = isWhole ? [d.whole(a, -2, 2), d.whole(b, -2, 2)] : [d.weight(a), d.weight(b)];
    return d.trial(op, operands, { results: ['bool'] });
  };

const logical =
  (op: string): Generator =>
  (d) => {
    const [a, b] = pair(d);
    return d.trial(op, [d.whole(a, 0, 1, 'bool'), d.whole(b, 0, 1, 'bool')], { results: ['bool'] });
  };

const power: Generator = (d) => {
  const [a, b] = pair(d);
  const kind = d.int(0, 3);
  if (kind === 0) return d.trial('Pow', [d.weight(a, POSITIVE), d.weight(b)]);
  if (kind === 1) return d.trial('Pow', [d.weight(a, POSITIVE), d.fixed(b, SIGNED, d.pick(['constant', 'input']))]);
  if (kind === 2) return d.trial('Pow', [d.weight(a), d.given('float', [], [d.int(1, 4)])]);
  return d.trial('Pow', [d.weight(a), d.given('int64', [], [d.int(1, 4)])]);
};

const mod: Generator = (d) => {
  const [a, b] = pair(d, 12);
  const fmod = { fmod: 1 };
  if (d.is()) return d.trial('Mod', [d.whole(a, -5, 5), d.whole(b, 1, 4)], { results: ['int64'] });
  // Quotients from 0.4 to 0.8, or from 1.2 to 1.7: none near a whole number, where the remainder jumps.
  const left: Range = d.is() ? [0.8, 1] : [2.4, 2.55];
  return d.trial('Mod', [d.weight(a, left), d.weight(b, [1.5, 2])], { attributes: fmod });
};

const where: Generator = (d) => {
  const whole = d.shape(1, 4, 24);
  const condition = d.whole(d.narrowed(whole), 0, 1, 'bool');
  return d.trial('Where', [condition, d.weight(d.narrowed(whole)), d.weight(d.narrowed(whole))]);
};

/** Bounds of which none, one or both are there, as constants or weights. */
const clip: Generator = (d) => {
  const x = d.weight(d.shape());
  const bound = (low: number, high: number) => {
    const range: Range = [low, high];
    return d.pick([null, d.fixed([], range), d.weight([], range)]);
  };
  const [low, high] = [bound(-0.7, -0.2), bound(0.2, 0.7)];
  const isKnown = [low, high].every((operand) => operand?.role !== 'weight');
  return d.trial('Clip', high === null ? (low === null ? [x] : [x, low]) : [x, low, high], { isImportOnly: !isKnown });
};

const dropout: Generator = (d) => {
  const x = d.weight(d.shape());
  const isTraining = d.is();
  const ratio = isTraining ? d.pick([0, 0.25, 0.5]) : d.pick([0.25, 0.5]);
  const results = d.is() ? (['float'] as const) : (['float', 'bool'] as const);
  const mode = d.given('bool', [], [Number(isTraining)]);
  if (!isTraining && d.is()) return d.trial('Dropout', [x], { results });
  // The runtime draws masks of its own, and keeps none that is asked of it outside training.
  const isUnknownToRuntime = isTraining && ratio > 0;
  return d.trial('Dropout', [x, d.given('float32', [], [ratio]), mode], { results, isUnknownToRuntime });
};

const cast: Generator = (d) => {
  const to = d.pick(['float32', 'int64', 'int32', 'bool', 'uint8'] as const);
  const shape = d.shape();
  const attributes = { to: ELEMENT_TYPE[to] };
  const isFloat = to === 'float32';
  if (d.is()) return d.trial('Cast', [d.whole(shape, 0, 3)], { attributes, results: [isFloat ? 'float32' : to] });
  return d.trial('Cast', [isFloat ? d.weight(shape) : d.weight(shape, [0, 3])], { attributes, results: [to] });
};

const castLike: Generator = (d) => {
  const shape = d.shape();
  if (d.is()) return d.trial('CastLike', [d.whole(shape, -3, 3), d.fixed([2])]);
  return d.trial('CastLike', [d.weight(shape), d.is() ? d.fixed([]) : d.weight([])]);
};

const parametricRelu: Generator = (d) => {
  const shape = d.shape();
  return d.trial('PRelu', [d.weight(shape), d.weight(d.narrowed(shape))]);
};

const roundedAway = [0.1, 0.4] as const;

/** Between whole numbers and halves, where a step function is flat. */
const steps =
  (op: string): Generator =>
  (d) =>
    d.trial(op, [d.weight(d.shape(), roundedAway)]);

const rounded: Generator = (d) => {
  const shape = d.shape();
  const halves = Array.from({ length: elementCount(shape) }, () => d.int(-6, 6) / 2);
  return d.is() ? steps('Round')(d) : d.trial('Round', [d.given('float', shape, halves)]);
};

export const ELEMENTWISE: Generators = {
  Abs: unary('Abs'),
  Acos: unary('Acos', [-0.8, 0.8]),
  Acosh: unary('Acosh', [1.2, 3]),
  Add: binary('Add'),
  And: logical('And'),
  Asin: unary('Asin', [-0.8, 0.8]),
  Asinh: unary('Asinh'),
  Atan: unary('Atan'),
  Atanh: unary('Atanh', [-0.8, 0.8]),
  Cast: cast,
  CastLike: castLike,
  Ceil: steps('Ceil'),
  Celu: unary('Celu', SIGNED, (d) => ({ alpha: float(d.number(0.25, 2)) })),
  Clip: clip,
  Cos: unary('Cos'),
  Cosh: unary('Cosh'),
  Div: binary('Div', SIGNED, POSITIVE),
  Dropout: dropout,
  Elu: unary('Elu', SIGNED, (d) => (d.is() ? {} : { alpha: float(d.number(0.25, 2)) })),
  Equal: compared('Equal'),
  Erf: unary('Erf'),
  Exp: unary('Exp'),
  Floor: steps('Floor'),
  Gelu: (d) => {
    const attributes = d.is() ? {} : { approximate: d.pick(['none', 'tanh']) };
    return d.trial('Gelu', [d.weight(d.shape())], { opset: 20, attributes });
  },
  Greater: compared('Greater'),
  GreaterOrEqual: compared('GreaterOrEqual'),
  HardSigmoid: (d) => {
    // The borders are at -1 and 1, or further away than any operand.
    const attributes = d.is() ? { alpha: float(0.5), beta: float(0.5) } : {};
    const range: Range = d.is() ? [-0.9, 0.9] : [1.1, 1.9];
    return d.trial('HardSigmoid', [d.weight(d.shape(), range)], { attributes });
  },
  HardSwish: (d) => d.trial('HardSwish', [d.weight(d.shape(), d.pick([SIGNED, [3.1, 5], [-5, -3.1]]))]),
  Identity: unary('Identity'),
  IsNaN: (d) => {
    const shape = d.shape();
    const numbers = Array.from({ length: elementCount(shape) }, () => (d.is() ? Number.NaN : d.int(-1, 1)));
    return d.trial('IsNaN', [d.given('float', shape, numbers, d.pick(['constant', 'input']))], { results: ['bool'] });
  },
  LeakyRelu: unary('LeakyRelu', SIGNED, (d) => (d.is() ? {} : { alpha: float(d.number(0.125, 2)) })),
  Less: compared('Less'),
  LessOrEqual: compared('LessOrEqual'),
  Log: unary('Log', POSITIVE),
  Max: many('Max'),
  Mean: many('Mean'),
  Min: many('Min'),
  Mish: unary('Mish'),
  Mod: mod,
  Mul: binary('Mul'),
  Neg: unary('Neg'),
  Not: (d) => d.trial('Not', [d.whole(d.shape(), 0, 1, 'bool')], { results: ['bool'] }),
  Or: logical('Or'),
  PRelu: parametricRelu,
  Pow: power,
  Reciprocal: unary('Reciprocal', POSITIVE),
  Relu: unary('Relu'),
  Round: rounded,
  Selu: unary('Selu', SIGNED, (d) => (d.is() ? {} : { alpha: float(d.number(1, 2)), gamma: float(d.number(1, 2)) })),
  Sigmoid: unary('Sigmoid'),
  Sign: unary('Sign'),
  Sin: unary('Sin'),
  Sinh: unary('Sinh'),
  Softplus: unary('Softplus'),
  Softsign: unary('Softsign'),
  Sqrt: unary('Sqrt', POSITIVE),
  Sub: binary('Sub'),
  Sum: many('Sum'),
  Swish: (d) =>
    d.trial('Swish', [d.weight(d.shape())], {
      opset: 24,
      attributes: d.is() ? {} : { alpha: float(d.number(0.5, 2)) },
    }),
  Tan: unary('Tan', [-1.2, 1.2]),
  Tanh: unary('Tanh'),
  ThresholdedRelu: unary('ThresholdedRelu', SIGNED, (d) => ({ alpha: float(d.pick([0, 0.0625])) })),
  Where: where,
  Xor: logical('Xor'),
};
