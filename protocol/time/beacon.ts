/** The randomness beacon: which round of a drand chain seeds an epoch, and what proves it. Beacon.sol computes the same. */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { hashWords } from '../codec/abi.ts';
import { type Epoch, type Hash, hash } from '../ids.ts';
import type { Law } from '../limits.ts';
import { epochTimes } from './epoch.ts';

/** A drand chain of scheme `bls-unchained-g1-rfc9380`: signatures on G1, key on G2, each round signed by itself. */
export interface BeaconChain {
  /** 96 bytes as lower-case hex, a compressed point of G2. */
  readonly publicKey: string;
  /** When round 1 appears, in seconds. */
  readonly genesis: number;
  /** Seconds from one round to the next. */
  readonly period: number;
  /** Seconds for which a block of the epoch's chain may still take transactions after the time that it states. */
  readonly margin: number;
}

/** A signed round as the contract takes it: x ‖ y, each in 64 bytes, big-endian, as EIP-2537 writes points of G1. */
export type UncompressedPoint = `0x${string}`;

const { G1, G2, shortSignatures } = bls12_381;
/** The ciphersuite's domain separation tag, https://docs.drand.love/docs/cryptography */
const DOMAIN = 'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_';
const FIELD_HEX = 128;

type PointG1 = InstanceType<typeof G1.Point>;
type PointG2 = InstanceType<typeof G2.Point>;

/** The first round at or after `time`. */
export function roundAt(chain: BeaconChain, time: number): number {
  return time <= chain.genesis ? 1 : Math.ceil((time - chain.genesis) / chain.period) + 1;
}

/** When the round appears. */
export function timeOf(chain: BeaconChain, round: number): number {
  return chain.genesis + (round - 1) * chain.period;
}

/** The round that seeds an epoch: the first one of which nobody can know anything while the epoch's work can be committed. */
export function roundOf(law: Law, chain: BeaconChain, of: Epoch): number {
  return roundAt(chain, epochTimes(law, of).commitEnds + chain.margin);
}

/** What the beacon signs: the digest of the round's number as eight bytes, big-endian. */
export function messageOf(round: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(round));
  return sha256(bytes);
}

/** The message as a point, RFC 9380 BLS12381G1_XMD:SHA-256_SSWU_RO_. */
export function pointOf(message: Uint8Array): PointG1 {
  return shortSignatures.hash(message, DOMAIN);
}

/** Whether the hex is a compressed point of G2's subgroup, and not its zero. */
export function isPublicKey(hex: string): boolean {
  try {
    keyAt(hex);
    return true;
  } catch {
    return false;
  }
}

function keyAt(hex: string): PointG2 {
  const point = G2.Point.fromHex(hex);
  if (point.is0()) throw new RangeError('zero is no public key');
  return point;
}

/** Whether the key signed the round. False for bytes that are no point, or one outside the subgroup. @throws Error for such a key */
export function verifyRound(publicKey: string, round: number, signature: Uint8Array): boolean {
  const point = signatureAt(signature);
  if (point === null) return false;
  return shortSignatures.verify(point, pointOf(messageOf(round)), keyAt(publicKey));
}

/** @returns null for bytes that are no point of the group */
function signatureAt(signature: Uint8Array): PointG1 | null {
  try {
    const point = G1.Point.fromBytes(signature);
    return point.is0() ? null : point;
  } catch {
    return null;
  }
}

/** Signs a round. drand's members do it together, a development network's beacon alone. */
export function signRound(secretKey: Uint8Array, round: number): Uint8Array {
  return shortSignatures.sign(pointOf(messageOf(round)), secretKey).toBytes();
}

/** 96 bytes as lower-case hex. */
export function publicKeyOf(secretKey: Uint8Array): string {
  return shortSignatures.getPublicKey(secretKey).toHex();
}

/** @throws Error when the bytes are no compressed point of G1 */
export function uncompressed(signature: Uint8Array): UncompressedPoint {
  const { x, y } = G1.Point.fromBytes(signature).toAffine();
  return `0x${field(x)}${field(y)}`;
}

/** A public key as EIP-2537 writes points of G2, 256 bytes. @throws Error when it is no compressed point of G2 */
export function uncompressedKey(publicKey: string): UncompressedPoint {
  const { x, y } = keyAt(publicKey).toAffine();
  return `0x${field(x.c0)}${field(x.c1)}${field(y.c0)}${field(y.c1)}`;
}

function field(value: bigint): string {
  return value.toString(16).padStart(FIELD_HEX, '0');
}

/** Bytes of a seed: the contract keeps the time of the draw in the rest of the word. */
const SEED_BYTES = 24;

/** The seed of an epoch. A round has exactly one signature, so whoever submits it chooses nothing. */
export function seedOf(of: Epoch, signature: Uint8Array): Hash {
  const words = uncompressed(signature).slice(2).match(/.{64}/g) ?? [];
  const digest = hexToBytes(hashWords([of, ...words.map((word) => hash(`0x${word}`))]).slice(2));
  return hash(`0x${bytesToHex(digest.fill(0, SEED_BYTES))}`);
}
