/** Forms of operators on single elements, with broadcasting. */
import { OPCODES, type Opcode } from '#protocol/dispute/opcodes.ts';
import { aligned, type FormRule, flat } from './form.ts';
import { formulaOf } from './formulas.ts';

/** One operation an element, where there is a formula for its types. */
const elementwise =
  (op: Opcode): FormRule =>
  ({ call, result }) => {
    const operands = call.inputs();
    const types = operands.map(({ dtype }) => dtype);
    if (formulaOf(op, types, result.dtype) === undefined) return null;
    return { op, operands: operands.map(({ shape }, i) => aligned(i, shape, result.shape)) };
  };

/** Of a single operand it is that operand; of more than two there is no form. */
const extreme =
  (op: Opcode): FormRule =>
  (site) =>
    site.call.inputs().length === 1
      ? { op: OPCODES.MOVE, operands: [flat(0, site.result.shape)] }
      : elementwise(op)(site);

export const ELEMENTWISE: Readonly<Record<string, FormRule>> = {
  Add: elementwise(OPCODES.ADD),
  Sub: elementwise(OPCODES.SUB),
  Mul: elementwise(OPCODES.MUL),
  Div: elementwise(OPCODES.DIV),
  Sqrt: elementwise(OPCODES.SQRT),
  Neg: elementwise(OPCODES.NEG),
  Abs: elementwise(OPCODES.ABS),
  Relu: elementwise(OPCODES.RELU),
  Max: extreme(OPCODES.MAX2),
  Min: extreme(OPCODES.MIN2),
  Floor: elementwise(OPCODES.FLOOR),
  Ceil: elementwise(OPCODES.CEIL),
  Round: elementwise(OPCODES.ROUND),
  Sign: elementwise(OPCODES.SIGN),
  Less: elementwise(OPCODES.LESS),
  Equal: elementwise(OPCODES.EQUAL),
  Greater: elementwise(OPCODES.GREATER),
  Where: elementwise(OPCODES.WHERE),
  Cast: elementwise(OPCODES.CAST),
  Exp: elementwise(OPCODES.EXP),
  Erf: elementwise(OPCODES.ERF),
  Tanh: elementwise(OPCODES.TANH),
  Sigmoid: elementwise(OPCODES.SIGMOID),
  And: elementwise(OPCODES.AND),
  Or: elementwise(OPCODES.OR),
  Not: elementwise(OPCODES.NOT),
};
