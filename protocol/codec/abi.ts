/** The static part of Solidity's ABI encoding: one 32-byte word a value, and the keccak-256 of a row of them. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Address, Hash } from '../ids.ts';

/** A value of a static Solidity type: bytes32 and address as hex, every unsigned integer as bigint or safe number. */
export type Word = Hash | Address | bigint | number;

const WORD = 32;

function writeWord(out: Uint8Array, at: number, value: Word): void {
  if (typeof value === 'string') {
    const bytes = hexToBytes(value.slice(2));
    // bytes32 fills the word; an address (uint160) is right-aligned.
    out.set(bytes, at + WORD - bytes.length);
    return;
  }
  const integer = BigInt(value);
  if (integer < 0n || integer >> 256n !== 0n) throw new RangeError(`not a uint256: ${integer}`);
  out.set(hexToBytes(integer.toString(16).padStart(64, '0')), at);
}

/** abi.encode(words…) for static types, https://docs.soliditylang.org/en/latest/abi-spec.html */
export function encodeWords(words: readonly Word[]): Uint8Array {
  const out = new Uint8Array(words.length * WORD);
  words.forEach((word, i) => {
    writeWord(out, i * WORD, word);
  });
  return out;
}

/** keccak256(abi.encode(words…)) */
export function hashWords(words: readonly Word[]): Hash {
  return `0x${bytesToHex(keccak_256(encodeWords(words)))}` as Hash;
}

/** keccak256 of a text's UTF-8 bytes, as Solidity's keccak256("…"). */
export function hashText(text: string): Hash {
  return `0x${bytesToHex(keccak_256(utf8ToBytes(text)))}` as Hash;
}
