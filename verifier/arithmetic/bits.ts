/** Floating-point numbers as the bits that chains and files hold, and back. */
const view = new DataView(new ArrayBuffer(8));

/** Quiet, positive, without a payload: processors differ in theirs, so that any NaN counts as this one. */
export const NAN32 = 0x7fc00000;
export const NAN64 = 0x7ff8000000000000n;

export function bitsOf32(value: number): number {
  if (Number.isNaN(value)) return NAN32;
  view.setFloat32(0, value);
  return view.getUint32(0);
}

export function float32Of(bits: number): number {
  view.setUint32(0, bits);
  return view.getFloat32(0);
}

export function bitsOf64(value: number): bigint {
  if (Number.isNaN(value)) return NAN64;
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

export function float64Of(bits: bigint): number {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}
