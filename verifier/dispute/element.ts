/** One element between its little-endian bytes and a number; int64 as a bigint. */
import { widthOf } from '#protocol/dispute/access.ts';
import type { TensorType } from '#protocol/trees/tensor.ts';

export type Element = number | bigint;

export function elementAt(type: TensorType, bytes: Uint8Array, at = 0): Element {
  if (at + widthOf(type) > bytes.length) throw new RangeError(`no ${type} at byte ${at} of ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (type) {
    case 'float32':
      return view.getFloat32(at, true);
    case 'float64':
      return view.getFloat64(at, true);
    case 'int64':
      return view.getBigInt64(at, true);
    case 'int32':
      return view.getInt32(at, true);
    default:
      return view.getUint8(at);
  }
}

export function elementBytes(type: TensorType, value: Element): Uint8Array {
  const bytes = new Uint8Array(widthOf(type));
  const view = new DataView(bytes.buffer);
  switch (type) {
    case 'float32':
      view.setFloat32(0, Number(value), true);
      return bytes;
    case 'float64':
      view.setFloat64(0, Number(value), true);
      return bytes;
    case 'int64':
      view.setBigInt64(0, BigInt(value), true);
      return bytes;
    case 'int32':
      view.setInt32(0, Number(value), true);
      return bytes;
    default:
      bytes[0] = Number(value);
      return bytes;
  }
}

/** Elements of one type, one behind the other, as float32. */
export function float32sAt(bytes: Uint8Array, at: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Number(elementAt('float32', bytes, at + 4 * i)));
}
