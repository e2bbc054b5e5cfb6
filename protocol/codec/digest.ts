/** The two hash functions of the network, sha2-256 and keccak-256, and hashes as hex or bytes. */
import { hash as nodeHash } from 'node:crypto';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { type Hash, hash } from '../ids.ts';

/** Off-chain content and tensors. node:crypto's one-shot digest is a pure function that uses the processor's SHA instructions. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return nodeHash('sha256', bytes, 'buffer');
}

export function sha256Hash(bytes: Uint8Array): Hash {
  return `0x${nodeHash('sha256', bytes, 'hex')}` as Hash;
}

/** What Solidity hashes too. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return keccak_256(bytes);
}

export function keccak256Hash(bytes: Uint8Array): Hash {
  return bytesToHash(keccak_256(bytes));
}

/** @throws RangeError unless there are 32 bytes */
export function bytesToHash(bytes: Uint8Array): Hash {
  return hash(`0x${bytesToHex(bytes)}`);
}

export function hashToBytes(of: Hash): Uint8Array {
  return hexToBytes(of.slice(2));
}

export function toHex(bytes: Uint8Array): `0x${string}` {
  return `0x${bytesToHex(bytes)}`;
}

/** @throws RangeError unless the text is 0x and an even number of hex digits */
export function fromHex(text: string): Uint8Array {
  if (!/^0x(?:[0-9a-fA-F]{2})*$/.test(text)) throw new RangeError(`not hex: ${text.slice(0, 80)}`);
  return hexToBytes(text.slice(2));
}
