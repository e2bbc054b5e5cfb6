/** One element of an instruction from its raw operands, bit by bit as the contract computes it (contracts/src/Adjudicator.sol). */
import { occurrencesOf, placeOf, termsOf, widthOf } from '#protocol/dispute/access.ts';
import type { Instruction } from '#protocol/dispute/instruction.ts';
import { BIAS, OPCODES } from '#protocol/dispute/opcodes.ts';
import type { TensorType } from '#protocol/trees/tensor.ts';
import { float32Of } from '#verifier/arithmetic/bits.ts';
import * as f32 from '#verifier/arithmetic/float32.ts';
import { product } from '#verifier/arithmetic/product.ts';
import { type Element, elementAt, elementBytes, float32sAt } from './element.ts';
import { formulaOf } from './formulas.ts';

const typeOf = (instruction: Instruction, operand: number): TensorType => {
  const type = instruction.operands[operand]?.type;
  if (type === undefined) throw new RangeError(`there is no operand ${operand}`);
  return type;
};

const at = (instruction: Instruction, operands: Uint8Array, operand: number, term = 0): Element =>
  elementAt(typeOf(instruction, operand), operands, placeOf(instruction, operand, term).offset);

function dot(instruction: Instruction, operands: Uint8Array): number {
  const [block = 0, bias, alpha = 0, beta = 0] = instruction.attributes;
  if (block === 0) throw new RangeError('a product without blocks');
  const terms = termsOf(instruction);
  const side = (operand: number): Float32Array => float32sAt(operands, placeOf(instruction, operand, 0).offset, terms);
  const added = bias === BIAS.NONE ? 0 : f32.mul(Number(at(instruction, operands, 2)), float32Of(beta));
  const sum = product(side(0), side(1), block, bias === BIAS.FRONT ? added : null, float32Of(alpha));
  return bias === BIAS.BEHIND ? f32.add(sum, added) : sum;
}

function summed(instruction: Instruction, operands: Uint8Array): Element {
  const add = formulaOf(OPCODES.ADD, [instruction.type, instruction.type], instruction.type);
  if (add === undefined) throw new RangeError(`no sum of ${instruction.type}`);
  let sum = at(instruction, operands, 0);
  for (let term = 1; term < termsOf(instruction); term++) sum = add(sum, at(instruction, operands, 0, term));
  return sum;
}

function largest(instruction: Instruction, operands: Uint8Array): number {
  let most = Number(at(instruction, operands, 0));
  for (let term = 1; term < termsOf(instruction); term++)
    most = f32.max(most, Number(at(instruction, operands, 0, term)));
  return most;
}

/** Data, a count, and the updates of the terms that name the element, added in order. */
function scattered(instruction: Instruction, operands: Uint8Array): number {
  const view = new DataView(operands.buffer, operands.byteOffset, operands.length);
  const width = widthOf(typeOf(instruction, 1));
  let sum = view.getFloat32(0, true);
  const count = view.getUint32(4);
  const entry = 4 + width + 4;
  if (operands.length !== 8 + count * entry) throw new RangeError(`${operands.length} bytes for ${count} terms`);
  for (let i = 0; i < count; i++) sum = f32.add(sum, view.getFloat32(8 + i * entry + 4 + width, true));
  return sum;
}

function computed(instruction: Instruction, operands: Uint8Array): Element {
  const { op, type } = instruction;
  switch (op) {
    case OPCODES.DOT:
      return dot(instruction, operands);
    case OPCODES.SUM:
      return summed(instruction, operands);
    case OPCODES.MAX:
      return largest(instruction, operands);
    case OPCODES.SCATTER:
      return scattered(instruction, operands);
    default: {
      const types = instruction.operands.map((operand) => operand.type);
      const formula = formulaOf(op, types, type);
      if (formula === undefined) throw new RangeError(`opcode ${op} has no form for ${types.join(', ')}`);
      return formula(...types.map((_, i) => at(instruction, operands, i)));
    }
  }
}

/** Bytes of an instruction's operands; undefined where they depend on the indices (SCATTER). */
export function operandsLength(instruction: Instruction): number | undefined {
  const { op, operands } = instruction;
  if (op === OPCODES.SCATTER) return undefined;
  if (op === OPCODES.MOVE) return widthOf(instruction.type);
  return operands.reduce((sum, { type }, i) => sum + occurrencesOf(instruction, i) * widthOf(type), 0);
}

/** @throws RangeError where the operands are not of the instruction's length, or it has no form */
export function elementOf(instruction: Instruction, operands: Uint8Array): Uint8Array {
  const length = operandsLength(instruction);
  if (length !== undefined && operands.length !== length)
    throw new RangeError(`${operands.length} bytes, not ${length}`);
  if (instruction.op === OPCODES.MOVE) return operands.slice();
  if (instruction.op === OPCODES.TAKE) return operands.slice(widthOf(typeOf(instruction, 0)));
  return elementBytes(instruction.type, computed(instruction, operands));
}

/** Which of two equal zeros is the largest is not fixed. */
const LOOSE = new Set<number>([OPCODES.MAX, OPCODES.MAX2, OPCODES.MIN2]);

/** Do both sides have the same result? The same bits; any NaN is any NaN. */
export function isSame({ op, type }: Instruction, a: Uint8Array, b: Uint8Array): boolean {
  if (Buffer.compare(a, b) === 0) return true;
  if (type !== 'float32' && type !== 'float64') return false;
  const [left, right] = [Number(elementAt(type, a)), Number(elementAt(type, b))];
  if (Number.isNaN(left) && Number.isNaN(right)) return true;
  return LOOSE.has(op) && left === 0 && right === 0;
}

/**
 * Is this the element, as the contract would say? With a NaN among the terms of a MAX each of them passes: what comes out depends on
 * the place in memory.
 */
export function isResultOf(instruction: Instruction, operands: Uint8Array, claimed: Uint8Array): boolean {
  const { op, type } = instruction;
  if (op !== OPCODES.MAX) return isSame(instruction, elementOf(instruction, operands), claimed);
  const width = widthOf(type);
  const terms = Array.from({ length: termsOf(instruction) }, (_, t) => operands.subarray(t * width, (t + 1) * width));
  const hasNaN = terms.some((term) => Number.isNaN(Number(elementAt(type, term))));
  if (!hasNaN) return isSame(instruction, elementOf(instruction, operands), claimed);
  return terms.some((term) => isSame(instruction, term, claimed));
}
