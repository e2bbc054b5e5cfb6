/** What is computed ahead of constants is what the runtime computes of them at each step. */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { GraphBuilder } from '#engine/graph/build.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { isCore, type OperatorName } from '#engine/ops/catalogue.ts';
import { core } from './trials/build-trial.ts';
import { checkForward } from './trials/check-trial.ts';
import { ELEMENTWISE } from './trials/elementwise.ts';
import { INDEXING } from './trials/indexing.ts';
import { MOVEMENT } from './trials/movement.ts';
import { Dice, type Generator, operandsOf, type Trial } from './trials/trial.ts';

/** Operators whose results of constants are constants; no other operator of their families is. */
const FOLDED: readonly OperatorName[] = [
  ...(['Abs', 'Add', 'And', 'Cast', 'Ceil', 'Concat', 'Cos', 'Div', 'Equal', 'Exp', 'Expand', 'Flatten'] as const),
  ...(['Floor', 'Gather', 'Greater', 'GreaterOrEqual', 'Identity', 'Less', 'LessOrEqual', 'Log', 'Max'] as const),
  ...(['Min', 'Mod', 'Mul', 'Neg', 'Not', 'Or', 'Pow', 'Reciprocal', 'Relu', 'Reshape', 'Round', 'Sigmoid'] as const),
  ...(['Sign', 'Sin', 'Slice', 'Sqrt', 'Squeeze', 'Sub', 'Tanh', 'Transpose', 'Unsqueeze', 'Where'] as const),
];

const GENERATORS = { ...ELEMENTWISE, ...INDEXING, ...MOVEMENT };
const RUNS = 10;

const known = (trial: Trial): Trial => ({
  ...trial,
  operands: trial.operands.map((operand) => (operand === null ? null : { ...operand, role: 'constant' as const })),
});

const isFolded = (graph: Uint8Array): boolean => decodeModel(graph).graph.nodes.every(({ op }) => op === 'Identity');

async function check(t: Test, generator: Generator, wanted: boolean): Promise<void> {
  const property = fc.asyncProperty(fc.gen(), async (gen) => {
    const trial = known(generator(new Dice(gen)));
    const { op } = trial;
    fc.pre(isCore(op) && !trial.isImportOnly && !trial.isUnknownToRuntime && trial.operands.length > 0);
    if (!isCore(op)) return;
    const built = core(trial, op, 'float32');
    const isWanted = wanted && !(operandsOf(trial).length !== 2 && ['Max', 'Min'].includes(op));
    if (isFolded(built.graph) !== isWanted) throw new Error(`folded: ${!isWanted} ${JSON.stringify(trial)}`);
    await checkForward(trial, built);
  });
  const { failed, seed, counterexamplePath, errorInstance } = await fc.check(property, { numRuns: RUNS });
  t.notOk(failed, `seed ${seed}, path ${counterexamplePath}\n${errorInstance}`);
}

for (const op of Object.keys(GENERATORS)) {
  if (!isCore(op) || op === 'Constant') continue;
  t.test(op, async (t) => check(t, GENERATORS[op] as Generator, FOLDED.includes(op)));
}

/** Whole numbers, also negative ones, of two broadcast shapes. */
const whole =
  (op: string): Generator =>
  (d) => {
    const shape = d.shape(1, 3, 24);
    const type = d.pick(['int64', 'int32'] as const);
    const divisor = d.pick([-3, -2, -1, 1, 2, 3]);
    const right = ['Div', 'Mod'].includes(op)
      ? d.given(type, [1], [divisor])
      : d.whole(d.narrowed(shape), op === 'Pow' ? 0 : -4, 4, type);
    return d.trial(op, [d.whole(shape, -9, 9, type), right], { results: [type] });
  };

for (const op of ['Add', 'Div', 'Max', 'Min', 'Mod', 'Mul', 'Pow', 'Sub'])
  t.test(`${op} of whole numbers`, async (t) => check(t, whole(op), true));

for (const op of ['Abs', 'Neg', 'Sign'])
  t.test(`${op} of whole numbers`, async (t) => {
    const generator: Generator = (d) =>
      d.trial(op, [d.whole(d.shape(), -9, 9, d.pick(['int64', 'int32']))], { results: ['int64'] });
    const typed: Generator = (d) => {
      const trial = generator(d);
      return { ...trial, results: operandsOf(trial).map(({ type }) => type) };
    };
    await check(t, typed, true);
  });

t.test('remainders of floating-point numbers have the sign of the dividend', async (t) => {
  const generator: Generator = (d) => {
    const shape = d.shape();
    const numbers = Array.from({ length: elementCount(shape) }, () => d.int(-9, 9) / 2);
    const divisor = d.given('float', [], [d.pick([-1.25, 1.25, 2.25])]);
    return d.trial('Mod', [d.given('float', shape, numbers), divisor], { attributes: { fmod: 1 } });
  };
  await check(t, generator, true);
});

t.test('what has no exact number stays a node, for the runtime to decide', async (t) => {
  const b = new GraphBuilder();
  const zero = b.integers([0]);
  const huge = b.integers([2 ** 40]);
  const many = b.values('float32', [3], [Number.NaN, Number.POSITIVE_INFINITY, 1e30]);
  const made = [
    b.op('Div', [b.integers([1]), zero]),
    b.op('Mod', [b.integers([1]), zero]),
    b.op('Mul', [huge, huge]),
    b.op('Cast', [many], { to: 7 }),
    b.op('Cast', [many], { to: 6 }),
    b.op('Max', [zero, zero, huge]),
  ];
  t.same(
    made.map((name) => b.constant(name)),
    made.map(() => undefined),
  );
  t.same(b.numbers(b.op('Cast', [many], { to: 9 })), [1, 1, 1]);
});
