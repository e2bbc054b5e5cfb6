/** Which pieces of a worker's epoch one validator looks at: offsets weighted by units, drawn after the commitment. */
import { hashText, hashWords } from '../codec/abi.ts';
import type { Address, Hash, Units } from '../ids.ts';

const SAMPLE = hashText('corex.sample.v1');
const TAP = hashText('corex.tap.v1');

export interface Draw {
  readonly seed: Hash;
  readonly worker: Address;
  readonly validator: Address;
}

/**
 * Offsets in [0, total). The modulo's bias is below 2^-128, since total < 2^128 and the hash has 256 bits.
 * @see DESIGN section 7, committee
 */
export function sampleOffsets(draw: Draw, total: Units, count: number): bigint[] {
  return Array.from(
    { length: count },
    (_, i) => BigInt(hashWords([SAMPLE, draw.seed, draw.worker, draw.validator, i])) % total,
  );
}

/** The segment that an offset inside a shard falls into: segments share the shard's units by their steps. */
export function segmentAt(
  plan: { readonly steps: number; readonly segment: number; readonly units: Units },
  within: bigint,
): number {
  const step = plan.units === 0n ? 0 : Number((within * BigInt(plan.steps)) / plan.units);
  return Math.floor(Math.min(step, plan.steps - 1) / plan.segment);
}

/** A number that picks step, value and chunk of the audit digest of sample i. */
export function tapPick(draw: Draw, i: number): bigint {
  return BigInt(hashWords([TAP, draw.seed, draw.worker, draw.validator, i]));
}
