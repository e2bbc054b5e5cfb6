/** Verdicts: what a validator commits to, what it reveals, and the digest that only an executor of the segment can know. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { hashWords } from '../codec/abi.ts';
import type { Address, Epoch, Hash } from '../ids.ts';
import type { VerdictName } from '../ports.ts';

/** Numbers of AuditCourt.sol. */
export const VERDICT_CODE = { ok: 1, fault: 2, unavailable: 3 } as const satisfies Record<VerdictName, number>;

export interface Reveal {
  readonly validator: Address;
  readonly worker: Address;
  readonly epoch: Epoch;
  readonly verdict: VerdictName;
  readonly auditDigest: Hash;
  /** 32 random bytes, so that a verdict cannot be guessed from its commitment. */
  readonly salt: Hash;
}

/** What commitVerdict stores; it names the validator, so a copied commitment cannot be revealed by another. */
export function verdictDigest(r: Reveal): Hash {
  return hashWords([r.validator, r.worker, r.epoch, VERDICT_CODE[r.verdict], r.auditDigest, r.salt]);
}

/** Digest of a chunk of an intermediate tensor, keyed by the validator's address (DESIGN section 7, audit digest). */
export function keyedDigest(validator: Address, chunk: Uint8Array): Hash {
  return `0x${bytesToHex(keccak_256(concatBytes(hexToBytes(validator.slice(2)), chunk)))}` as Hash;
}

/** One digest for all samples of an audit, in their order. */
export function combineDigests(digests: readonly Hash[]): Hash {
  return hashWords(digests);
}
