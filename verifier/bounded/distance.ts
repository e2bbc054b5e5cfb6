/** How far two tensors are apart, in the two quantities that a profile has thresholds for. */
import { numbersOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { isSameShape } from '#engine/state/state.ts';

/** L2 over all elements, and the largest element; relative. NaN or Infinity where a number is not one. */
export interface Distance {
  readonly l2: number;
  readonly max: number;
}

/** Below this nothing is told from zero. */
export const NOTHING = 2 ** -100;

/** The elements without a copy where the bytes lie well: a state may be large. */
export function elementsOf(tensor: Tensor): ArrayLike<number> {
  const { dtype, data } = tensor;
  if (dtype === 'float32' && data.byteOffset % 4 === 0)
    return new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  return numbersOf(tensor);
}

/** L2 and largest of a - b; of a alone where there is no b. */
export function sizeOf(a: ArrayLike<number>, b?: ArrayLike<number>): Distance {
  let [squares, max] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const number = b === undefined ? (a[i] as number) : (a[i] as number) - (b[i] as number);
    squares += number * number;
    // Math.max keeps a NaN.
    max = Math.max(max, Math.abs(number));
  }
  return { l2: Math.sqrt(squares), max };
}

export const isSameKind = (a: Tensor, b: Tensor): boolean => a.dtype === b.dtype && isSameShape(a.shape, b.shape);

/** Bit patterns that are the same are no distance, whatever they mean. */
export const isSameBytes = (a: Tensor, b: Tensor): boolean => Buffer.compare(a.data, b.data) === 0;

/** Two results of the same computation, relative to the smaller one. @returns null where they are not of one type and shape */
export function distanceOf(a: Tensor, b: Tensor): Distance | null {
  if (!isSameKind(a, b)) return null;
  if (isSameBytes(a, b)) return { l2: 0, max: 0 };
  const [left, right] = [elementsOf(a), elementsOf(b)];
  const apart = sizeOf(left, right);
  const [one, other] = [sizeOf(left), sizeOf(right)];
  return {
    l2: apart.l2 / (Math.min(one.l2, other.l2) + NOTHING),
    max: apart.max / (Math.min(one.max, other.max) + NOTHING),
  };
}
