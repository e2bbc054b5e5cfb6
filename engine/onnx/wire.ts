/** The field numbers of ONNX that we read and write, and the writer of protobuf messages. */
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
  metadata: 16,
} as const;
export const PROPERTY = { key: 1, value: 2 } as const;
export const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const;
export const ATTRIBUTE = { name: 1, f: 2, i: 3, s: 4, t: 5, floats: 7, ints: 8, type: 20, refName: 21 } as const;
export const ATTRIBUTE_TYPE = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  graphs: 10,
} as const;
export const TENSOR = {
  dims: 1,
  dataType: 2,
  segment: 3,
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
/** Bytes per element of the types that are only passed on, where they are whole bytes. */
export const PASSED_ON_WIDTH: ReadonlyMap<number, number> = new Map([
  [3, 1], // int8
  [4, 2], // uint16
  [5, 2], // int16
  [10, 2], // float16
  [12, 4], // uint32
  [13, 8], // uint64
  [16, 2], // bfloat16
]);
const DATA_TYPES = new Map(Object.entries(ELEMENT_TYPE).map(([dtype, number]) => [number, dtype as DataType]));
export const dataTypeOf = (elementType: number): DataType | undefined => DATA_TYPES.get(elementType);

const WIRE = { varint: 0, bytes: 2, fixed32: 5 } as const;

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
