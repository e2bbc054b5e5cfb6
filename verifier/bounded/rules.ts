/** The rule table: for one element of each operator, the exact result of the operands given and the sound bound around it. */
import { type Attributes, floatAttribute } from '#engine/graph/graph.ts';
import { FUNCTIONS, functionBound, type FunctionName, powerBound } from './functions.ts';
import { type Bounded, bounded, exact, FLUSHED, gamma, isSubnormal, U32, UNBOUNDED } from './rounding.ts';

/** What one element is made of. */
export interface Element {
  /** Of each operand the elements that enter, in the order of the terms; one where there is no sum. */
  readonly lanes: ReadonlyArray<ArrayLike<number>>;
  /** Place of the element in its lane, for operators whose lane is a row of results (Softmax). */
  readonly at: number;
  readonly attributes: Attributes;
  readonly unit: number;
}

export type Rule = (element: Element) => Bounded;

const at = ({ lanes }: Element, lane: number): number => lanes[lane]?.[0] ?? 0;

/** Σ left · right in any order and any blocks, with fused multiply-adds or without. */
function products(left: ArrayLike<number>, right: ArrayLike<number>) {
  let [sum, magnitude, flushed] = [0, 0, 0];
  for (let i = 0; i < left.length; i++) {
    const [a, b] = [left[i] as number, right[i] as number];
    sum += a * b;
    magnitude += Math.abs(a * b);
    flushed += FLUSHED * (1 + Math.abs(a) + Math.abs(b));
  }
  return { sum, magnitude, flushed, terms: left.length };
}

function sums(terms: ArrayLike<number>) {
  let [sum, magnitude] = [0, 0];
  for (let i = 0; i < terms.length; i++) {
    sum += terms[i] as number;
    magnitude += Math.abs(terms[i] as number);
  }
  return { sum, magnitude, flushed: FLUSHED * (terms.length + 1) };
}

const matMul: Rule = ({ lanes: [left = [], right = []], unit }) => {
  const { sum, magnitude, flushed, terms } = products(left, right);
  return bounded(sum, { magnitude, roundings: terms + 1, unit, flushed });
};

const gemm: Rule = ({ lanes: [left = [], right = [], bias = []], attributes, unit }) => {
  const { sum, magnitude, flushed, terms } = products(left, right);
  const [alpha, beta] = [floatAttribute(attributes, 'alpha', 1), floatAttribute(attributes, 'beta', 1)];
  const added = beta * (bias[0] ?? 0);
  return bounded(alpha * sum + added, {
    magnitude: Math.abs(alpha) * magnitude + Math.abs(added),
    roundings: terms + 4,
    unit,
    flushed: (1 + Math.abs(alpha)) * flushed + FLUSHED,
  });
};

const summed =
  (share: (terms: number) => number): Rule =>
  ({ lanes: [terms = []], unit }) => {
    const { sum, magnitude, flushed } = sums(terms);
    const part = share(terms.length);
    // A division is within 2.5 ulp: five roundings.
    return bounded(sum * part, { magnitude: magnitude * part, roundings: terms.length + 5, unit, flushed });
  };

const multiplied: Rule = ({ lanes: [terms = []], unit }) => {
  const value = Array.from(terms).reduce((product, term) => product * term, 1);
  const isSafe = Array.from(terms).every((term) => Math.abs(term) > 2 ** -20 && Math.abs(term) < 2 ** 20);
  return isSafe && terms.length < 6 ? bounded(value, { roundings: terms.length, unit }) : { value, error: UNBOUNDED };
};

/** One rounding. */
const rounded =
  (op: (a: number, b: number) => number, flushed = (_a: number, _b: number) => 2 * FLUSHED): Rule =>
  (element) => {
    const [a, b] = [at(element, 0), at(element, 1)];
    return bounded(op(a, b), { roundings: 1, unit: element.unit, flushed: flushed(a, b) });
  };

const divided: Rule = (element) => {
  const [a, b] = [at(element, 0), at(element, 1)];
  if (Math.abs(b) <= 2 ** -126 || Math.abs(b) >= 2 ** 126) return { value: a / b, error: UNBOUNDED };
  // 2.5 ulp, Vulkan and WGSL; a flushed dividend is a quotient of zero.
  return bounded(a / b, { roundings: 5, unit: element.unit, flushed: FLUSHED * (1 + 1 / Math.abs(b)) });
};

/** A number is only chosen or turned around. */
const chosen =
  (op: (a: number, b: number) => number): Rule =>
  (element) =>
    exact(op(at(element, 0), at(element, 1)));

const extreme =
  (op: (...numbers: number[]) => number): Rule =>
  ({ lanes }) =>
    exact(lanes.flatMap((lane) => Array.from(lane)).reduce((most, next) => op(most, next)));

/** A step at some number: an operand that a card may flush may fall to either side. */
const stepped =
  (op: (a: number, b: number) => number): Rule =>
  (element) => {
    const [a, b] = [at(element, 0), at(element, 1)];
    const value = op(a, b);
    return isSubnormal(a) || isSubnormal(b) ? { value, error: UNBOUNDED } : { value, error: 0 };
  };

const truth = (op: (a: number, b: number) => boolean): Rule => stepped((a, b) => Number(op(a, b)));

const named =
  (name: FunctionName): Rule =>
  (element) =>
    functionBound(name, at(element, 0), element.unit);

/** Errors of exp(x_j - m) and of their sum, as far as they do not cancel. */
function exponentials(row: ArrayLike<number>, unit: number) {
  const most = Array.from(row).reduce((a, b) => Math.max(a, b), -UNBOUNDED);
  const parts = Array.from(row, (x) => {
    const away = x - most;
    const power = Math.exp(away);
    return { away, power, relative: Math.abs(away) * unit * 1.01 + FUNCTIONS.Exp.error(away, 1) };
  });
  const sum = parts.reduce((all, { power }) => all + power, 0);
  const drift = parts.reduce((all, { power, relative }) => all + power * relative, 0) / sum;
  return { parts, sum, relative: drift + gamma(row.length + 1, unit) * (1 + drift) };
}

const softmax: Rule = ({ lanes: [row = []], at: place, unit }) => {
  const { parts, sum, relative } = exponentials(row, unit);
  const own = parts[place];
  if (own === undefined || !Number.isFinite(sum)) return { value: Number.NaN, error: UNBOUNDED };
  const value = own.power / sum;
  return bounded(value, { roundings: 6, unit, inherited: 1.01 * value * (own.relative + relative) });
};

const logSoftmax: Rule = ({ lanes: [row = []], at: place, unit }) => {
  const { parts, sum, relative } = exponentials(row, unit);
  const own = parts[place];
  if (own === undefined || !Number.isFinite(sum)) return { value: Number.NaN, error: UNBOUNDED };
  const logged = Math.log(sum);
  const inherited = FUNCTIONS.Log.error(sum, logged) + 1.01 * relative + Math.abs(own.away) * unit * 1.01;
  // Some kernels take the logarithm of softmax: its error, in units of the probability.
  const other = FUNCTIONS.Log.error(0.75, 0) + 1.01 * (own.relative + relative) + 6 * unit;
  return bounded(own.away - logged, {
    magnitude: Math.abs(own.away) + logged,
    roundings: 3,
    unit,
    inherited: own.power < 2 ** -100 ? UNBOUNDED : inherited + other + 6 * U32 * Math.abs(own.away - logged),
  });
};

/** The variance may be E[x²] - E[x]², which cancels: its error is one of E[x²]. */
const layerNormalization: Rule = ({ lanes: [row = [], scale = [], shift = []], at: place, attributes, unit }) => {
  const n = row.length;
  const { sum, magnitude } = sums(row);
  const { sum: squares } = products(row, row);
  const mean = sum / n;
  const meanError = (gamma(n + 5, unit) * magnitude) / n;
  const variance = Array.from(row).reduce((all, x) => all + (x - mean) ** 2, 0) / n;
  const epsilon = floatAttribute(attributes, 'epsilon', 1e-5);
  const varianceError = (gamma(2 * n + 16, unit) * 4 * squares) / n + meanError ** 2;
  const relative = varianceError / (variance + epsilon);
  const [x, factor, added] = [row[place] ?? 0, scale[0] ?? 1, shift[0] ?? 0];
  const normal = (x - mean) / Math.sqrt(variance + epsilon);
  const value = normal * factor + added;
  if (relative > 0.25) return { value, error: UNBOUNDED };
  const root = Math.sqrt(variance + epsilon);
  const spread = (meanError + unit * (Math.abs(x) + Math.abs(mean))) / root + Math.abs(normal) * (relative + 16 * unit);
  const inherited = 1.2 * Math.abs(factor) * spread;
  return bounded(value, { magnitude: Math.abs(normal * factor) + Math.abs(added), roundings: 4, unit, inherited });
};

const elu: Rule = (element) => {
  const x = at(element, 0);
  const alpha = floatAttribute(element.attributes, 'alpha', 1);
  if (x >= 0) return exact(x);
  const power = Math.exp(x);
  const inherited = Math.abs(alpha) * (FUNCTIONS.Exp.error(x, power) + 4 * U32);
  return bounded(alpha * Math.expm1(x), { roundings: 3, unit: element.unit, inherited });
};

const leakyRelu: Rule = (element) => {
  const x = at(element, 0);
  const slope = x >= 0 ? 1 : floatAttribute(element.attributes, 'alpha', 0.01);
  return bounded(slope * x, { roundings: 1, unit: element.unit });
};

const hardSigmoid: Rule = (element) => {
  const alpha = floatAttribute(element.attributes, 'alpha', 0.2);
  const beta = floatAttribute(element.attributes, 'beta', 0.5);
  const slope = alpha * at(element, 0);
  const value = Math.max(0, Math.min(1, slope + beta));
  return bounded(value, { magnitude: Math.abs(slope) + Math.abs(beta), roundings: 2, unit: element.unit });
};

const evenly = (x: number): number => {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
};

/** Operators that are not here have no bound: convolutions, which a provider may compute by Winograd's or Fourier's transform, go to the jury. */
export const RULES: Readonly<Record<string, Rule>> = {
  Abs: chosen(Math.abs),
  Add: rounded((a, b) => a + b),
  And: truth((a, b) => a !== 0 && b !== 0),
  Atan: named('Atan'),
  Cast: rounded((a) => a),
  Ceil: stepped(Math.ceil),
  Clip: ({ lanes: [x, least, most] }) =>
    exact(Math.min(Math.max(x?.[0] ?? 0, least?.[0] ?? -UNBOUNDED), most?.[0] ?? UNBOUNDED)),
  Cos: named('Cos'),
  Div: divided,
  Elu: elu,
  Equal: truth((a, b) => a === b),
  Erf: named('Erf'),
  Exp: named('Exp'),
  Expand: chosen((a) => a),
  Flatten: chosen((a) => a),
  Floor: stepped(Math.floor),
  Gemm: gemm,
  Greater: truth((a, b) => a > b),
  GreaterOrEqual: truth((a, b) => a >= b),
  HardSigmoid: hardSigmoid,
  Identity: chosen((a) => a),
  IsNaN: truth((a) => Number.isNaN(a)),
  LayerNormalization: layerNormalization,
  LeakyRelu: leakyRelu,
  Less: truth((a, b) => a < b),
  LessOrEqual: truth((a, b) => a <= b),
  Log: named('Log'),
  LogSoftmax: logSoftmax,
  MatMul: matMul,
  Max: extreme(Math.max),
  Min: extreme(Math.min),
  Mul: rounded(
    (a, b) => a * b,
    (a, b) => FLUSHED * (1 + Math.abs(a) + Math.abs(b)),
  ),
  Neg: chosen((a) => -a),
  Not: truth((a) => a === 0),
  Or: truth((a, b) => a !== 0 || b !== 0),
  Pow: (element) => powerBound(at(element, 0), at(element, 1), element.unit),
  Reciprocal: named('Reciprocal'),
  ReduceMax: extreme(Math.max),
  ReduceMean: summed((terms) => 1 / terms),
  ReduceMin: extreme(Math.min),
  ReduceProd: multiplied,
  ReduceSum: summed(() => 1),
  Relu: chosen((a) => Math.max(a, 0)),
  Reshape: chosen((a) => a),
  Round: stepped(evenly),
  Sigmoid: named('Sigmoid'),
  Sign: stepped(Math.sign),
  Sin: named('Sin'),
  Softmax: softmax,
  Softplus: named('Softplus'),
  Sqrt: named('Sqrt'),
  Squeeze: chosen((a) => a),
  Sub: rounded((a, b) => a - b),
  Tanh: named('Tanh'),
  Transpose: chosen((a) => a),
  Unsqueeze: chosen((a) => a),
  Where: (element) => exact(at(element, 0) !== 0 ? at(element, 1) : at(element, 2)),
};
