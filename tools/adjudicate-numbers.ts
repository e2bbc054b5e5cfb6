/** Operands that are hard on floating-point arithmetic, from a seed. */
import type { Tensor } from '#engine/graph/tensor.ts';
import { float32Of, float64Of } from '#verifier/arithmetic/bits.ts';

const SPECIAL = [
  0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x00800000, 0x3f800000, 0xbf800000, 0x3f000000, 0xbf000000, 0x4b000001,
  0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000,
];

/**
 * `usual`: what learning meets. `sparse`: half of them zeros. `wide`: exponents in ±40. `cancelling`: neighbours that nearly annul each
 * other. `tiny`: products are subnormal, or nothing. `huge`: sums overflow. `raw`: any 32 bits, infinities and NaN too.
 */
export const KINDS = ['usual', 'sparse', 'wide', 'cancelling', 'tiny', 'huge', 'raw'] as const;
export type Kind = (typeof KINDS)[number];

export class Numbers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 32 bits: a counter, and its bits mixed. */
  word(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return (x ^ (x >>> 15)) >>> 0;
  }

  below(bound: number): number {
    return this.word() % bound;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** A float32 with an exponent field in [least, most]. */
  #between(least: number, most: number): number {
    const field = least + this.below(most - least + 1);
    return float32Of(((this.word() & 0x807fffff) | (field << 23)) >>> 0);
  }

  float32(kind: Kind): number {
    switch (kind) {
      case 'usual':
      case 'cancelling':
        return this.#between(119, 129);
      case 'sparse':
        return this.below(2) === 0 ? 0 : this.#between(119, 129);
      case 'wide':
        return this.#between(87, 167);
      case 'tiny':
        return this.#between(0, 127);
      case 'huge':
        return this.#between(150, 200);
      case 'raw':
        return this.below(8) === 0 ? float32Of(this.pick(SPECIAL)) : float32Of(this.word());
    }
  }

  float32s(count: number, kind: Kind): Float32Array {
    const made = Float32Array.from({ length: count }, () => this.float32(kind));
    if (kind !== 'cancelling') return made;
    for (let i = 1; i < count; i += 2) {
      // The last bits differ.
      const before = made[i - 1] as number;
      made[i] = -before * (1 + this.below(3) * 2 ** -23);
    }
    return made;
  }

  /** Numbers near those of another operand, its own negatives among them, so that sums cancel and comparisons tie. */
  nearTo(others: Float32Array, kind: Kind): Float32Array {
    return others.map((other) => {
      const way = this.below(4);
      if (way === 0) return this.below(2) === 0 ? other : -other;
      if (way === 1) return Math.fround(-other * (1 + (this.below(7) - 3) * 2 ** -23));
      if (way === 2) return Math.fround(other * 2 ** (this.below(52) - 26) * (1 + this.below(2 ** 23) * 2 ** -23));
      return this.float32(kind);
    });
  }

  float64s(count: number): Float64Array {
    return Float64Array.from({ length: count }, () => {
      const bits = (BigInt(this.word()) << 32n) | BigInt(this.word());
      // Near float32's range, its subnormals and ties; or anything at all.
      if (this.below(4) === 0) return float64Of(bits);
      const near = this.float32('raw') * (1 + this.below(5) * 2 ** -25);
      return this.below(2) === 0 ? near : near * (1 + (this.below(3) - 1) * 2 ** -50);
    });
  }

  int64s(count: number): BigInt64Array {
    return BigInt64Array.from({ length: count }, () => {
      const bits = (BigInt(this.word()) << 32n) | BigInt(this.word());
      const short = BigInt.asIntN(64, bits) >> BigInt(this.below(64));
      // A tie of 24 bits, and its neighbours.
      if (this.below(3) > 0) return short;
      return ((short >> 40n) * 2n + 1n) * 2n ** BigInt(this.below(38)) + BigInt(this.below(3) - 1);
    });
  }
}

type Elements = Float32Array | Float64Array | BigInt64Array | Uint8Array;

export function tensorWith(numbers: Elements, shape: readonly number[] = [numbers.length]): Tensor {
  const data = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  if (numbers instanceof Float32Array) return { dtype: 'float32', shape, data };
  if (numbers instanceof Float64Array) return { dtype: 'float64', shape, data };
  return { dtype: numbers instanceof BigInt64Array ? 'int64' : 'bool', shape, data };
}
