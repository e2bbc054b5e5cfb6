/** Random inputs of a step, such as the masks of dropout are made from, that whoever executes it draws alike.
 *
 * A graph's input `random.N` is filled anew at every step with
 * numbers that follow from (seed of the run, name of the input, number of the step) and from nothing else, so that whoever executes
 * the step again draws the same.
 *
 * Key = first 16 bytes of SHA-256(seed ‖ 'corex.random.v1/NAME/STEP'), the step in decimal digits. AES-128 in counter mode (NIST
 * SP 800-38A, 6.5) with this key, the counter from zero, encrypts zeros; each 4 bytes are a little-endian word, and its upper 24 bits
 * are the number in units of 2^-24: uniform in [0, 1), exact in float32.
 */
import { createCipheriv } from 'node:crypto';
import type { TensorInfo } from '#engine/state/state.ts';
import { hashToBytes, sha256 } from '#protocol/codec/digest.ts';
import type { Hash } from '#protocol/ids.ts';
import { dataError } from './errors.ts';

const PREFIX = 'random.';
const BLOCK = Buffer.alloc(64 * 1024);
const COUNTER = Buffer.alloc(16);

export function isNoise(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** @throws CorexError DATA_BAD_NOISE for an input of another type */
export function checkNoise({ name, dtype }: Pick<TensorInfo, 'name' | 'dtype'>): void {
  if (dtype !== 'float32') throw dataError('BAD_NOISE', { name, dtype });
}

/** @param into bytes of a float32 tensor, aligned to 4 */
export function fillNoise(
  { seed, name, step }: { readonly seed: Hash; readonly name: string; readonly step: number },
  into: Uint8Array,
): void {
  const text = Buffer.from(`corex.random.v1/${name}/${step}`, 'utf8');
  const key = sha256(Buffer.concat([hashToBytes(seed), text])).subarray(0, 16);
  const cipher = createCipheriv('aes-128-ctr', key, COUNTER);
  const numbers = new Float32Array(into.buffer, into.byteOffset, into.byteLength / 4);
  for (let at = 0; at < numbers.length; at += BLOCK.length / 4) {
    const count = Math.min(BLOCK.length / 4, numbers.length - at);
    const bytes = cipher.update(BLOCK.subarray(0, 4 * count));
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < count; i++) numbers[at + i] = (words.getUint32(4 * i, true) >>> 8) * 2 ** -24;
  }
}
