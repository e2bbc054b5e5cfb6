/** Long streams of random numbers that all nodes agree on, such as weights and masks are made from: AES-128 in counter mode. */
import { type Cipheriv, createCipheriv } from 'node:crypto';
import { hashToBytes, sha256 } from '#protocol/codec/digest.ts';
import type { Hash } from '#protocol/ids.ts';
import { RandomWords } from './random.ts';

const ZEROS = Buffer.alloc(8 * 1024);
const COUNTER = Buffer.alloc(16);
const WORD_BYTES = 4;

/**
 * Key = first 16 bytes of SHA-256(seed ‖ purpose). AES-128 in counter mode (NIST SP 800-38A, 6.5) with this key, the counter
 * from zero, encrypts zeros; each 4 bytes are a little-endian word. Purposes share no stream.
 */
export class Keystream extends RandomWords {
  readonly #cipher: Cipheriv;
  #words = new DataView(new ArrayBuffer(0));
  #next = 0;

  constructor(seed: Hash, purpose: string) {
    super();
    const key = sha256(Buffer.concat([hashToBytes(seed), Buffer.from(purpose, 'utf8')])).subarray(0, 16);
    this.#cipher = createCipheriv('aes-128-ctr', key, COUNTER);
  }

  word(): number {
    if (this.#next === this.#words.byteLength) this.#refill();
    const word = this.#words.getUint32(this.#next, true);
    this.#next += WORD_BYTES;
    return word;
  }

  #refill(): void {
    const bytes = this.#cipher.update(ZEROS);
    this.#words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#next = 0;
  }

  /** Uniform in [0, 1): the upper 24 bits of each word in units of 2^-24, exact in float32. */
  fill(numbers: Float32Array): void {
    for (let at = 0; at < numbers.length; ) {
      if (this.#next === this.#words.byteLength) this.#refill();
      const [words, from] = [this.#words, this.#next];
      const count = Math.min((words.byteLength - from) / WORD_BYTES, numbers.length - at);
      for (let i = 0; i < count; i++) numbers[at + i] = (words.getUint32(from + WORD_BYTES * i, true) >>> 8) * 2 ** -24;
      this.#next += WORD_BYTES * count;
      at += count;
    }
  }
}
