/** A few elements of an intermediate tensor: what validators of a fast job show instead of a digest, which no two of them would share. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { decodeModel } from '#engine/onnx/decode.ts';
import { keyedDigest } from '#protocol/audit/verdict.ts';
import { hashText, hashWords } from '#protocol/codec/abi.ts';
import type { Address, Hash } from '#protocol/ids.ts';
import { operatorThreshold, type Profile, SHIPPED } from './profile.ts';

const ELEMENTS = hashText('corex.elements.v1');
/** Elements shown of a tensor: few enough to be read, too many to be guessed. */
const SHOWN = 8;

const bits = z.int().min(0).max(0xffffffff);

/** Float32 as its bits, so that it stands in a report as it was computed. */
export const elements = z.strictObject({
  step: z.int().min(0),
  value: z.string(),
  op: z.string(),
  /** Places in the flat tensor. */
  places: z.array(z.int().min(0)).max(SHOWN),
  bits: z.array(bits).max(SHOWN),
  /** The largest magnitude in the tensor. */
  largest: bits,
});

export type Elements = z.output<typeof elements>;

/** One number for all validators of a worker and epoch, so that those who look at the same segment show the same elements. */
export function elementsPick(
  draw: { readonly seed: Hash; readonly worker: Address },
  at: { readonly task: Hash; readonly shard: number; readonly segment: number },
): bigint {
  return BigInt(hashWords([ELEMENTS, draw.seed, draw.worker, at.task, at.shard, at.segment]));
}

const floatsOf = (tapped: Uint8Array): Float32Array => new Float32Array(new Uint8Array(tapped).buffer);
const bitsOf = (number: number): number => new Uint32Array(Float32Array.of(number).buffer)[0] ?? 0;
const floatOf = (pattern: number): number => new Float32Array(Uint32Array.of(pattern).buffer)[0] ?? Number.NaN;

/** Operator that makes the value, for its threshold. */
function operatorOf(graph: Uint8Array, value: string): string {
  return decodeModel(graph).graph.nodes.find(({ outputs }) => outputs.includes(value))?.op ?? '';
}

/** @param tapped bytes of the float32 value that `tap` names */
export function showElements(
  tap: { readonly step: number; readonly graph: Uint8Array; readonly value: string },
  tapped: Uint8Array,
  pick: bigint,
): Elements {
  const numbers = floatsOf(tapped);
  const places = Array.from({ length: Math.min(SHOWN, numbers.length) }, (_, i) =>
    Number(BigInt(hashWords([ELEMENTS, pick, i])) % BigInt(numbers.length)),
  );
  return {
    step: tap.step,
    value: tap.value,
    op: operatorOf(tap.graph, tap.value),
    places,
    bits: places.map((place) => bitsOf(numbers[place] as number)),
    largest: bitsOf(numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0)),
  };
}

/** What the verdict's commitment holds of them, so that they cannot be copied from another's report. */
export function elementsDigest(validator: Address, of: Elements): Hash {
  const words = Uint8Array.from(new Uint8Array(Uint32Array.from([...of.places, ...of.bits, of.largest]).buffer));
  const named = new TextEncoder().encode(JSON.stringify([of.step, of.value, of.op]));
  const inner = `0x${bytesToHex(keccak_256(concatBytes(named, words)))}` as Hash;
  return keyedDigest(validator, new TextEncoder().encode(inner));
}

const isSameList = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i]);

/**
 * Two reports on the same segment. `apart` proves nothing against either of them: it says that one did not execute the
 * segment, or has a machine that the profile does not know, and whoever reads it executes the segment.
 * @returns null where they do not show the same elements
 */
export function compareElements(
  a: Elements,
  b: Elements,
  profile: Profile = SHIPPED,
): 'same' | 'within' | 'apart' | null {
  if (a.step !== b.step || a.value !== b.value || a.op !== b.op || !isSameList(a.places, b.places)) return null;
  if (isSameList(a.bits, b.bits)) return 'same';
  if (a.bits.length !== b.bits.length) return 'apart';
  // The smaller of the two: a scale that somebody invents opens nothing for him.
  const scale = Math.min(floatOf(a.largest), floatOf(b.largest));
  const allowed = operatorThreshold(profile, a.op).max * scale;
  const isNear = a.bits.every((pattern, i) => Math.abs(floatOf(pattern) - floatOf(b.bits[i] as number)) <= allowed);
  return isNear ? 'within' : 'apart';
}
