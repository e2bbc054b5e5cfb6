/** The smallest writer of ONNX graphs; the golden suite has its own, so that its bytes never follow a change of the compiler. */
import type { DataType } from '#engine/graph/tensor.ts';

/** Field numbers and enums: https://github.com/onnx/onnx/blob/v1.18.0/onnx/onnx.proto3 */
const ELEMENT: Readonly<Record<DataType, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float64: 11 };
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_INTS = 7;
const IR_VERSION = 8;
const OPSET = 18;

export interface PlainValue {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

/** `Op`, its inputs, its outputs, and attributes: integers and text. */
export interface PlainNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
}

export interface PlainNumber {
  readonly dtype: 'float32' | 'float64';
  readonly value: number;
  /** Rows of a column; a scalar if left out. */
  readonly rows?: number;
}

export interface PlainGraph {
  readonly inputs: readonly PlainValue[];
  readonly outputs: readonly PlainValue[];
  /** Small int64 vectors: axes, shapes. */
  readonly constants?: Readonly<Record<string, readonly number[]>>;
  /** Constants of float32 and float64: a number, or a column of one number. */
  readonly numbers?: Readonly<Record<string, PlainNumber>>;
  readonly nodes: readonly PlainNode[];
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** Wire types of protobuf: 0 is a varint, 2 is bytes with a length. */
const number = (field: number, value: number): Buffer => Buffer.concat([varint(field << 3), varint(value)]);
function block(field: number, content: string | Uint8Array): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}
const message = (field: number, parts: readonly Buffer[]): Buffer => block(field, Buffer.concat(parts));

function valueInfo(field: number, { name, dtype, shape }: PlainValue): Buffer {
  const dimensions = message(
    2,
    shape.map((size) => message(1, [number(1, size)])),
  );
  return message(field, [block(1, name), message(2, [message(1, [number(1, ELEMENT[dtype]), dimensions])])]);
}

function attribute(name: string, value: number | string | readonly number[]): Buffer {
  if (typeof value === 'string') return message(5, [block(1, name), block(4, value), number(20, ATTRIBUTE_STRING)]);
  if (typeof value === 'number') return message(5, [block(1, name), number(3, value), number(20, ATTRIBUTE_INT)]);
  return message(5, [block(1, name), ...value.map((n) => number(8, n)), number(20, ATTRIBUTE_INTS)]);
}

function node({ op, inputs, outputs, attributes = {} }: PlainNode): Buffer {
  return message(1, [
    ...inputs.map((name) => block(1, name)),
    ...outputs.map((name) => block(2, name)),
    block(4, op),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  ]);
}

function constant(name: string, values: readonly number[]): Buffer {
  const raw = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
  return message(5, [number(1, values.length), number(2, ELEMENT.int64), block(8, name), block(9, raw)]);
}

function numberConstant(name: string, { dtype, value, rows }: PlainNumber): Buffer {
  const values = Array<number>(rows ?? 1).fill(value);
  const { buffer } = dtype === 'float32' ? Float32Array.from(values) : Float64Array.from(values);
  const dims = rows === undefined ? [] : [number(1, rows), number(1, 1)];
  return message(5, [...dims, number(2, ELEMENT[dtype]), block(8, name), block(9, new Uint8Array(buffer))]);
}

export function encodePlainGraph({ inputs, outputs, constants = {}, numbers = {}, nodes }: PlainGraph): Uint8Array {
  const graph = message(7, [
    ...nodes.map(node),
    block(2, 'golden'),
    ...Object.entries(constants).map(([name, values]) => constant(name, values)),
    ...Object.entries(numbers).map(([name, each]) => numberConstant(name, each)),
    ...inputs.map((value) => valueInfo(11, value)),
    ...outputs.map((value) => valueInfo(12, value)),
  ]);
  return Buffer.concat([number(1, IR_VERSION), graph, message(8, [block(1, ''), number(2, OPSET)])]);
}
