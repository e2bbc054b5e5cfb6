/** Error bounds of transcendental functions: a row each, the widest that a provider's specification or kernel admits. */
import { type Bounded, bounded, U32, UNBOUNDED } from './rounding.ts';

/** Units in the last place of a result of this size, at most. */
const ulps = (count: number, value: number): number => count * 2 * U32 * Math.abs(value);

interface FunctionBound {
  readonly of: (x: number) => number;
  /** Distance of an honest float32 result from `y`, the exact one. */
  readonly error: (x: number, y: number) => number;
  readonly source: string;
}

/** https://www.w3.org/TR/WGSL/#floating-point-accuracy */
const WGSL = 'WGSL, accuracy of built-in functions';
/** https://docs.vulkan.org/spec/latest/appendices/spirvenv.html */
const VULKAN = 'Vulkan, precision of SPIR-V instructions';

/** exp: (3 + 2 |x|) ulp in WGSL and Vulkan; CUDA says 2 ulp, MLAS is within 2. */
const expUlps = (x: number): number => 3 + 2 * Math.abs(x);
const logError = (x: number, y: number): number => (x >= 0.5 && x <= 2 ? 2 ** -21 : 0) + ulps(3, y);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export const FUNCTIONS = {
  Exp: { of: Math.exp, error: (x, y) => ulps(expUlps(x), y), source: `${WGSL}: (3 + 2 |x|) ulp` },
  Log: {
    of: Math.log,
    error: (x, y) => (x > 0 ? logError(x, y) : UNBOUNDED),
    source: `${WGSL}: 2^-21 absolute within [0.5, 2], else 3 ulp`,
  },
  Sqrt: {
    of: Math.sqrt,
    error: (x, y) => (x >= 0 ? ulps(5, y) : UNBOUNDED),
    source: `${VULKAN}: 1 / inversesqrt, 2 + 2.5 ulp`,
  },
  Reciprocal: {
    of: (x) => 1 / x,
    error: (x, y) => (Math.abs(x) > 2 ** -126 && Math.abs(x) < 2 ** 126 ? ulps(2.5, y) : UNBOUNDED),
    source: `${VULKAN}: 2.5 ulp for |x| within [2^-126, 2^126]`,
  },
  Tanh: {
    of: Math.tanh,
    error: (x) => 1e-5 + ulps(8 + 4 * Math.abs(x), 1),
    source: `${WGSL}: the worse of 10^-5 absolute and sinh / cosh`,
  },
  Sin: {
    of: Math.sin,
    error: (x) => (Math.abs(x) <= Math.PI ? 2 ** -11 : UNBOUNDED),
    source: `${WGSL}: 2^-11 absolute within [-pi, pi]`,
  },
  Cos: {
    of: Math.cos,
    error: (x) => (Math.abs(x) <= Math.PI ? 2 ** -11 : UNBOUNDED),
    source: `${WGSL}: 2^-11 absolute within [-pi, pi]`,
  },
  Atan: { of: Math.atan, error: (_x, y) => ulps(4096, y), source: `${WGSL}: 4096 ulp` },
  Erf: {
    of: erf,
    error: () => 2 ** -20,
    source: 'Abramowitz and Stegun 7.1.26 (1.5 * 10^-7) and five roundings, as the WebGPU kernel computes it',
  },
  Sigmoid: {
    of: sigmoid,
    error: (x, y) => 2 ** -21 + ulps(4, y) + ulps(expUlps(x), y * (1 - y)),
    source: '1 / (1 + exp(-x)); MLAS: a quotient of polynomials, clamped at |x| = 18',
  },
  Softplus: {
    of: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    error: (x, y) => 2 ** -20 + ulps(4, y) + ulps(expUlps(x), sigmoid(x)),
    source: `log(1 + exp(x)) of ${WGSL}`,
  },
} as const satisfies Readonly<Record<string, FunctionBound>>;

export type FunctionName = keyof typeof FUNCTIONS;

export function functionBound(name: FunctionName, x: number, unit: number): Bounded {
  const row: FunctionBound = FUNCTIONS[name];
  const value = row.of(x);
  // In float64 no provider but the cpu computes; its libraries are within a few ulp of that precision.
  const error = unit < U32 ? 16 * unit * (1 + Math.abs(value)) : row.error(x, value);
  return bounded(value, { roundings: 1, unit, inherited: error });
}

/** x^y = exp2(y log2 x), as WGSL defines it; the sign of a negative x with a whole y goes its own way. */
export function powerBound(x: number, y: number, unit: number): Bounded {
  const value = x ** y;
  if (x === 0 || !Number.isFinite(value)) return { value, error: UNBOUNDED };
  const log2 = Math.log2(Math.abs(x));
  const logged = Math.abs(y) * (logError(Math.abs(x), log2) + ulps(1, log2));
  const relative = Math.expm1(logged * Math.LN2) + 2 * U32 * expUlps(y * log2);
  return bounded(value, { roundings: 2, unit, inherited: Math.abs(value) * relative });
}

/** Its series below 3, its continued fraction above: within 10^-14, which no float32 tells from the truth. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size < 3) {
    let [term, sum] = [x, x];
    for (let n = 1; n < 100 && Math.abs(term) > 1e-18; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (size + fraction);
  return Math.sign(x) * (1 - Math.exp(-size * size) / (Math.sqrt(Math.PI) * (size + fraction)));
}
