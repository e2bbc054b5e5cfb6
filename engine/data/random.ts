/** Random numbers that all nodes agree on: numbers below a bound without bias, from SHA-256 in counter mode where few are needed. */
import { hashToBytes, sha256 } from '#protocol/codec/digest.ts';
import type { Hash } from '#protocol/ids.ts';

const WORDS = 8;

/** Numbers made of uniform 32-bit words. */
export abstract class RandomWords {
  abstract word(): number;

  /** Uniform in [0, bound), 1 ≤ bound ≤ 2^32: words beyond the last whole multiple of the bound are thrown away. */
  below(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let word = this.word();
    while (word >= limit) word = this.word();
    return word % bound;
  }

  /** Uniform in [-2^(bits-1), 2^(bits-1)), from the upper bits of a word; 1 ≤ bits ≤ 32. */
  signed(bits: number): number {
    return (this.word() >>> (32 - bits)) - 2 ** (bits - 1);
  }
}

/** SHA-256(seed ‖ purpose ‖ counter), big-endian, the counter in 8 bytes. Purposes share no stream. */
export class SeededRandom extends RandomWords {
  readonly #block: Buffer;
  readonly #counterAt: number;
  #digest: Buffer = Buffer.alloc(0);
  #counter = 0n;
  #next = WORDS;

  constructor(seed: Hash, purpose: string) {
    super();
    const head = Buffer.concat([hashToBytes(seed), Buffer.from(purpose, 'utf8')]);
    this.#counterAt = head.length;
    this.#block = Buffer.concat([head, Buffer.alloc(8)]);
  }

  word(): number {
    if (this.#next === WORDS) {
      this.#block.writeBigUInt64BE(this.#counter++, this.#counterAt);
      const digest = sha256(this.#block);
      this.#digest = Buffer.from(digest.buffer, digest.byteOffset, digest.length);
      this.#next = 0;
    }
    return this.#digest.readUInt32BE(4 * this.#next++);
  }
}
