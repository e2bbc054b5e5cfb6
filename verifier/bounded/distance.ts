/** How far two tensors are apart, in the two quantities that a profile has thresholds for. */
import { numbersOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { isSameShape } from '#engine/state/state.ts';
import { U32 } from './rounding.ts';

/** L2 over all elements, and the largest element; relative. NaN or Infinity where a number is not one. */
export interface Distance {
  readonly l2: number;
  readonly max: number;
}

/** Below this nothing is told from zero. */
const NOTHING = 2 ** -100;

/** The elements without a copy where the bytes lie well: a state may be large. */
function elementsOf(tensor: Tensor): ArrayLike<number> {
  const { dtype, data } = tensor;
  if (dtype === 'float32' && data.byteOffset % 4 === 0)
    return new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  return numbersOf(tensor);
}

/** L2 and largest of a - b; of a alone where there is no b. */
function sizeOf(a: ArrayLike<number>, b?: ArrayLike<number>): Distance {
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
const isSameBytes = (a: Tensor, b: Tensor): boolean => Buffer.compare(a.data, b.data) === 0;

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

/**
 * Two ends of a segment, relative to what the segment did. Honest errors of a change D of a tensor of size W are errors
 * of D, and roundings of W: those are as rare as the first are small, which makes u sqrt(D W) of them. Hence
 * D + sqrt(D W), in which honest errors are the same for a learning rate of any size, as measured.
 * @param start null where the tensor is made anew (outputs, a merge): all of it is the change
 * @param own the validator's, whose numbers set the scale
 */
export function changeDistance(start: Tensor | null, theirs: Tensor, own: Tensor): Distance | null {
  if (!isSameKind(theirs, own) || (start !== null && !isSameKind(start, own))) return null;
  if (isSameBytes(theirs, own)) return { l2: 0, max: 0 };
  const mine = elementsOf(own);
  const apart = sizeOf(elementsOf(theirs), mine);
  const whole = sizeOf(mine);
  const change = start === null ? whole : sizeOf(mine, elementsOf(start));
  return {
    l2: apart.l2 / (change.l2 + Math.sqrt(change.l2 * whole.l2) + NOTHING),
    // A single element may always fall on the other side of a rounding.
    max: beyond(apart.max, 2 * U32 * whole.max) / (change.max + NOTHING),
  };
}

const beyond = (size: number, free: number): number => (Number.isNaN(size) ? size : Math.max(0, size - free));
