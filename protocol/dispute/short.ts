/** Short roots: the first 20 bytes, as a log holds them, and as words of a tree. */
import type { Hash } from '../ids.ts';
import { FINE_CHUNK, tensorDigest } from '../trees/tensor.ts';
import type { Short } from './moves.ts';

const SHORT_DIGITS = 2 + 40;

export const short = (root: Hash): Short => root.slice(0, SHORT_DIGITS) as Short;

/** bytes32(bytes20): twelve zero bytes behind. */
export const shortWord = (of: Short): Hash => `${of}${'0'.repeat(24)}` as Hash;

/** Root of a tensor over chunks of 128 bytes. */
export const fineRoot = (bytes: Uint8Array): Hash => tensorDigest(bytes, FINE_CHUNK);
