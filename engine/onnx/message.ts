/** Reading one protobuf message from untrusted bytes: an index of its fields, in time and memory that its length and a budget bound. */
import { checkLimit } from './limits.ts';

/** https://protobuf.dev/programming-guides/encoding/ */
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
const MAX_VARINT_BYTES = 10;
/** Names are kept as they are: a byte order mark is a part of one. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What the messages of one file may use together. */
export interface Budget {
  fields: number;
  varintBytes: number;
}

export const newBudget = (): Budget => ({ fields: 0, varintBytes: 0 });

/** Walks over varints; the last one read is in `low` and `high`, 32 bits each. */
class Varints {
  readonly bytes: Uint8Array;
  at: number;
  low = 0;
  high = 0;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** @throws RangeError at the end of the bytes, after ten bytes, and for bits beyond the 64th */
  next(): this {
    this.low = 0;
    this.high = 0;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new RangeError('an integer is cut off');
      const bits = byte & 127;
      if (i < 4) this.low |= bits << (7 * i);
      else if (i === 4) {
        this.low |= bits << 28;
        this.high = bits >>> 4;
      } else this.high |= bits << (7 * i - 32);
      if (byte > 127) continue;
      if (i === MAX_VARINT_BYTES - 1 && bits > 1) break;
      return this;
    }
    throw new RangeError('an integer has more than 64 bits');
  }

  /** As a signed integer of 64 bits. */
  get value(): bigint {
    return (BigInt(this.high | 0) << 32n) | BigInt(this.low >>> 0);
  }

  /** A length or a tag. @throws RangeError from 2^32 on */
  get uint32(): number {
    if (this.high !== 0) throw new RangeError('a length or a tag has more than 32 bits');
    return this.low >>> 0;
  }
}

/** One message's fields in order of appearance; unknown ones are indexed and never read. */
export class Message {
  readonly #bytes: Uint8Array;
  readonly #budget: Budget;
  /** Of each field: its tag, and where its content begins and ends. */
  readonly #tags: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** @throws RangeError for bytes that are no message, CorexError MODEL_TOO_BIG */
  constructor(bytes: Uint8Array, budget: Budget) {
    this.#bytes = bytes;
    this.#budget = budget;
    const reader = new Varints(bytes);
    while (reader.at < bytes.length) {
      checkLimit('fields', ++budget.fields);
      const tag = reader.next().uint32;
      if (tag >>> 3 === 0) throw new RangeError('a field has number 0');
      const end = skip(reader, tag & 7);
      if (end > bytes.length) throw new RangeError(`field ${tag >>> 3} is cut off`);
      this.#tags.push(tag);
      this.#starts.push(reader.at);
      this.#ends.push(end);
      reader.at = end;
    }
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Places of a field in the index. */
  #places(field: number): number[] {
    const places: number[] = [];
    for (let i = 0; i < this.#tags.length; i++) {
      if ((this.#tags[i] as number) >>> 3 === field) places.push(i);
    }
    return places;
  }

  #content(place: number): Uint8Array {
    return this.#bytes.subarray(this.#starts[place], this.#ends[place]);
  }

  /** A field that a writer writes once: readers of ours and of others would not agree on which of two counts. */
  #single(field: number): number | undefined {
    const places = this.#places(field);
    if (places.length > 1) throw new RangeError(`field ${field} stands there ${places.length} times`);
    return places[0];
  }

  has(field: number): boolean {
    return this.#tags.some((tag) => tag >>> 3 === field);
  }

  count(field: number): number {
    return this.#places(field).length;
  }

  /** The byte strings of a field. */
  blocks(field: number): Uint8Array[] {
    return this.#places(field).map((place) => {
      if (((this.#tags[place] as number) & 7) !== WIRE.bytes) throw new RangeError(`field ${field} is a number`);
      return this.#content(place);
    });
  }

  block(field: number): Uint8Array | undefined {
    return this.#single(field) === undefined ? undefined : this.blocks(field)[0];
  }

  messages(field: number): Message[] {
    return this.blocks(field).map((bytes) => new Message(bytes, this.#budget));
  }

  message(field: number): Message | undefined {
    const bytes = this.block(field);
    return bytes === undefined ? undefined : new Message(bytes, this.#budget);
  }

  texts(field: number, limit: 'nameBytes' | 'textBytes' = 'nameBytes'): string[] {
    return this.blocks(field).map((bytes) => {
      checkLimit(limit, bytes.length);
      return UTF8.decode(bytes);
    });
  }

  text(field: number, limit: 'nameBytes' | 'textBytes' = 'nameBytes'): string {
    return this.#single(field) === undefined ? '' : (this.texts(field, limit)[0] ?? '');
  }

  integer(field: number): bigint {
    const place = this.#single(field);
    if (place === undefined) return 0n;
    if (((this.#tags[place] as number) & 7) !== WIRE.varint) throw new RangeError(`field ${field} is no integer`);
    return new Varints(this.#content(place)).next().value;
  }

  /** Integers, packed or not: how many, without reading them. */
  countIntegers(field: number): number {
    return this.#places(field).reduce((sum, place) => sum + countVarints(this.#content(place)), 0);
  }

  /** Signed integers of 64 bits, packed or not. @throws CorexError MODEL_TOO_BIG for more than the file may have */
  integers(field: number): BigInt64Array {
    const count = this.countIntegers(field);
    this.#budget.varintBytes += 8 * count;
    checkLimit('varintBytes', this.#budget.varintBytes);
    const numbers = new BigInt64Array(count);
    const halves = new Int32Array(numbers.buffer);
    let at = 0;
    for (const place of this.#places(field)) {
      const wire = (this.#tags[place] as number) & 7;
      if (wire !== WIRE.varint && wire !== WIRE.bytes) throw new RangeError(`field ${field} is no integer`);
      const reader = new Varints(this.#content(place));
      while (reader.at < reader.bytes.length) {
        reader.next();
        halves[at++] = reader.low;
        halves[at++] = reader.high;
      }
    }
    return numbers;
  }

  /** The bytes of 32- or 64-bit numbers, packed or not, little-endian. */
  fixed(field: number, width: 4 | 8): Uint8Array {
    const wire = width === 4 ? WIRE.fixed32 : WIRE.fixed64;
    const parts = this.#places(field).map((place) => {
      const found = (this.#tags[place] as number) & 7;
      if (found !== wire && found !== WIRE.bytes) throw new RangeError(`field ${field} has another width`);
      return this.#content(place);
    });
    const bytes = new Uint8Array(Buffer.concat(parts));
    if (bytes.length % width !== 0) throw new RangeError(`field ${field} ends within a number`);
    return bytes;
  }
}

/** Leaves the reader where the content begins. @returns where it ends */
function skip(reader: Varints, wire: number): number {
  switch (wire) {
    case WIRE.varint: {
      const start = reader.at;
      const end = reader.next().at;
      reader.at = start;
      return end;
    }
    case WIRE.fixed64:
      return reader.at + 8;
    case WIRE.bytes: {
      const length = reader.next().uint32;
      return reader.at + length;
    }
    case WIRE.fixed32:
      return reader.at + 4;
    default:
      throw new RangeError(`wire type ${wire}`);
  }
}

/** Each varint has one byte without the highest bit. */
function countVarints(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte < 128) count++;
  return count;
}
