/** Canonical DAG-CBOR: one value, one encoding; decoding is bounded and total, it returns a value or a coded error. */
import { decode, encode } from '@ipld/dag-cbor';
import { type CorexError, errorTable } from '../errors.ts';

export const cborError = errorTable('CBOR', {
  TOO_BIG: {
    what: (d: { bytes: number; limit: number }) => `${d.bytes} bytes of CBOR where at most ${d.limit} are allowed`,
    todo: 'drop the message; an honest sender keeps the limit',
  },
  MALFORMED: {
    what: (d: { reason: string }) => `not CBOR: ${d.reason}`,
    todo: 'drop the message and its sender',
  },
  NOT_CANONICAL: {
    what: (d: { bytes: number }) => `${d.bytes} bytes of CBOR that are not the canonical encoding of their value`,
    todo: 'drop the message; a second encoding of one value would give it a second CID',
  },
  NOT_PLAIN: {
    what: (d: { reason: string }) => `the value has no DAG-CBOR form: ${d.reason}`,
    todo: 'encode null, booleans, text, bytes, arrays, records and numbers only; large integers travel as decimal text',
  },
});

export type Decoded =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: CorexError };

/** Deeper than any object of the protocol, shallower than any stack. */
const MAX_DEPTH = 32;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Links are plain text in our objects, so tag 42 is refused with everything else that is not plain data. */
function flaw(value: unknown, depth: number): string | null {
  if (depth > MAX_DEPTH) return `nested deeper than ${MAX_DEPTH}`;
  if (value === null || typeof value !== 'object') return null;
  if (ArrayBuffer.isView(value)) return value instanceof Uint8Array ? null : 'a typed array other than bytes';
  if (Array.isArray(value)) return firstFlaw(value, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return 'an instance of a class, or a link';
  // Copying such a record by assignment would change its prototype.
  if (Object.hasOwn(value, '__proto__')) return 'a key named __proto__';
  return firstFlaw(Object.values(value), depth);
}

function firstFlaw(values: readonly unknown[], depth: number): string | null {
  for (const value of values) {
    const found = flaw(value, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** @throws CBOR_NOT_PLAIN for undefined, NaN, functions, class instances and integers above 64 bits */
export function encodeCbor(value: unknown): Uint8Array {
  const reason = flaw(value, 0);
  if (reason !== null) throw cborError('NOT_PLAIN', { reason });
  try {
    return encode(value);
  } catch (error) {
    throw cborError('NOT_PLAIN', { reason: reasonOf(error) }, error);
  }
}

/** Bytes from a stranger: never throws. */
export function decodeCbor(bytes: Uint8Array, limit: number): Decoded {
  if (bytes.length > limit) return { ok: false, error: cborError('TOO_BIG', { bytes: bytes.length, limit }) };
  try {
    const value: unknown = decode(bytes);
    const reason = flaw(value, 0);
    if (reason !== null) return { ok: false, error: cborError('MALFORMED', { reason }) };
    if (!sameBytes(encode(value), bytes))
      return { ok: false, error: cborError('NOT_CANONICAL', { bytes: bytes.length }) };
    return { ok: true, value };
  } catch (error) {
    return { ok: false, error: cborError('MALFORMED', { reason: reasonOf(error) }, error) };
  }
}

/** Bytes of our own, or behind a CID that was checked. @throws the coded error of decodeCbor */
export function readCbor(bytes: Uint8Array, limit: number): unknown {
  const decoded = decodeCbor(bytes, limit);
  if (!decoded.ok) throw decoded.error;
  return decoded.value;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
