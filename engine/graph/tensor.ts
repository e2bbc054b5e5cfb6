/** A tensor outside any runtime: element type, shape, and raw little-endian bytes in row-major order. */

export type DataType = 'float32' | 'float64' | 'int64' | 'int32' | 'uint8' | 'bool';

export interface Tensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export const bytesPerElement: Readonly<Record<DataType, number>> = {
  float32: 4,
  float64: 8,
  int64: 8,
  int32: 4,
  uint8: 1,
  bool: 1,
};

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function byteLength(dtype: DataType, shape: readonly number[]): number {
  return elementCount(shape) * bytesPerElement[dtype];
}
