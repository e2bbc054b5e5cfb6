/** Instructions of one operation, by opcode and element types: what is not in this table has no form on chain. */
import { OPCODES, type Opcode } from '#protocol/dispute/opcodes.ts';
import type { TensorType } from '#protocol/trees/tensor.ts';
import * as f32 from '#verifier/arithmetic/float32.ts';
import { int64ToFloat32, int64ToFloat64, toFloat32 } from '#verifier/arithmetic/float64.ts';
import { erf, exp, sigmoid, tanh } from '#verifier/arithmetic/kernels.ts';
import type { Element } from './element.ts';

type Formula = (...operands: never[]) => Element | boolean;
/** Formulas by the types of their operands. */
type Formulas = Readonly<Record<string, Formula>>;

type Whole = 'int64' | 'int32';

const WHOLES: readonly Whole[] = ['int64', 'int32'];
const NARROW: readonly TensorType[] = ['int32', 'uint8', 'bool'];

/** Two's complement: int64 as a bigint, int32 as a number. */
const wrapped = (type: Whole, value: bigint): Element =>
  type === 'int64' ? BigInt.asIntN(64, value) : Number(BigInt.asIntN(32, value));

const whole =
  (type: Whole, formula: (...operands: bigint[]) => bigint): Formula =>
  (...operands: Element[]) =>
    wrapped(type, formula(...operands.map(BigInt)));

const rows = (...entries: Array<readonly [signature: string, formula: Formula]>): Formulas =>
  Object.fromEntries(entries);

const row = (operands: readonly TensorType[], result: TensorType, formula: Formula): [string, Formula] => [
  `${operands.join(' ')} > ${result}`,
  formula,
];

const unary = (formula: (a: number) => number, wide?: (a: number) => number): Formulas =>
  rows(row(['float32'], 'float32', formula), ...(wide === undefined ? [] : [row(['float64'], 'float64', wide)]));

type Binary = (a: number, b: number) => number;

/** @param wide of float64. @param exact of whole numbers */
const binary = (narrow: Binary, wide?: Binary, exact?: (a: bigint, b: bigint) => bigint): Formulas =>
  rows(
    row(['float32', 'float32'], 'float32', narrow),
    ...(wide === undefined ? [] : [row(['float64', 'float64'], 'float64', wide)]),
    ...(exact === undefined ? [] : WHOLES.map((type) => row([type, type], type, whole(type, exact as never)))),
  );

function larger(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

const smaller = (a: bigint, b: bigint): bigint => -larger(-a, -b);

const compared = (formula: (a: Element, b: Element) => boolean, ...more: TensorType[]): Formulas =>
  rows(...(['float32', 'float64', ...WHOLES, ...more] as const).map((type) => row([type, type], 'bool', formula)));

const logical = (formula: (a: number, b: number) => boolean): Formulas => rows(row(['bool', 'bool'], 'bool', formula));

const chosen = (c: number, a: Element, b: Element): Element => (c !== 0 ? a : b);

/** Whole numbers as floats, and as wider ones; a float as a whole number has no result that is defined everywhere. */
const CASTS = rows(
  row(['float64'], 'float32', toFloat32),
  row(['float32'], 'float64', (a: number) => a),
  row(['int64'], 'float32', int64ToFloat32),
  row(['int64'], 'float64', int64ToFloat64),
  row(['int64'], 'int32', (a: bigint) => wrapped('int32', a)),
  ...NARROW.flatMap((type) => [
    row([type], 'float32', toFloat32),
    row([type], 'float64', (a: number) => a),
    row([type], 'int64', (a: number) => BigInt(a)),
  ]),
  ...(['float32', 'int32'] as const).map((type) => row([type], 'bool', (a: number) => a !== 0)),
  row(['int64'], 'bool', (a: bigint) => a !== 0n),
  row(['bool'], 'int32', (a: number) => a),
);

const FORMULAS: ReadonlyMap<Opcode, Formulas> = new Map<Opcode, Formulas>([
  [
    OPCODES.ADD,
    binary(
      f32.add,
      (a, b) => a + b,
      (a, b) => a + b,
    ),
  ],
  [
    OPCODES.SUB,
    binary(
      f32.sub,
      (a, b) => a - b,
      (a, b) => a - b,
    ),
  ],
  [
    OPCODES.MUL,
    binary(
      f32.mul,
      (a, b) => a * b,
      (a, b) => a * b,
    ),
  ],
  [OPCODES.DIV, binary(f32.div, (a, b) => a / b)],
  [OPCODES.SQRT, unary(f32.sqrt, Math.sqrt)],
  [OPCODES.NEG, unary(f32.neg, f32.neg)],
  [OPCODES.ABS, unary(f32.abs, f32.abs)],
  [OPCODES.RELU, unary(f32.relu)],
  [OPCODES.MAX2, binary(f32.max, undefined, larger)],
  [OPCODES.MIN2, binary(f32.min, undefined, smaller)],
  [OPCODES.FLOOR, unary(f32.floor)],
  [OPCODES.CEIL, unary(f32.ceil)],
  [OPCODES.ROUND, unary(f32.round)],
  [OPCODES.SIGN, unary(f32.sign)],
  [OPCODES.LESS, compared((a, b) => a < b)],
  [OPCODES.EQUAL, compared((a, b) => a === b, 'bool')],
  [OPCODES.GREATER, compared((a, b) => a > b)],
  [
    OPCODES.WHERE,
    rows(
      row(['bool', 'float32', 'float32'], 'float32', (c: number, a: number, b: number) => f32.where(c !== 0, a, b)),
      ...WHOLES.map((type) => row(['bool', type, type], type, chosen)),
    ),
  ],
  [OPCODES.CAST, CASTS],
  [OPCODES.EXP, unary(exp)],
  [OPCODES.ERF, unary(erf)],
  [OPCODES.TANH, unary(tanh)],
  [OPCODES.SIGMOID, unary(sigmoid)],
  [OPCODES.AND, logical((a, b) => a !== 0 && b !== 0)],
  [OPCODES.OR, logical((a, b) => a !== 0 || b !== 0)],
  [OPCODES.NOT, rows(row(['bool'], 'bool', (a: number) => a === 0))],
]);

/** @returns undefined where a contract could not compute it */
export function formulaOf(
  op: Opcode,
  operands: readonly TensorType[],
  result: TensorType,
): ((...operands: Element[]) => Element) | undefined {
  const formula = FORMULAS.get(op)?.[`${operands.join(' ')} > ${result}`];
  if (formula === undefined) return undefined;
  return (...elements) => {
    const value = formula(...(elements as never[]));
    return typeof value === 'boolean' ? Number(value) : value;
  };
}

/** Every row of the table. */
export const formulaTypes = (): Array<{ op: Opcode; operands: TensorType[]; result: TensorType }> =>
  [...FORMULAS].flatMap(([op, formulas]) =>
    Object.keys(formulas).map((signature) => {
      const [operands = '', result] = signature.split(' > ');
      return { op, operands: operands.split(' ') as TensorType[], result: result as TensorType };
    }),
  );
