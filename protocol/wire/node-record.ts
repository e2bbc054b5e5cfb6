/** The node record: an operator says which peer it runs, where, and what that can do; signed by both of its keys. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { base58btc } from 'multiformats/bases/base58';
import { z } from 'zod';
import { encodeCbor } from '../codec/cbor.ts';
import { addressField, signatureField } from '../codec/fields.ts';
import { recoverAddress } from '../codec/signature.ts';
import type { Hash, PeerName } from '../ids.ts';
import type { Signer } from '../ports.ts';

/** Bytes of one signed record in CBOR. */
export const MAX_RECORD = 4_096;

const peerField = z
  .string()
  .regex(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/)
  .transform((text) => text as PeerName);

export const nodeRecord = z.strictObject({
  v: z.literal(1),
  /** A record of one network means nothing in another. */
  network: z.string().min(1).max(64),
  operator: addressField,
  peer: peerField,
  addrs: z.array(z.string().min(1).max(160)).max(16),
  roles: z.array(z.enum(['compute', 'validator', 'submitter'])).max(3),
  /** Engine profile, e.g. onnxruntime-1.30.0/cpu/x64-avx2. */
  engine: z.string().max(120),
  /** Determinism class that the golden suite gave, or empty. */
  golden: z.string().max(120),
  /** The highest sequence of an operator's peer is its record; milliseconds when it was made. */
  sequence: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
});

export const signedRecord = z.strictObject({
  record: nodeRecord,
  /** secp256k1, by the operator. */
  signature: signatureField,
  /** Ed25519, by the peer: without it an operator could name somebody else's peer as its own. */
  binding: z.string().regex(/^0x[0-9a-f]{128}$/),
});

export type NodeRecord = z.output<typeof nodeRecord>;
export type SignedRecord = z.output<typeof signedRecord>;

export function recordDigest(record: NodeRecord): Hash {
  return `0x${bytesToHex(keccak_256(encodeCbor(record)))}` as Hash;
}

/**
 * The Ed25519 key in a peer name: identity multihash of the protobuf { type: 1, data: key }.
 * https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md
 */
const PEER_PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20);

function keyOfPeer(peer: string): Uint8Array | null {
  try {
    const bytes = base58btc.baseDecode(peer);
    return bytes.length === 38 && PEER_PREFIX.every((byte, i) => bytes[i] === byte) ? bytes.subarray(6) : null;
  } catch {
    return null;
  }
}

/** @param seed the 32-byte Ed25519 seed of the libp2p key */
export async function signRecord(
  record: NodeRecord,
  signer: Pick<Signer, 'sign'>,
  seed: Uint8Array,
): Promise<SignedRecord> {
  const digest = recordDigest(record);
  const binding = `0x${bytesToHex(ed25519.sign(hexToBytes(digest.slice(2)), seed))}` as const;
  return { record, signature: await signer.sign(digest), binding };
}

/** A stranger's record of this network, with both signatures checked; null otherwise. */
export function readRecord(value: unknown, network: string): SignedRecord | null {
  const result = signedRecord.safeParse(value);
  if (!result.success || result.data.record.network !== network) return null;
  const { record, signature, binding } = result.data;
  const digest = recordDigest(record);
  const key = keyOfPeer(record.peer);
  if (key === null || recoverAddress(digest, signature) !== record.operator) return null;
  return isSignedByPeer(digest, binding, key) ? result.data : null;
}

function isSignedByPeer(digest: Hash, binding: string, key: Uint8Array): boolean {
  try {
    return ed25519.verify(hexToBytes(binding.slice(2)), hexToBytes(digest.slice(2)), key);
  } catch {
    return false;
  }
}
