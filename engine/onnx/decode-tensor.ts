/** A TensorProto: an initializer or the value of an attribute, whose bytes must be exactly as many as its shape says. */
import { byteLength, type DataType, elementCount, type Tensor } from '#engine/graph/tensor.ts';
import type { CorexError } from '#protocol/errors.ts';
import { modelError } from './errors.ts';
import { checkLimit } from './limits.ts';
import type { Message } from './message.ts';
import { dataTypeOf, PASSED_ON_WIDTH, TENSOR } from './wire.ts';

const EXTERNAL = 1n;

export const notOnnx = (why: string, cause?: unknown): CorexError => modelError('NOT_ONNX', { why }, cause);

export function safeInteger(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw notOnnx(`the integer ${value} is too large`);
  return number;
}

/** Sizes of which each, and whose product, stays exact. @throws CorexError MODEL_NOT_ONNX, MODEL_TOO_BIG */
function checkSizes(title: string, sizes: readonly number[]): void {
  checkLimit('axes', sizes.length);
  for (const size of sizes) {
    if (size < 0) throw notOnnx(`${title} has a negative dimension`);
    checkLimit('elements', size);
  }
  // Up to 16 factors of 2^31 stay finite.
  checkLimit('elements', elementCount(sizes));
}

/** Elements that a file keeps in typed fields instead of raw_data; counted before anything is allocated for them. */
function typedData(message: Message, dtype: DataType, count: number): Uint8Array {
  const integers = (field: number): BigInt64Array => {
    if (message.countIntegers(field) !== count) throw wrongSize(message);
    return message.integers(field);
  };
  switch (dtype) {
    case 'float32':
      return message.fixed(TENSOR.floatData, 4);
    case 'float64':
      return message.fixed(TENSOR.doubleData, 8);
    case 'int64':
      return new Uint8Array(integers(TENSOR.int64Data).buffer);
    case 'int32':
      return new Uint8Array(Int32Array.from(integers(TENSOR.int32Data), Number).buffer);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(integers(TENSOR.int32Data), Number);
  }
}

const titleOf = (message: Message): string => `tensor ${message.text(TENSOR.name)}`;
const wrongSize = (message: Message): CorexError => notOnnx(`${titleOf(message)} has not the size of its shape`);

function shapeOf(message: Message): number[] {
  checkLimit('axes', message.countIntegers(TENSOR.dims));
  const shape = Array.from(message.integers(TENSOR.dims), safeInteger);
  checkSizes(titleOf(message), shape);
  return shape;
}

/** null: an element type that we only pass on, of the right size where that is known. */
export function decodeTensor(message: Message): Tensor | null {
  if (message.has(TENSOR.externalData) || message.integer(TENSOR.dataLocation) === EXTERNAL)
    throw modelError('EXTERNAL_DATA', { tensor: message.text(TENSOR.name) });
  if (message.has(TENSOR.segment)) throw notOnnx(`${titleOf(message)} is a segment of one`);
  const elementType = Number(message.integer(TENSOR.dataType));
  const dtype = dataTypeOf(elementType);
  const shape = shapeOf(message);
  const raw = message.block(TENSOR.rawData);
  if (dtype === undefined) {
    const width = PASSED_ON_WIDTH.get(elementType);
    if (raw !== undefined && width !== undefined && raw.length !== width * elementCount(shape))
      throw wrongSize(message);
    return null;
  }
  const data = raw ?? typedData(message, dtype, elementCount(shape));
  if (data.length !== byteLength(dtype, shape)) throw wrongSize(message);
  // Native code may take any other byte for undefined behaviour.
  if (dtype === 'bool' && data.some((byte) => byte > 1))
    throw notOnnx(`${titleOf(message)} has a bool that is no bool`);
  // A copy of its own lies on every boundary and is no Buffer.
  return { dtype, shape, data: new Uint8Array(data) };
}

/** An attribute's float; more than one is no float. */
export function floatsOf(message: Message, field: number): number[] {
  const data = message.fixed(field, 4);
  checkLimit('numbers', data.length / 4);
  return [...new Float32Array(data.buffer, data.byteOffset, data.length / 4)];
}

export function intsOf(message: Message, field: number): number[] {
  checkLimit('numbers', message.countIntegers(field));
  return Array.from(message.integers(field), Number);
}
