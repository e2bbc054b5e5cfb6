/** Numbers in fewer bits: float16, bfloat16 and int8, as somebody would round weights who wants to compute for less. */
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';

export type Format = (tensor: Tensor) => Tensor;

const mapped =
  (of: (numbers: readonly number[]) => (x: number) => number): Format =>
  (tensor) => {
    if (tensor.dtype !== 'float32') return tensor;
    const numbers = numbersOf(tensor);
    return tensorOf('float32', tensor.shape, numbers.map(of(numbers)));
  };

/** To the nearest number with so many bits behind the point, ties to even, and no exponent below the least. */
function significand(bits: number, least: number): (x: number) => number {
  return (x) => {
    if (x === 0 || !Number.isFinite(x)) return x;
    const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), least);
    const unit = 2 ** (exponent - bits);
    const scaled = x / unit;
    const low = Math.floor(scaled);
    const away = scaled - low;
    const isUp = away > 0.5 || (away === 0.5 && low % 2 !== 0);
    return (low + Number(isUp)) * unit;
  };
}

/** What a graphics card's TensorFloat-32 keeps of an operand, too. */
export const float16: Format = mapped(() => significand(10, -14));
export const bfloat16: Format = mapped(() => significand(7, -126));

/** Symmetric, with one scale a tensor. */
export const int8: Format = mapped((numbers) => {
  const scale = numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0) / 127;
  return (x) => (scale === 0 ? 0 : Math.round(x / scale) * scale);
});

/** The smaller half is zero. */
export const halfPruned: Format = mapped((numbers) => {
  const sizes = numbers.map(Math.abs).sort((a, b) => a - b);
  const middle = sizes[Math.floor(sizes.length / 2)] ?? 0;
  return (x) => (Math.abs(x) < middle ? 0 : x);
});

/** The second half of the columns is zero: a layer of half the units. */
export const halfDropped: Format = (tensor) => {
  const columns = tensor.shape.at(-1) ?? 1;
  const kept = numbersOf(tensor).map((x, i) => (i % columns < Math.ceil(columns / 2) ? x : 0));
  return tensor.dtype === 'float32' && columns > 1 ? tensorOf('float32', tensor.shape, kept) : tensor;
};
