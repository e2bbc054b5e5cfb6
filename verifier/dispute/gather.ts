/** The raw operands of one element, as a worker opens them and a challenger refutes them (docs/disputes.md). */
import { elementsOf, occurrencesOf, positionOf, termsOf, widthOf } from '#protocol/dispute/access.ts';
import type { Instruction, Operand } from '#protocol/dispute/instruction.ts';
import { OPCODES } from '#protocol/dispute/opcodes.ts';
import { elementAt } from './element.ts';

/** An element's bytes of a value of the same step, by the value's number and the flat place in it. */
export type ReadElement = (source: number, position: number) => Uint8Array;

const operandOf = ({ operands }: Instruction, number: number): Operand => {
  const operand = operands[number];
  if (operand === undefined) throw new RangeError(`there is no operand ${number}`);
  return operand;
};

/** A row of bytes that grows. */
class Row {
  readonly #parts: Uint8Array[] = [];

  add(...parts: Uint8Array[]): this {
    this.#parts.push(...parts);
    return this;
  }

  word(value: number): this {
    const word = new Uint8Array(4);
    new DataView(word.buffer).setUint32(0, value);
    return this.add(word);
  }

  bytes(): Uint8Array {
    const out = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }
}

/** Of a MOVE: the first operand that the element lies in. @throws RangeError where it lies in none */
export function chosenOf(instruction: Instruction, element: number): number {
  const chosen = instruction.operands.findIndex((_, i) => positionOf(instruction, i, element, 0) !== null);
  if (chosen < 0) throw new RangeError(`element ${element} lies in no operand`);
  return chosen;
}

/** Of a TAKE: where in the data, given the index. */
export function takenAt(instruction: Instruction, element: number, index: Uint8Array): number {
  const [size = 0, stride = 0] = instruction.attributes;
  const base = positionOf(instruction, 1, element, 0);
  const place = Number(elementAt(operandOf(instruction, 0).type, index));
  const counted = place < 0 ? place + size : place;
  if (base === null || counted < 0 || counted >= size) throw new RangeError(`index ${place} of ${size}`);
  return base + counted * stride;
}

/** Of a SCATTER: does the index name the element? */
export function isNamed(instruction: Instruction, element: number, index: Uint8Array): boolean {
  const [size = 1, behind = 1] = instruction.attributes;
  const place = Number(elementAt(operandOf(instruction, 1).type, index));
  return (place < 0 ? place + size : place) === Math.floor(element / behind) % size;
}

/** The element that an operand reads for a term, zeros outside. */
function term(instruction: Instruction, [operand, element, t]: readonly [number, number, number], read: ReadElement) {
  const { source, type } = operandOf(instruction, operand);
  const position = positionOf(instruction, operand, element, t);
  return position === null ? new Uint8Array(widthOf(type)) : read(source, position);
}

/** Data, then how many terms' indices name the element, and each with its index and its update. */
function scattered(instruction: Instruction, element: number, read: ReadElement): Uint8Array {
  const entries = new Row();
  let count = 0;
  for (let t = 0; t < termsOf(instruction); t++) {
    if (positionOf(instruction, 1, element, t) === null) continue;
    const index = term(instruction, [1, element, t], read);
    if (!isNamed(instruction, element, index)) continue;
    entries.word(t).add(index, term(instruction, [2, element, t], read));
    count++;
  }
  const data = term(instruction, [0, element, 0], read);
  return new Row().add(data).word(count).add(entries.bytes()).bytes();
}

/** @throws RangeError when the result has no such element, or the instruction no form */
export function gather(instruction: Instruction, element: number, read: ReadElement): Uint8Array {
  const { op, operands } = instruction;
  if (op < OPCODES.MOVE) throw new RangeError(`opcode ${op} has no operands`);
  if (!Number.isInteger(element) || element < 0 || element >= elementsOf(instruction))
    throw new RangeError(`no element ${element}`);
  if (op === OPCODES.SCATTER) return scattered(instruction, element, read);
  if (op === OPCODES.MOVE) {
    const alone = operands.length === 1 ? 0 : chosenOf(instruction, element);
    return term(instruction, [alone, element, 0], read).slice();
  }
  if (op === OPCODES.TAKE) {
    const index = term(instruction, [0, element, 0], read);
    return new Row().add(index, read(operandOf(instruction, 1).source, takenAt(instruction, element, index))).bytes();
  }
  const row = new Row();
  operands.forEach((_, operand) => {
    for (let t = 0; t < occurrencesOf(instruction, operand); t++)
      row.add(term(instruction, [operand, element, t], read));
  });
  return row.bytes();
}
