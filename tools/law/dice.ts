/** Chance from a seed: the same seed, the same history. */

const WORD = 2 ** 32;

/** xorshift128 of G. Marsaglia (2003), seeded by splitmix32: fast, and a fuzzer needs no more. */
export class Dice {
  readonly #state: Uint32Array;

  constructor(seed: number) {
    this.#state = new Uint32Array(4);
    let z = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      z = (z + 0x9e3779b9) >>> 0;
      let mixed = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      this.#state[i] = (mixed ^ (mixed >>> 15)) >>> 0;
    }
  }

  #word(): number {
    const s = this.#state;
    const [w, x] = [s[0] ?? 0, s[3] ?? 0];
    let t = x ^ (x << 11);
    t ^= t >>> 8;
    s.copyWithin(1, 0, 3);
    s[0] = t ^ w ^ (w >>> 19);
    return s[0] ?? 0;
  }

  /** In [0, n). */
  below(n: number): number {
    return Math.floor((this.#word() / WORD) * n);
  }

  chance(part: number): boolean {
    return this.#word() < part * WORD;
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** A number of exactly so many random bits. */
  bits(count: number): bigint {
    let value = 0n;
    for (let i = 0; i < count; i += 32) value = (value << 32n) | BigInt(this.#word());
    return value & ((1n << BigInt(count)) - 1n);
  }

  /** In [1, most], of any magnitude: as often a few as nearly all. @param most above 0 */
  amount(most: bigint): bigint {
    if (this.chance(0.1)) return most;
    if (this.chance(0.1)) return 1n;
    const size = 1 + this.below(most.toString(2).length);
    return (this.bits(size) % most) + 1n;
  }

  hex(bytes: number): `0x${string}` {
    return `0x${this.bits(bytes * 8)
      .toString(16)
      .padStart(bytes * 2, '0')}`;
  }
}
