/** EIP-712 for flat structs of static types: the digest that an operator signs and a contract recomputes. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import type { Address, Hash } from '../ids.ts';
import { hashText, hashWords, type Word } from './abi.ts';

export interface Domain {
  readonly chainId: number;
  /** The contract that will read the signature. */
  readonly contract: Address;
}

const DOMAIN_TYPE = hashText('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)');
const NAME = hashText('Corex');
const VERSION = hashText('1');

/** https://eips.ethereum.org/EIPS/eip-712#definition-of-domainseparator */
export function domainSeparator(domain: Domain): Hash {
  return hashWords([DOMAIN_TYPE, NAME, VERSION, domain.chainId, domain.contract]);
}

/** A struct whose members are all static: its type string and a way to list its members in order. */
export interface StructType<T> {
  readonly type: Hash;
  readonly members: (value: T) => readonly Word[];
}

/** @param signature e.g. `Mail(address to,uint256 amount)` */
export function structType<T>(signature: string, members: (value: T) => readonly Word[]): StructType<T> {
  return { type: hashText(signature), members };
}

/** keccak256(0x1901 ‖ domainSeparator ‖ hashStruct(value)), https://eips.ethereum.org/EIPS/eip-712#specification */
export function typedDigest<T>(domain: Domain, struct: StructType<T>, value: T): Hash {
  const content = hashWords([struct.type, ...struct.members(value)]);
  const bytes = concatBytes(
    Uint8Array.of(0x19, 0x01),
    hexToBytes(domainSeparator(domain).slice(2)),
    hexToBytes(content.slice(2)),
  );
  return `0x${bytesToHex(keccak_256(bytes))}` as Hash;
}
