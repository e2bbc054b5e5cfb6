/** Functions of one element, of primitives whose bits are the same everywhere. */
import { elementCount } from '#engine/graph/tensor.ts';
import { logarithm, logarithmOfSum, softplus } from './logarithm.ts';
import type { RewriteRule, Site } from './rule.ts';

/** The largest whole power that is written as products. */
const LARGEST_POWER = 8;

function wholePower({ e }: Site, x: string, power: number): string {
  if (power === 1) return x;
  const half = wholePower({ e } as Site, x, Math.floor(power / 2));
  const square = e.op('Mul', [half, half]);
  return power % 2 === 0 ? square : e.op('Mul', [square, x]);
}

const inverted = ({ e }: Site, x: string): string => e.op('Div', [e.scalar(x, 1), x]);

/** x^c for a constant number c; where c is no whole or half number it is e^(c ln x), which is NaN of a negative x. */
const pow: RewriteRule = (site) => {
  const { e } = site;
  const [x, exponents] = [site.in(0), e.numbers(site.in(1))];
  const [c] = exponents ?? [];
  if (c === undefined || exponents?.length !== 1 || e.shape(site.in(1)).length > e.shape(x).length) return null;
  const size = Math.abs(c);
  const signed = (power: string): string => (c < 0 ? inverted(site, power) : power);
  if (c === 0) return [e.op('Add', [e.op('Mul', [x, e.scalar(x, 0)]), e.scalar(x, 1)])];
  if (Number.isInteger(c) && size <= LARGEST_POWER) return [signed(wholePower(site, x, size))];
  if (size === 0.5) return [signed(e.op('Sqrt', [x]))];
  if (size === 1.5) return [signed(e.op('Mul', [x, e.op('Sqrt', [x])]))];
  return [e.op('Exp', [e.op('Mul', [logarithm(e, x), e.scalar(x, c)])])];
};

/** x where it is positive, else scale·(e^x - 1) of x/alpha. */
function exponentialBelow(site: Site, alpha: number, gamma: number, inside = 1): string {
  const { e } = site;
  const x = site.in(0);
  const zero = e.scalar(x, 0);
  const below = e.op('Min', [x, zero]);
  const scaled = inside === 1 ? below : e.op('Div', [below, e.scalar(x, inside)]);
  const bent = e.op('Mul', [e.op('Sub', [e.op('Exp', [scaled]), e.scalar(x, 1)]), e.scalar(x, alpha * gamma)]);
  const straight = gamma === 1 ? x : e.op('Mul', [x, e.scalar(x, gamma)]);
  return e.op('Where', [e.op('Greater', [x, zero]), straight, bent]);
}

function hardSigmoid({ e, ...site }: Pick<Site, 'e'> & { x: string; alpha: number; beta: number }): string {
  const { x, alpha, beta } = site;
  const line = e.op('Add', [e.op('Mul', [x, e.scalar(x, alpha)]), e.scalar(x, beta)]);
  return e.op('Min', [e.op('Max', [line, e.scalar(x, 0)]), e.scalar(x, 1)]);
}

/** x·tanh(ln(1 + e^x)) = x·n / (n + 2), n = e^x (e^x + 2). */
const mish: RewriteRule = (site) => {
  const { e } = site;
  const x = site.in(0);
  // From here on the quotient is 1, and below the exponential is finite.
  const power = e.op('Exp', [e.op('Min', [x, e.scalar(x, 20)])]);
  const n = e.op('Mul', [power, e.op('Add', [power, e.scalar(x, 2)])]);
  return [e.op('Mul', [x, e.op('Div', [n, e.op('Add', [n, e.scalar(x, 2)])])])];
};

const gelu: RewriteRule = (site) => {
  const { e } = site;
  const x = site.in(0);
  const approximate = site.node.attributes.get('approximate');
  const isTanh = approximate?.kind === 'string' && approximate.value === 'tanh';
  const cubic = (): string => {
    const cube = e.op('Mul', [e.op('Mul', [x, x]), x]);
    const inner = e.op('Add', [x, e.op('Mul', [cube, e.scalar(x, 0.044715)])]);
    return e.op('Tanh', [e.op('Mul', [inner, e.scalar(x, Math.sqrt(2 / Math.PI))])]);
  };
  const bell = isTanh ? cubic() : e.op('Erf', [e.op('Mul', [x, e.scalar(x, Math.SQRT1_2)])]);
  return [e.op('Mul', [e.op('Mul', [x, e.scalar(x, 0.5)]), e.op('Add', [bell, e.scalar(x, 1)])])];
};

/** The number of terms, where `name` is a sum of exponentials of which the largest is 1: Σ e^(x - max x). */
function softmaxTerms(site: Site, name: string): number | null {
  const sum = site.maker(name);
  const power = site.maker(sum?.inputs[0] ?? '');
  const difference = site.maker(power?.inputs[0] ?? '');
  const largest = site.maker(difference?.inputs[1] ?? '');
  const isSoftmax =
    sum?.op === 'ReduceSum' && power?.op === 'Exp' && difference?.op === 'Sub' && largest?.op === 'ReduceMax';
  if (!isSoftmax || largest.inputs[0] !== difference.inputs[0] || sum.inputs[1] !== largest.inputs[1]) return null;
  const [terms, sums] = [site.e.known(power.outputs[0] ?? ''), site.e.known(name)];
  if (terms === undefined || sums === undefined) return null;
  return elementCount(terms.shape) / elementCount(sums.shape);
}

const log: RewriteRule = (site) => {
  const [{ e }, x] = [site, site.in(0)];
  const terms = softmaxTerms(site, x);
  return [terms === null ? logarithm(e, x) : logarithmOfSum(e, x, terms)];
};

export const ELEMENTWISE = {
  Celu: (site) => [exponentialBelow(site, site.float('alpha', 1), 1, site.float('alpha', 1))],
  Elu: (site) => [exponentialBelow(site, site.float('alpha', 1), 1)],
  Gelu: gelu,
  HardSigmoid: (site) => [
    hardSigmoid({ e: site.e, x: site.in(0), alpha: site.float('alpha', 0.2), beta: site.float('beta', 0.5) }),
  ],
  HardSwish: (site) => [
    site.e.op('Mul', [site.in(0), hardSigmoid({ e: site.e, x: site.in(0), alpha: 1 / 6, beta: 0.5 })]),
  ],
  Log: log,
  Mish: mish,
  Pow: pow,
  Reciprocal: (site) => [inverted(site, site.in(0))],
  Selu: (site) => [
    exponentialBelow(site, site.float('alpha', 1.6732631921768188), site.float('gamma', 1.0507010221481323)),
  ],
  Softplus: (site) => [softplus(site.e, site.in(0))],
  Softsign: (site) => {
    const { e } = site;
    const x = site.in(0);
    return [e.op('Div', [x, e.op('Add', [e.op('Abs', [x]), e.scalar(x, 1)])])];
  },
} as const satisfies Record<string, RewriteRule>;
