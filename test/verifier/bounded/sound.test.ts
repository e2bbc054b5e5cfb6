/** Sound bounds hold for every order of a sum, for what kernels compute, and still catch a wrong element. */
import fc from 'fast-check';
import t from 'tap';
import { OPSET, type Node } from '#engine/graph/graph.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { openSession } from '#engine/run/session.ts';
import { fromValues, toValues } from '#engine/run/values.ts';
import { erf, FUNCTIONS } from '#verifier/bounded/functions.ts';
import { isInside, U32 } from '#verifier/bounded/rounding.ts';
import { RULES } from '#verifier/bounded/rules.ts';
import { firstOutside, soundBound } from '#verifier/bounded/sound.ts';

const round = Math.fround;
const node = (op: string, inputs: readonly string[], attributes: Node['attributes'] = new Map()): Node => ({
  op,
  domain: '',
  name: op,
  inputs,
  outputs: ['y'],
  attributes,
});
const rule = (op: string, lanes: number[][], attributes: Node['attributes'] = new Map()) => {
  const of = RULES[op];
  if (of === undefined) throw new Error(op);
  return of({ lanes, at: 0, attributes, unit: U32 });
};

const float = fc.float({ min: -1000, max: 1000, noNaN: true }).map(round);
const pairs = fc.array(fc.tuple(float, float), { minLength: 1, maxLength: 200 });

/** A sum over a random tree: any order, any grouping, each addition rounded. */
function anyOrder(terms: readonly number[], pick: (below: number) => number): number {
  const rest = [...terms];
  while (rest.length > 1) {
    const [a = 0] = rest.splice(pick(rest.length), 1);
    const [b = 0] = rest.splice(pick(rest.length), 1);
    rest.push(round(a + b));
  }
  return rest[0] ?? 0;
}

const order = fc.infiniteStream(fc.nat());
const picker = (stream: Iterator<number>) => (below: number) => (stream.next().value as number) % below;

t.test('a sum and a product in any order are within their bounds', async () => {
  fc.assert(
    fc.property(pairs, order, (terms, stream) => {
      const pick = picker(stream[Symbol.iterator]());
      const [a, b] = [terms.map(([x]) => x), terms.map(([, y]) => y)];
      const sum = anyOrder(a, pick);
      const product = anyOrder(
        a.map((x, i) => round(x * (b[i] as number))),
        pick,
      );
      return isInside(sum, rule('ReduceSum', [a])) && isInside(product, rule('MatMul', [a, b]));
    }),
    { numRuns: 500 },
  );
});

t.test('two orders are within twice the bound of each other, and the bound is no wider than gamma says', async (t) => {
  const a = Array.from({ length: 256 }, (_, i) => round(Math.sin(i) * 10));
  const b = Array.from({ length: 256 }, (_, i) => round(Math.cos(3 * i)));
  const { value, error } = rule('MatMul', [a, b]);
  const magnitude = a.reduce((sum, x, i) => sum + Math.abs(x * (b[i] as number)), 0);
  t.ok(error < 1.01 * 257 * U32 * magnitude);
  t.ok(error > 255 * U32 * magnitude);
  t.notOk(isInside(value + 2 * error, { value, error }));
  t.notOk(isInside(Number.NaN, { value, error }));
  t.ok(isInside(Number.POSITIVE_INFINITY, { value: 2 ** 127, error: Number.POSITIVE_INFINITY }));
});

t.test('one rounding, or a flushed subnormal, is all that an elementwise operator has', async (t) => {
  fc.assert(
    fc.property(float, float, (x, y) => {
      for (const [op, exact] of [
        ['Add', x + y],
        ['Sub', x - y],
        ['Mul', x * y],
      ] as const)
        if (!isInside(round(exact), rule(op, [[x], [y]]))) return false;
      return y === 0 || Math.abs(y) < 1e-30 || isInside(round(x / y), rule('Div', [[x], [y]]));
    }),
  );
  t.ok(isInside(0, rule('Mul', [[2 ** -70], [2 ** -70]])));
  t.notOk(isInside(round(1.1 + 2.2) + 2 ** -21, rule('Add', [[1.1], [2.2]])));
  t.notOk(isInside(1, rule('Relu', [[-1]])));
  t.ok(isInside(1, rule('Sign', [[2 ** -130]])), 'a card flushes it, or does not');
  t.notOk(isInside(0, rule('Sign', [[2 ** -20]])));
});

t.test('erf is the function', async (t) => {
  // https://dlmf.nist.gov/7.23, and erf(3.5) of the same
  for (const [x, y] of [
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2.5, 0.999593047982555],
    [3.5, 0.9999992569016276],
  ] as const)
    t.ok(Math.abs(erf(x) - y) < 1e-13, `${x}`);
});

t.test(
  'every function of the cpu and of the portable provider is within its bound, and a wrong one is not',
  async (t) => {
    const x = Array.from({ length: 2001 }, (_, i) => round((i - 1000) / 100));
    for (const provider of ['cpu', 'portable'] as const)
      for (const name of Object.keys(FUNCTIONS)) {
        const isPositive = name === 'Log' || name === 'Sqrt';
        const numbers = x.map((one) => (isPositive ? Math.abs(one) + 0.001 : one === 0 ? 0.5 : one));
        const { operands, result } = await compute(provider, node(name, ['x']), [tensorOf('float32', [2001], numbers)]);
        t.equal(firstOutside(node(name, ['x']), operands, result), null, `${provider} ${name}`);
        const wrong = numbersOf(result).map((y, i) => (i === 1100 ? y * 1.01 + 1e-3 : y));
        t.equal(firstOutside(node(name, ['x']), operands, tensorOf('float32', [2001], wrong)), 1100, name);
      }
  },
);

/** One node on a provider. */
async function compute(provider: 'cpu' | 'portable', of: Node, operands: readonly Tensor[], shape?: readonly number[]) {
  const inputs = of.inputs.map((name, i) => {
    const { dtype, shape: own } = operands[i] as Tensor;
    return { name, dtype, shape: own };
  });
  const outputs = [{ name: 'y', dtype: 'float32' as const, shape: shape ?? (operands[0] as Tensor).shape }];
  const graph = { name: 'one', inputs, outputs, nodes: [of], initializers: new Map(), opaque: new Map(), values: [] };
  const session = await openSession(encodeModel({ opset: OPSET, graph }), { provider, memoryBytes: 2 ** 31 });
  const feeds = new Map(of.inputs.map((name, i) => [name, operands[i] as Tensor]));
  const result = fromValues(await session.run(toValues(feeds), ['y'])).get('y') as Tensor;
  await session.close();
  return { operands, result: { ...result, data: result.data.slice() } };
}

const wave = (shape: readonly number[], pace: number): Tensor =>
  tensorOf(
    'float32',
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(pace * i) * 3),
  );
const int = (name: string, value: number) => [name, { kind: 'int', value }] as const;

t.test('whole operators of both providers are within; an element that is moved is found', async (t) => {
  const cases: ReadonlyArray<readonly [Node, readonly Tensor[], readonly number[]]> = [
    [node('MatMul', ['a', 'b']), [wave([2, 3, 40], 0.7), wave([40, 5], 1.3)], [2, 3, 5]],
    [
      node('Gemm', ['a', 'b', 'c'], new Map([int('transA', 1), int('transB', 1)])),
      [wave([33, 4], 0.9), wave([6, 33], 1.1), wave([6], 0.3)],
      [4, 6],
    ],
    [node('Softmax', ['x'], new Map([int('axis', 1)])), [wave([3, 7, 2], 0.4)], [3, 7, 2]],
    [node('LogSoftmax', ['x'], new Map([int('axis', -1)])), [wave([3, 9], 0.4)], [3, 9]],
    [
      node('LayerNormalization', ['x', 's', 'b'], new Map([int('axis', -1)])),
      [wave([4, 16], 0.6), wave([16], 0.2), wave([16], 0.5)],
      [4, 16],
    ],
    [
      node('ReduceMean', ['x', 'axes'], new Map([int('keepdims', 0)])),
      [wave([3, 8, 5], 0.8), tensorOf('int64', [1], [1])],
      [3, 5],
    ],
    [
      node('ReduceSum', ['x', 'axes'], new Map([int('keepdims', 1)])),
      [wave([3, 8, 5], 0.8), tensorOf('int64', [2], [0, 2])],
      [1, 8, 1],
    ],
    [
      node('Transpose', ['x'], new Map([['perm', { kind: 'ints', value: [2, 0, 1] }]])),
      [wave([2, 3, 4], 0.8)],
      [4, 2, 3],
    ],
    [node('Mul', ['a', 'b']), [wave([4, 1, 3], 0.8), wave([5, 1], 0.2)], [4, 5, 3]],
    [node('Pow', ['a', 'b']), [wave([6], 0.8), tensorOf('float32', [], [2])], [6]],
  ];
  for (const provider of ['cpu', 'portable'] as const)
    for (const [of, operands, shape] of cases) {
      const { result } = await compute(provider, of, operands, shape);
      t.equal(firstOutside(of, operands, result), null, `${provider} ${of.op}`);
      const numbers = numbersOf(result);
      const last = numbers.length - 1;
      numbers[last] = (numbers[last] as number) + 0.01;
      t.equal(firstOutside(of, operands, tensorOf('float32', shape, numbers)), last, of.op);
    }
});

t.test('what has no bound says so', async (t) => {
  const x = wave([1, 1, 4, 4], 1);
  t.equal(
    soundBound(node('Conv', ['x', 'w']), [x, wave([1, 1, 3, 3], 1)], { dtype: 'float32', shape: [1, 1, 2, 2] }),
    null,
  );
  t.equal(rule('Sin', [[100]]).error, Number.POSITIVE_INFINITY);
  t.equal(rule('Div', [[1], [0]]).error, Number.POSITIVE_INFINITY);
});
