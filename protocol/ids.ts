/** Branded names and amounts: a hash, an address, an epoch and an amount of wei never mix by accident. */

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** 32 bytes as lower-case 0x-hex. */
export type Hash = Brand<`0x${string}`, 'Hash'>;
/** A 20-byte account as lower-case 0x-hex; the operator of a node. */
export type Address = Brand<`0x${string}`, 'Address'>;
/** A CIDv1 (sha2-256, base32) as text: `bafkrei…` for raw bytes, `bafyrei…` for DAG-CBOR. */
export type Cid = Brand<string, 'Cid'>;
/** The number of a settlement period, from 0 at genesis. */
export type Epoch = Brand<number, 'Epoch'>;
/** Floating-point operations of a piece of work. 10^9 of them are the one unit of DESIGN section 2, as 10^9 wei are one gwei. */
export type Units = Brand<bigint, 'Units'>;
/** CXT in its smallest part, 10^-18. */
export type Wei = Brand<bigint, 'Wei'>;
/** libp2p's name of a host, as text. */
export type PeerName = Brand<string, 'PeerName'>;

const HASH = /^0x[0-9a-f]{64}$/;
const ADDRESS = /^0x[0-9a-f]{40}$/;

export const isHash = (text: string): text is Hash => HASH.test(text);
export const isAddress = (text: string): text is Address => ADDRESS.test(text);

/** @throws RangeError when the text is not 32 bytes of hex */
export function hash(text: string): Hash {
  const lower = text.toLowerCase();
  if (!isHash(lower)) throw new RangeError(`not a 32-byte hash: ${text}`);
  return lower;
}

/** @throws RangeError when the text is not a 20-byte address */
export function address(text: string): Address {
  const lower = text.toLowerCase();
  if (!isAddress(lower)) throw new RangeError(`not an address: ${text}`);
  return lower;
}

export function epoch(n: number): Epoch {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`not an epoch: ${n}`);
  return n as Epoch;
}

export function units(n: bigint): Units {
  if (n < 0n || n >= 1n << 128n) throw new RangeError(`not units: ${n}`);
  return n as Units;
}

export function wei(n: bigint): Wei {
  if (n < 0n) throw new RangeError(`not an amount: ${n}`);
  return n as Wei;
}

/** "1.5" → 1500000000000000000n; exact, at most 18 decimals. @throws RangeError on anything else */
export function parseCxt(text: string): Wei {
  const match = /^(\d+)(?:\.(\d{1,18}))?$/.exec(text.trim());
  if (match === null) throw new RangeError(`not an amount of CXT: ${text}`);
  return wei(BigInt(match[1] ?? '0') * 10n ** 18n + BigInt((match[2] ?? '').padEnd(18, '0')));
}

/** 1500000000000000000n → "1.5"; always with a decimal point, exact. */
export function formatCxt(amount: bigint): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(19, '0');
  const fraction = digits.slice(-18).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -18)}.${fraction === '' ? '0' : fraction}`;
}
