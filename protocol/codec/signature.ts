/** secp256k1 signatures as the chain reads them: 65 bytes r ‖ s ‖ v as 0x-hex, and the address that made one. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import type { Address, Hash } from '../ids.ts';

const SIGNATURE = /^0x[0-9a-f]{130}$/;

/** The last 20 bytes of the keccak-256 of the public key, yellow paper appendix F. */
function addressOf(point: { toBytes(compressed: boolean): Uint8Array }): Address {
  return `0x${bytesToHex(keccak_256(point.toBytes(false).subarray(1)).subarray(12))}` as Address;
}

/**
 * The operator whose key signed the digest; null for anything that OpenZeppelin's ECDSA.recover refuses as well:
 * a wrong length, v other than 27 or 28, s in the upper half (EIP-2: a second form of the same signature).
 */
export function recoverAddress(digest: Hash, signature: string): Address | null {
  if (!SIGNATURE.test(signature)) return null;
  const v = Number.parseInt(signature.slice(130), 16);
  if (v !== 27 && v !== 28) return null;
  try {
    const { r, s } = secp256k1.Signature.fromHex(signature.slice(2, 130));
    const parsed = new secp256k1.Signature(r, s, v - 27);
    return parsed.hasHighS() ? null : addressOf(parsed.recoverPublicKey(hexToBytes(digest.slice(2))));
  } catch {
    return null;
  }
}

/** Signs a 32-byte digest as it is (no prefix, no second hash), with the nonce of RFC 6979. */
export function signDigest(digest: Hash, privateKey: Uint8Array): `0x${string}` {
  const bytes = secp256k1.sign(hexToBytes(digest.slice(2)), privateKey, {
    prehash: false,
    lowS: true,
    format: 'recovered',
  });
  // noble puts the recovery bit first, Ethereum last and 27 higher.
  return `0x${bytesToHex(bytes.subarray(1))}${((bytes[0] ?? 0) + 27).toString(16)}`;
}

/** The address of a private key. */
export function addressOfKey(privateKey: Uint8Array): Address {
  return addressOf(secp256k1.Point.fromBytes(secp256k1.getPublicKey(privateKey)));
}
