/** Between a tensor's bytes and numbers. */
import { modelError } from '#engine/onnx/errors.ts';
import type { DataType, Tensor } from './tensor.ts';

const MOST = 2n ** 63n - 1n;

/** Numbers near 2^63 stand for the largest integer: exporters write it for "to the end". */
function wholeOf(value: number): bigint {
  if (!Number.isInteger(value))
    throw modelError('SHAPE', { where: 'a tensor of whole numbers', why: `it has ${value}` });
  const whole = BigInt(value);
  return whole > MOST ? MOST : whole < -MOST ? -MOST : whole;
}

export function tensorOf(dtype: DataType, shape: readonly number[], values: readonly number[]): Tensor {
  const fill = (array: Float32Array | Float64Array | Int32Array | Uint8Array | BigInt64Array): Tensor => ({
    dtype,
    shape,
    data: new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
  });
  switch (dtype) {
    case 'float32':
      return fill(Float32Array.from(values));
    case 'float64':
      return fill(Float64Array.from(values));
    case 'int64':
      return fill(BigInt64Array.from(values, wholeOf));
    case 'int32':
      return fill(Int32Array.from(values));
    case 'uint8':
    case 'bool':
      return fill(Uint8Array.from(values));
  }
}

export function numbersOf({ dtype, data }: Tensor): number[] {
  // A copy lies on every boundary.
  const { buffer } = new Uint8Array(data);
  switch (dtype) {
    case 'float32':
      return [...new Float32Array(buffer)];
    case 'float64':
      return [...new Float64Array(buffer)];
    case 'int64':
      return Array.from(new BigInt64Array(buffer), Number);
    case 'int32':
      return [...new Int32Array(buffer)];
    case 'uint8':
    case 'bool':
      return [...new Uint8Array(buffer)];
  }
}
