/** Random inputs of a step, such as the masks of dropout are made from, that whoever executes it draws alike.
 *
 * A graph's input `random.N` is filled anew at every step with
 * numbers that follow from (seed of the run, name of the input, number of the step) and from nothing else, so that whoever executes
 * the step again draws the same.
 *
 * The words of the stream (keystream.ts) of purpose 'corex.random.v1/NAME/STEP', the step in decimal digits, are the
 * numbers: uniform in [0, 1), exact in float32.
 */
import type { TensorInfo } from '#engine/state/state.ts';
import type { Hash } from '#protocol/ids.ts';
import { dataError } from './errors.ts';
import { Keystream } from './keystream.ts';

const PREFIX = 'random.';

export function isNoise(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** @throws CorexError DATA_BAD_NOISE for an input of another type */
export function checkNoise({ name, dtype }: Pick<TensorInfo, 'name' | 'dtype'>): void {
  if (dtype !== 'float32') throw dataError('BAD_NOISE', { name, dtype });
}

/** @param into bytes of a float32 tensor, aligned to 4 */
export function fillNoise(
  { seed, name, step }: { readonly seed: Hash; readonly name: string; readonly step: number },
  into: Uint8Array,
): void {
  const stream = new Keystream(seed, `corex.random.v1/${name}/${step}`);
  stream.fill(new Float32Array(into.buffer, into.byteOffset, into.byteLength / 4));
}
