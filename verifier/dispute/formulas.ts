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

const wrapped = (whole: bigint): bigint => BigInt.asIntN(64, whole);

const floating = (narrow: Formula, wide: (a: number, b: number) => number): Formulas => ({
  'float32 float32 > float32': narrow,
  'float64 float64 > float64': wide,
});
const compared = (formula: (a: Element, b: Element) => boolean): Formulas => ({
  'float32 float32 > bool': formula,
  'float64 float64 > bool': formula,
  'int64 int64 > bool': formula,
});
const unary = (formula: (a: number) => number): Formulas => ({ 'float32 > float32': formula });
const binary = (formula: (a: number, b: number) => number): Formulas => ({ 'float32 float32 > float32': formula });
const logical = (formula: (a: number, b: number) => boolean): Formulas => ({ 'bool bool > bool': formula });

const FORMULAS: ReadonlyMap<Opcode, Formulas> = new Map<Opcode, Formulas>([
  [
    OPCODES.ADD,
    {
      ...floating(f32.add, (a, b) => a + b),
      'int64 int64 > int64': (a: bigint, b: bigint) => wrapped(a + b),
    },
  ],
  [
    OPCODES.SUB,
    {
      ...floating(f32.sub, (a, b) => a - b),
      'int64 int64 > int64': (a: bigint, b: bigint) => wrapped(a - b),
    },
  ],
  [
    OPCODES.MUL,
    {
      ...floating(f32.mul, (a, b) => a * b),
      'int64 int64 > int64': (a: bigint, b: bigint) => wrapped(a * b),
    },
  ],
  [OPCODES.DIV, floating(f32.div, (a, b) => a / b)],
  [OPCODES.SQRT, { ...unary(f32.sqrt), 'float64 > float64': (a: number) => Math.sqrt(a) }],
  [OPCODES.NEG, unary(f32.neg)],
  [OPCODES.ABS, unary(f32.abs)],
  [OPCODES.RELU, unary(f32.relu)],
  [OPCODES.MAX2, binary(f32.max)],
  [OPCODES.MIN2, binary(f32.min)],
  [OPCODES.FLOOR, unary(f32.floor)],
  [OPCODES.CEIL, unary(f32.ceil)],
  [OPCODES.ROUND, unary(f32.round)],
  [OPCODES.SIGN, unary(f32.sign)],
  [OPCODES.LESS, compared((a, b) => a < b)],
  [OPCODES.EQUAL, compared((a, b) => a === b)],
  [OPCODES.GREATER, compared((a, b) => a > b)],
  [OPCODES.WHERE, { 'bool float32 float32 > float32': (c: number, a: number, b: number) => f32.where(c !== 0, a, b) }],
  [
    OPCODES.CAST,
    {
      'float64 > float32': toFloat32,
      'float32 > float64': (a: number) => a,
      'int64 > float32': int64ToFloat32,
      'int64 > float64': int64ToFloat64,
    },
  ],
  [OPCODES.EXP, unary(exp)],
  [OPCODES.ERF, unary(erf)],
  [OPCODES.TANH, unary(tanh)],
  [OPCODES.SIGMOID, unary(sigmoid)],
  [OPCODES.AND, logical((a, b) => a !== 0 && b !== 0)],
  [OPCODES.OR, logical((a, b) => a !== 0 || b !== 0)],
  [OPCODES.NOT, { 'bool > bool': (a: number) => a === 0 }],
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
