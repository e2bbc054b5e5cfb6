/** One value of a step as an instruction, and its bytes: rows of 4-byte big-endian integers (docs/disputes.md). */
import { TENSOR_TYPES, type TensorType } from '../trees/tensor.ts';
import { type Opcode, OPCODES, opcodeName } from './opcodes.ts';

/** v = offset + Σ coefficients x; inside while 0 ≤ v < bound, and then v × stride of the flat position. */
export interface Coordinate {
  readonly bound: number;
  readonly stride: number;
  readonly offset: number;
  /** Of the result's coordinates, then of the terms'. */
  readonly coefficients: readonly number[];
}

export interface Operand {
  /** Number of the value that is read, in the same step. */
  readonly source: number;
  readonly type: TensorType;
  /** Elements of that value. */
  readonly size: number;
  readonly coordinates: readonly Coordinate[];
}

export interface Instruction {
  readonly op: Opcode;
  readonly type: TensorType;
  /** The result's shape. */
  readonly dims: readonly number[];
  /** Dimensions that are summed over; empty: one term. */
  readonly terms: readonly number[];
  readonly attributes: readonly number[];
  readonly operands: readonly Operand[];
  /** Of a STATE the head of the entry's leaf, otherwise empty. */
  readonly raw: Uint8Array;
}

const WORD = 4;

function isSigned(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;
}

/** Words of an instruction, unsigned or two's complement. */
class Writer {
  readonly #words: number[] = [];

  unsigned(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) throw new RangeError(`not a u32: ${value}`);
    this.#words.push(value);
  }

  signed(value: number): void {
    if (!isSigned(value)) throw new RangeError(`not an i32: ${value}`);
    this.#words.push(value >>> 0);
  }

  /** Its length, and the list. */
  list(values: readonly number[]): void {
    for (const value of [values.length, ...values]) this.unsigned(value);
  }

  bytes(raw: Uint8Array): Uint8Array {
    const out = new Uint8Array(this.#words.length * WORD + raw.length);
    const view = new DataView(out.buffer);
    this.#words.forEach((word, i) => {
      view.setUint32(i * WORD, word);
    });
    out.set(raw, this.#words.length * WORD);
    return out;
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  unsigned(): number {
    if (this.#at + WORD > this.#bytes.length) throw new RangeError('an instruction that ends too early');
    const value = this.#view.getUint32(this.#at);
    this.#at += WORD;
    return value;
  }

  signed(): number {
    return this.unsigned() | 0;
  }

  /** A count of things of at least a word each, so that no count makes more than the bytes can hold. */
  count(): number {
    const count = this.unsigned();
    if (count > (this.#bytes.length - this.#at) / WORD) throw new RangeError(`an instruction with a list of ${count}`);
    return count;
  }

  list(): number[] {
    return this.many(this.count(), () => this.unsigned());
  }

  many<T>(count: number, read: () => T): T[] {
    return Array.from({ length: count }, read);
  }

  type(): TensorType {
    const code = this.unsigned();
    const type = TENSOR_TYPES[code];
    if (type === undefined) throw new RangeError(`there is no type ${code}`);
    return type;
  }

  rest(): Uint8Array {
    return this.#bytes.slice(this.#at);
  }
}

export function encodeInstruction(instruction: Instruction): Uint8Array {
  const { op, type, dims, terms, attributes, operands, raw } = instruction;
  const out = new Writer();
  out.unsigned(op);
  out.unsigned(TENSOR_TYPES.indexOf(type));
  for (const list of [dims, terms, attributes]) out.list(list);
  out.unsigned(operands.length);
  for (const operand of operands) {
    out.unsigned(operand.source);
    out.unsigned(TENSOR_TYPES.indexOf(operand.type));
    out.unsigned(operand.size);
    out.unsigned(operand.coordinates.length);
    for (const { bound, stride, offset, coefficients } of operand.coordinates) {
      if (coefficients.length !== dims.length + terms.length)
        throw new RangeError(`${coefficients.length} coefficients for ${dims.length + terms.length} coordinates`);
      out.unsigned(bound);
      out.unsigned(stride);
      out.signed(offset);
      for (const coefficient of coefficients) out.signed(coefficient);
    }
  }
  return out.bytes(raw);
}

/** @throws RangeError unless the bytes are those of an instruction */
export function decodeInstruction(bytes: Uint8Array): Instruction {
  const from = new Reader(bytes);
  const op = from.unsigned();
  if (opcodeName(op) === undefined) throw new RangeError(`there is no opcode ${op}`);
  const type = from.type();
  const [dims, terms, attributes] = [from.list(), from.list(), from.list()];
  const rank = dims.length + terms.length;
  const coordinate = (): Coordinate => ({
    bound: from.unsigned(),
    stride: from.unsigned(),
    offset: from.signed(),
    coefficients: from.many(rank, () => from.signed()),
  });
  const operands = from.many(from.count(), (): Operand => {
    const [source, type, size] = [from.unsigned(), from.type(), from.unsigned()];
    return { source, type, size, coordinates: from.many(from.count(), coordinate) };
  });
  const raw = from.rest();
  if (raw.length > 0 && op !== OPCODES.STATE) throw new RangeError(`${raw.length} bytes behind an instruction`);
  return { op: op as Opcode, type, dims, terms, attributes, operands, raw };
}
