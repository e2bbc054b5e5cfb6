/** Exp, Erf, Tanh and Sigmoid of float32 as the runtime's own kernels compute them: polynomials of fused multiply-adds. */
// Constants of MLAS, https://github.com/microsoft/onnxruntime/tree/main/onnxruntime/core/mlas/lib: compute.cpp, erf.cpp, tanh.cpp and
// logistic.cpp; contracts/src/libraries/KernelLib.sol holds the same ones.
import { bitsOf32 } from './bits.ts';
import { add, div, fma, max, min, mul, sub } from './float32.ts';

const float32s = (...numbers: number[]): readonly number[] => numbers.map(Math.fround);
const [LOG2_RECIPROCAL, LOG2_HIGH, LOG2_LOW] = float32s(Math.LOG2E, -6.93145752e-1, -1.42860677e-6) as [
  number,
  number,
  number,
];
/** 1.5 × 2^23: adding it leaves no place for a fraction, and the integer stands in the low bits. */
const MAGIC = 12582912;

/** ((c0 x + c1) x + c2) x + …, from `first` in c0's place. */
const horner = (x: number, constants: readonly number[]): number =>
  constants.slice(1).reduce((sum, constant) => fma(sum, x, constant), constants[0] as number);

/** x = n ln 2 + rest; and n × 2^23 as a sum of exponent fields. */
function reduced(x: number): { n: number; rest: number } {
  const n = sub(fma(x, LOG2_RECIPROCAL, MAGIC), MAGIC);
  return { n, rest: fma(n, LOG2_LOW, fma(n, LOG2_HIGH, x)) };
}

const EXP = float32s(
  0x1694 / 2 ** 22,
  0x1125edc / 2 ** 31,
  0x1555b5a / 2 ** 29,
  0x155545 / 2 ** 23,
  0x1fffff6 / 2 ** 26,
  1,
);
const [EXP_LEAST, EXP_MOST] = float32s(-103.9720840454, 88.776262664795) as [number, number];

export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  const { n, rest } = reduced(Math.min(Math.max(x, EXP_LEAST), EXP_MOST));
  // In two factors, as 2^n may be beyond the exponents of float32.
  const inside = Math.max(Math.min(n, 127), -126);
  const outside = 2 ** (n - inside);
  return mul(fma(horner(rest, EXP), mul(rest, outside), outside), 2 ** inside);
}

const ERF_SMALL = float32s(-5.99104969e-4, 4.99339588e-3, -2.67667342e-2, 1.12818025e-1, -3.76124859e-1, 1.28379151e-1);
const ERF_LARGE = float32s(
  1.7294893e-5,
  -3.8320868e-4,
  3.88393435e-3,
  -2.42545605e-2,
  1.06777847e-1,
  6.34846687e-1,
  1.28717512e-1,
);
const ERF_EXP = float32s(1.38319808e-3, 8.37550033e-3, 4.16689515e-2, 1.66664466e-1, 4.99999851e-1, 1, 1);
const [ERF_SPLIT, ERF_MOST, ERF_EXP_LEAST] = float32s(0.921875, 3.925, -88.3762626647949) as [number, number, number];

export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = min(Math.abs(x), ERF_MOST);
  const signed = (y: number): number => (bitsOf32(x) >>> 31 === 1 ? -y : y);
  if (size <= ERF_SPLIT) return signed(fma(horner(mul(size, size), ERF_SMALL), size, size));
  const { n, rest } = reduced(max(-fma(horner(size, ERF_LARGE), size, size), ERF_EXP_LEAST));
  return signed(sub(1, mul(horner(rest, ERF_EXP), 2 ** n)));
}

const TANH_P = float32s(
  -2.76076847742355e-16,
  2.00018790482477e-13,
  -8.60467152213735e-11,
  5.12229709037114e-8,
  1.48572235717979e-5,
  6.37261928875436e-4,
  4.89352455891786e-3,
);
const TANH_Q = float32s(1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3);
const TANH_MOST = 9;

export function tanh(x: number): number {
  if (Number.isNaN(x)) return x;
  const y = Math.max(-TANH_MOST, Math.min(x, TANH_MOST));
  const square = mul(y, y);
  return div(mul(horner(square, TANH_P), y), horner(square, TANH_Q));
}

const SIGMOID_P = float32s(
  4.37031012579801e-11,
  1.15627324459942e-7,
  6.08574864600143e-5,
  8.51377133304701e-3,
  2.48287947061529e-1,
);
const SIGMOID_Q = float32s(
  6.10247389755681e-13,
  5.76102136993427e-9,
  6.2910678501704e-6,
  1.70198817374094e-3,
  1.16817656904453e-1,
  9.9315192102318e-1,
);
const SIGMOID_MOST = 18;

export function sigmoid(x: number): number {
  if (Number.isNaN(x)) return x;
  const y = Math.max(-SIGMOID_MOST, Math.min(x, SIGMOID_MOST));
  const square = mul(y, y);
  const quotient = div(mul(horner(square, SIGMOID_P), y), horner(square, SIGMOID_Q));
  return Math.max(0, Math.min(1, add(quotient, 0.5)));
}
