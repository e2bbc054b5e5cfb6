/** Damage to a file's bytes, a row each: what a broken disk, a cut transfer or a hand with a hex editor leaves. */
import type { SeededRandom } from '#engine/data/random.ts';

/** @param other another file to take bytes from */
export type ByteMutation = (bytes: Uint8Array, random: SeededRandom, other: Uint8Array) => Uint8Array;

/** Boundaries of varints, lengths and signs. */
const SHARP = [0, 1, 0x7f, 0x80, 0xfe, 0xff, 0x08, 0x0a, 0x12, 0x3a] as const;
const MOST_CHANGED = 8;

const spliced = (bytes: Uint8Array, start: number, deleted: number, inserted: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, start), inserted, bytes.subarray(start + deleted)]);

function changed(bytes: Uint8Array, random: SeededRandom, value: (old: number) => number): Uint8Array {
  const copy = new Uint8Array(bytes);
  if (copy.length === 0) return copy;
  for (let i = random.below(MOST_CHANGED); i >= 0; i--) {
    // Most of a file is weights; its structure lies in the first kilobytes and at the end.
    const reach = random.below(2) === 0 ? Math.min(copy.length, 2_000) : copy.length;
    const at = random.below(2) === 0 ? random.below(reach) : copy.length - 1 - random.below(reach);
    copy[at] = value(copy[at] as number);
  }
  return copy;
}

const someLength = (random: SeededRandom, bytes: Uint8Array): number => random.below(Math.min(bytes.length, 64) + 1);

export const BYTE_MUTATIONS = {
  flipBits: (bytes, random) => changed(bytes, random, (old) => old ^ (1 << random.below(8))),
  setBytes: (bytes, random) => changed(bytes, random, () => random.below(256)),
  setSharpBytes: (bytes, random) => changed(bytes, random, () => SHARP[random.below(SHARP.length)] ?? 0),
  insert: (bytes, random) => {
    const noise = Uint8Array.from({ length: 1 + random.below(16) }, () => random.below(256));
    return spliced(bytes, random.below(bytes.length + 1), 0, noise);
  },
  remove: (bytes, random) =>
    spliced(bytes, random.below(bytes.length + 1), someLength(random, bytes), new Uint8Array(0)),
  truncate: (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
  repeat: (bytes, random) => {
    const start = random.below(bytes.length + 1);
    return spliced(bytes, start, 0, bytes.slice(start, start + someLength(random, bytes)));
  },
  splice: (bytes, random, other) =>
    Buffer.concat([bytes.subarray(0, random.below(bytes.length + 1)), other.subarray(random.below(other.length + 1))]),
  append: (bytes, _, other) => Buffer.concat([bytes, other]),
  overwrite: (bytes, random, other) => {
    const length = someLength(random, other);
    const from = random.below(other.length + 1);
    return spliced(bytes, random.below(bytes.length + 1), length, other.slice(from, from + length));
  },
} as const satisfies Record<string, ByteMutation>;
