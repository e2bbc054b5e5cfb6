/** Operators on single elements, casts, and those that fold a few elements into one. */
import type { AttributeArgument } from '#engine/graph/build.ts';
import type { OperatorName } from '#engine/ops/catalogue.ts';
import * as f32 from '#verifier/arithmetic/float32.ts';
import { int64ToFloat32, int64ToFloat64, toFloat32 } from '#verifier/arithmetic/float64.ts';
import { erf, exp, sigmoid, tanh } from '#verifier/arithmetic/kernels.ts';
import { type Kind, KINDS, type Numbers, tensorWith } from './adjudicate-numbers.ts';
import type { Trial } from './adjudicate-trial.ts';

/** Odd: a vector's last lanes are computed in another way. */
const COUNT = 4099;
const FLOAT32 = 1;
const FLOAT64 = 11;

type Elements = Float32Array | Float64Array | BigInt64Array | Uint8Array;
type Predict = (...operands: number[]) => number | boolean;

interface Mapped {
  readonly op: OperatorName;
  readonly title?: string;
  readonly operands: readonly Elements[];
  readonly attributes?: Readonly<Record<string, AttributeArgument>>;
  /** Of the operands' elements at the same place. */
  readonly predict: (...elements: never[]) => number | boolean | bigint;
}

function mapped({ op, title = op, operands, attributes = {}, predict }: Mapped): Trial {
  const tensors = operands.map((each) => tensorWith(each));
  return {
    op: title,
    feeds: Object.fromEntries(tensors.map((tensor, i) => [`x${i}`, tensor])),
    build: (b) =>
      b.op(
        op,
        tensors.map((tensor, i) => b.input(`x${i}`, tensor)),
        attributes,
      ),
    predict: (at) => predict(...(operands.map((each) => each[at % each.length]) as never[])),
  };
}

const UNARY: ReadonlyArray<readonly [OperatorName, (a: number) => number]> = [
  ['Sqrt', f32.sqrt],
  ['Relu', f32.relu],
  ['Neg', f32.neg],
  ['Abs', f32.abs],
  ['Sign', f32.sign],
  ['Floor', f32.floor],
  ['Ceil', f32.ceil],
  ['Round', f32.round],
  ['Exp', exp],
  ['Erf', erf],
  ['Tanh', tanh],
  ['Sigmoid', sigmoid],
];

const BINARY: ReadonlyArray<readonly [OperatorName, (a: number, b: number) => number | boolean]> = [
  ['Add', f32.add],
  ['Sub', f32.sub],
  ['Mul', f32.mul],
  ['Div', f32.div],
  ['Max', f32.max],
  ['Min', f32.min],
  ['Greater', (a, b) => a > b],
  ['Less', (a, b) => a < b],
  ['Equal', (a, b) => a === b],
];

/** Which of two equal zeros comes out: the second one, but in a vector's last lanes, where it is the first. */
const LOOSE = new Set<OperatorName>(['Max', 'Min']);

const WIDE: ReadonlyArray<readonly [OperatorName, Predict]> = [
  ['Add', (a = 0, b = 0) => a + b],
  ['Sub', (a = 0, b = 0) => a - b],
  ['Mul', (a = 0, b = 0) => a * b],
  ['Div', (a = 0, b = 0) => a / b],
];

const unary = (numbers: Numbers): Trial => {
  const [op, predict] = numbers.pick(UNARY);
  return mapped({ op, operands: [numbers.float32s(COUNT, numbers.pick(KINDS))], predict });
};

const binary = (numbers: Numbers): Trial => {
  const [op, predict] = numbers.pick(BINARY);
  const kind: Kind = numbers.pick(KINDS);
  const left = numbers.float32s(COUNT, kind);
  return { ...mapped({ op, operands: [left, numbers.nearTo(left, kind)], predict }), hasLooseZero: LOOSE.has(op) };
};

const wide = (numbers: Numbers): Trial => {
  const [op, predict] = numbers.pick(WIDE);
  return mapped({ op, title: `${op}, float64`, operands: [numbers.float64s(COUNT), numbers.float64s(COUNT)], predict });
};

const wideRoot = (numbers: Numbers): Trial =>
  mapped({
    op: 'Sqrt',
    title: 'Sqrt, float64',
    operands: [numbers.float64s(COUNT)],
    predict: (a: number) => Math.sqrt(a),
  });

const where = (numbers: Numbers): Trial => {
  const chosen = Uint8Array.from({ length: COUNT }, () => numbers.below(2));
  const [a, b] = [numbers.float32s(COUNT, 'raw'), numbers.float32s(COUNT, 'raw')];
  return mapped({
    op: 'Where',
    operands: [chosen, a, b],
    predict: (c: number, x: number, y: number) => f32.where(c === 1, x, y),
  });
};

const cast = (numbers: Numbers): Trial => {
  const to = (type: number, title: string, operand: Elements, predict: Mapped['predict']): Trial =>
    mapped({ op: 'Cast', title: `Cast, ${title}`, operands: [operand], attributes: { to: type }, predict });
  return numbers.pick([
    () => to(FLOAT32, 'float64 to float32', numbers.float64s(COUNT), toFloat32),
    () => to(FLOAT64, 'float32 to float64', numbers.float32s(COUNT, 'raw'), (a: number) => a),
    () => to(FLOAT32, 'int64 to float32', numbers.int64s(COUNT), int64ToFloat32),
    () => to(FLOAT64, 'int64 to float64', numbers.int64s(COUNT), int64ToFloat64),
  ])();
};

/** Sums along the leading axis add row to row, from +0; the largest along an axis. */
const fold = (numbers: Numbers): Trial => {
  const [rows, columns] = [2 + numbers.below(40), 2 + numbers.below(100)];
  const isSum = numbers.below(2) === 0;
  // Which of two equal zeros is the largest, and whether a NaN is, depends on where in memory the operand begins.
  const x = numbers.float32s(
    rows * columns,
    numbers.pick(isSum ? KINDS : (['usual', 'wide', 'tiny', 'huge'] as const)),
  );
  // Two leading axes are as one.
  const apart = numbers.pick([[rows], [1, rows], rows % 2 === 0 ? [2, rows / 2] : [rows]]);
  const axes = apart.map((_, axis) => axis);
  const tensor = tensorWith(x, [...apart, columns]);
  return {
    hasLooseZero: !isSum,
    op: isSum ? 'ReduceSum, leading axis' : 'ReduceMax',
    feeds: { x: tensor },
    build: (b) => b.op(isSum ? 'ReduceSum' : 'ReduceMax', [b.input('x', tensor), b.integers(axes)], { keepdims: 0 }),
    predict(at) {
      const column = Array.from({ length: rows }, (_, i) => x[i * columns + at] as number);
      return column.reduce(isSum ? f32.add : f32.max);
    },
  };
};

/** Additions to one element follow each other in the order of the indices. */
const scatter = (numbers: Numbers): Trial => {
  const [rows, count] = [1 + numbers.below(50), 100 + numbers.below(400)];
  const kind: Kind = numbers.pick(KINDS);
  const [into, updates] = [numbers.float32s(rows, kind), numbers.float32s(count, kind)];
  const indices = Array.from({ length: count }, () => numbers.below(rows));
  const [data, added] = [tensorWith(into), tensorWith(updates)];
  return {
    op: 'ScatterElements, add',
    feeds: { data, added },
    build: (b) =>
      b.op('ScatterElements', [b.input('data', data), b.integers(indices), b.input('added', added)], {
        axis: 0,
        reduction: { kind: 'string', value: 'add' },
      }),
    predict: (at) =>
      indices.reduce((sum, index, i) => (index === at ? f32.add(sum, updates[i] as number) : sum), into[at] as number),
  };
};

/** The first of the largest under a window, as the runtime finds it where its place is asked for too; a NaN is never larger. */
const pool = (numbers: Numbers): Trial => {
  const [channels, kernel] = [1 + numbers.below(6), 2 + numbers.below(2)];
  const places = 2 + numbers.below(6);
  const side = places * kernel;
  const x = numbers.float32s(channels * side ** 2, numbers.pick(['usual', 'sparse', 'wide', 'tiny'] as const));
  const tensor = tensorWith(x, [1, channels, side, side]);
  const [kernelShape, strides] = [
    [kernel, kernel],
    [kernel, kernel],
  ];
  return {
    op: 'MaxPool, with places',
    feeds: { x: tensor },
    build: (b) => b.ops('MaxPool', [b.input('x', tensor)], { kernel_shape: kernelShape, strides }, 2)[0] as string,
    predict(at) {
      const [column, row] = [at % places, Math.floor(at / places)];
      let largest = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < kernel ** 2; i++) {
        const y = row * kernel + Math.floor(i / kernel);
        const seen = x[y * side + column * kernel + (i % kernel)] as number;
        if (seen > largest) largest = seen;
      }
      return largest;
    },
  };
};

export const ELEMENT_TRIALS = [unary, unary, binary, binary, cast, wide, wideRoot, where, fold, scatter, pool] as const;
