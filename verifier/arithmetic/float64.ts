/** The casts between float64, float32 and int64; on float64 itself + - × ÷ and Math.sqrt are the language's own. */

export const toFloat32 = (a: number): number => Math.fround(a);

/** An int64 rounded to float32 once: the numbers of 64 bits do not fit a float64. */
export function int64ToFloat32(value: bigint): number {
  const size = value < 0n ? -value : value;
  if (size < 2n ** 53n) return Math.fround(Number(value));
  // The low 11 bits are below the rounding; that there are any shows in the twelfth.
  const head = Number((size >> 11n) | (size % 2048n === 0n ? 0n : 1n));
  return Math.fround(value < 0n ? -head * 2048 : head * 2048);
}

export const int64ToFloat64 = (value: bigint): number => Number(value);
