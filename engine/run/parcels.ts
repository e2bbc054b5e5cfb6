/** Large byte arrays of a message travel in pieces before it and are put together in shared memory: one copy of each, and no more. */

/** A part of one byte array. */
export interface Piece {
  readonly type: 'piece';
  /** Which of the message's byte arrays. */
  readonly parcel: number;
  readonly length: number;
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Stands in the message for bytes that were sent before. */
interface Stand {
  readonly parcel: number;
}

const PIECE_BYTES = 2 ** 20;

type Plain = { readonly [key: string]: unknown };
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

function mapBytes(value: unknown, change: (bytes: Uint8Array) => unknown): unknown {
  if (value instanceof Uint8Array) return change(value);
  if (Array.isArray(value)) return value.map((item) => mapBytes(item, change));
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapBytes(item, change)]));
}

function mapStands(value: unknown, change: (stand: Stand) => Uint8Array): unknown {
  if (Array.isArray(value)) return value.map((item) => mapStands(item, change));
  if (!isPlain(value)) return value;
  if (typeof value['parcel'] === 'number') return change({ parcel: value['parcel'] });
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStands(item, change)]));
}

/** @returns the message with stands for its large byte arrays, and these */
export function pack(message: object): { readonly light: unknown; readonly parcels: readonly Uint8Array[] } {
  const parcels: Uint8Array[] = [];
  const light = mapBytes(message, (bytes) =>
    bytes.length > PIECE_BYTES ? { parcel: parcels.push(bytes) - 1 } : bytes,
  );
  return { light, parcels };
}

export function* piecesOf(parcels: readonly Uint8Array[]): Generator<Piece> {
  for (const [parcel, bytes] of parcels.entries()) {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES)
      yield { type: 'piece', parcel, length: bytes.length, at, bytes: bytes.subarray(at, at + PIECE_BYTES) };
  }
}

/** The receiving side: pieces first, then the message that they belong to. */
export class Unpacker {
  #parcels: Uint8Array[] = [];

  add({ parcel, length, at, bytes }: Piece): void {
    const whole = this.#parcels[parcel] ?? new Uint8Array(new SharedArrayBuffer(length));
    this.#parcels[parcel] = whole;
    whole.set(bytes, at);
  }

  /** Lets go of the bytes: they belong to the message. */
  unpack(light: unknown): unknown {
    const parcels = this.#parcels;
    this.#parcels = [];
    return mapStands(light, ({ parcel }) => parcels[parcel] as Uint8Array);
  }
}
