/** The operator's key as a Signer: signs raw digests, for transactions and for proofs alike. */
import { computeAddress, SigningKey } from 'ethers';
import { address, type Hash } from '#protocol/ids.ts';
import type { Signer } from '#protocol/ports.ts';

/** @param privateKey 32 bytes as 0x-hex; it stays inside the closure and is never printed */
export function openSigner(privateKey: string): Signer {
  const key = new SigningKey(privateKey);
  return {
    address: address(computeAddress(key.publicKey)),
    // RFC 6979 nonces: the same digest always gets the same signature, low s as EIP-2 asks.
    sign: async (digest: Hash) => key.sign(digest).serialized as `0x${string}`,
  };
}
