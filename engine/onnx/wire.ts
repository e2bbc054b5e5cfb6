/** Protobuf messages as lists of fields, and the field numbers of ONNX that we read and write. */
import protobuf from 'protobufjs/minimal.js';
import type { DataType } from '#engine/graph/tensor.ts';

/** https://github.com/onnx/onnx/blob/v1.18.0/onnx/onnx.proto3 */
export const MODEL = { irVersion: 1, graph: 7, opsetImport: 8, trainingInfo: 20, functions: 25 } as const;
export const OPSET_ID = { domain: 1, version: 2 } as const;
export const GRAPH = {
  node: 1,
  name: 2,
  initializer: 5,
  input: 11,
  output: 12,
  valueInfo: 13,
  sparseInitializer: 15,
} as const;
export const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const;
export const ATTRIBUTE = { name: 1, f: 2, i: 3, s: 4, t: 5, floats: 7, ints: 8, type: 20 } as const;
export const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;
export const TENSOR = {
  dims: 1,
  dataType: 2,
  floatData: 4,
  int32Data: 5,
  int64Data: 7,
  name: 8,
  rawData: 9,
  doubleData: 10,
  externalData: 13,
  dataLocation: 14,
} as const;
export const VALUE = { name: 1, type: 2 } as const;
export const TYPE = { tensorType: 1 } as const;
export const TENSOR_TYPE = { elemType: 1, shape: 2 } as const;
export const SHAPE = { dim: 1 } as const;
export const DIMENSION = { value: 1, param: 2 } as const;

export const ELEMENT_TYPE: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};
const DATA_TYPES = new Map(Object.entries(ELEMENT_TYPE).map(([dtype, number]) => [number, dtype as DataType]));
export const dataTypeOf = (elementType: number): DataType | undefined => DATA_TYPES.get(elementType);

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** One message's fields by number, each in order of appearance. */
export class Message {
  readonly #fields = new Map<number, Array<bigint | Uint8Array>>();

  /** @throws RangeError or Error of protobufjs for bytes that are no message */
  constructor(bytes: Uint8Array) {
    const reader = protobuf.Reader.create(bytes);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      this.#add(tag >>> 3, readField(reader, tag & 7));
    }
  }

  #add(field: number, value: bigint | Uint8Array): void {
    if (field === 0) throw new RangeError('a field has number 0');
    const values = this.#fields.get(field);
    if (values === undefined) this.#fields.set(field, [value]);
    else values.push(value);
  }

  has(field: number): boolean {
    return this.#fields.has(field);
  }

  /** The byte strings of a field. */
  blocks(field: number): Uint8Array[] {
    return (this.#fields.get(field) ?? []).map((value) => {
      if (typeof value === 'bigint') throw new RangeError(`field ${field} is a number`);
      return value;
    });
  }

  messages(field: number): Message[] {
    return this.blocks(field).map((bytes) => new Message(bytes));
  }

  texts(field: number): string[] {
    return this.blocks(field).map((bytes) => new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  }

  text(field: number): string {
    return this.texts(field).at(-1) ?? '';
  }

  /** Signed varints, packed or not. */
  integers(field: number): bigint[] {
    return (this.#fields.get(field) ?? []).flatMap((value) => {
      if (typeof value === 'bigint') return [BigInt.asIntN(64, value)];
      const reader = protobuf.Reader.create(value);
      const numbers: bigint[] = [];
      while (reader.pos < reader.len) numbers.push(BigInt.asIntN(64, readVarint(reader)));
      return numbers;
    });
  }

  integer(field: number): bigint {
    return this.integers(field).at(-1) ?? 0n;
  }

  /** The bytes of 32- or 64-bit numbers, packed or not, little-endian. */
  fixed(field: number, width: 4 | 8): Uint8Array {
    const parts = (this.#fields.get(field) ?? []).map((value) => {
      if (typeof value !== 'bigint') return value;
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(value);
      return bytes.subarray(0, width);
    });
    return Buffer.concat(parts);
  }
}

function readVarint(reader: protobuf.Reader): bigint {
  return BigInt.asUintN(64, BigInt(reader.uint64().toString()));
}

function readField(reader: protobuf.Reader, wire: number): bigint | Uint8Array {
  switch (wire) {
    case WIRE.varint:
      return readVarint(reader);
    case WIRE.fixed64:
      return BigInt(reader.fixed64().toString());
    case WIRE.bytes:
      return reader.bytes();
    case WIRE.fixed32:
      return BigInt(reader.fixed32());
    default:
      throw new RangeError(`wire type ${wire}`);
  }
}

/** Writes fields in the order of the calls; the same calls give the same bytes. */
export class MessageWriter {
  readonly #writer = protobuf.Writer.create();

  integer(field: number, value: number | bigint): this {
    this.#writer.uint32((field << 3) | WIRE.varint);
    writeVarint(this.#writer, value);
    return this;
  }

  float(field: number, value: number): this {
    this.#writer.uint32((field << 3) | WIRE.fixed32).float(value);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#writer.uint32((field << 3) | WIRE.bytes).bytes(value);
    return this;
  }

  /** An empty text is not written, as proto3 has it. */
  text(field: number, value: string): this {
    return value === '' ? this : this.bytes(field, Buffer.from(value, 'utf8'));
  }

  message(field: number, fill: (writer: MessageWriter) => void): this {
    const inner = new MessageWriter();
    fill(inner);
    return this.bytes(field, inner.finish());
  }

  finish(): Uint8Array {
    // protobufjs gives a Buffer, whose slice() is no copy.
    return new Uint8Array(this.#writer.finish());
  }
}

function writeVarint(writer: protobuf.Writer, value: number | bigint): void {
  const number = Number(value);
  if (number >= 0 && number < 2 ** 32) writer.uint32(number);
  else writer.int64(number);
}
