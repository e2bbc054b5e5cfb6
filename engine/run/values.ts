/** Tensors as the runtimes take and give them: views of the same bytes, a copy only where bytes lie off their boundary. */
import { createRequire } from 'node:module';
import type { Tensor as CommonTensor } from 'onnxruntime-common';
import { bytesPerElement, type DataType, elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { engineError } from './errors.ts';

/** onnxruntime-node loads the CommonJS build and passes over places for results that are of another class. */
const { Tensor: RuntimeTensor } = createRequire(import.meta.url)(
  'onnxruntime-common',
) as typeof import('onnxruntime-common');

/** A value that every runtime can read; outputs are fed back as inputs as they are. */
export type Value = CommonTensor;
export type Values = ReadonlyMap<string, Value>;

const DATA_TYPES = new Set<string>(Object.keys(bytesPerElement));

export function isDataType(text: string): text is DataType {
  return DATA_TYPES.has(text);
}

/** The runtime reads elements in place, so they must lie on their natural boundary; only misplaced bytes are copied. */
function inPlace(bytes: Uint8Array, width: number): Uint8Array {
  return bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
}

export function toValue({ dtype, shape, data }: Tensor): Value {
  const { buffer, byteOffset } = inPlace(data, bytesPerElement[dtype]);
  const count = elementCount(shape);
  switch (dtype) {
    case 'float32':
      return new RuntimeTensor('float32', new Float32Array(buffer, byteOffset, count), shape);
    case 'float64':
      return new RuntimeTensor('float64', new Float64Array(buffer, byteOffset, count), shape);
    case 'int64':
      return new RuntimeTensor('int64', new BigInt64Array(buffer, byteOffset, count), shape);
    case 'int32':
      return new RuntimeTensor('int32', new Int32Array(buffer, byteOffset, count), shape);
    case 'uint8':
      return new RuntimeTensor('uint8', new Uint8Array(buffer, byteOffset, count), shape);
    case 'bool':
      return new RuntimeTensor('bool', new Uint8Array(buffer, byteOffset, count), shape);
  }
}

/** A view of the runtime's value, not a copy. */
export function fromValue(value: Value): Tensor {
  const { type, data, dims } = value;
  if (!isDataType(type) || !ArrayBuffer.isView(data))
    throw engineError('BAD_GRAPH', { why: `a result has element type ${type}` });
  return { dtype: type, shape: dims, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

export function toValues(tensors: ReadonlyMap<string, Tensor>): Map<string, Value> {
  return new Map([...tensors].map(([name, tensor]) => [name, toValue(tensor)]));
}

export function fromValues(values: Values): Map<string, Tensor> {
  return new Map([...values].map(([name, value]) => [name, fromValue(value)]));
}
