/** Weights that differ in their last bit: what an honest machine could as well have had, to see which comparisons hang on it. */
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { isWeight, type Tensors } from './scale.ts';

/** Executions that are tried: a comparison between two honest values goes either way in about half of them. */
export const NUDGES = 8;

/** A multiplicative congruential generator (Park and Miller): fast, and nobody gains by guessing it. */
function generator(seed: number): () => number {
  let state = (seed * 16807 + 12345) % 2147483647;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

/** Every weight by up to two units in its last place. */
export function nudge(start: Tensors, number: number): Tensors {
  const next = generator(number);
  const shift = (tensor: Tensor): Tensor =>
    tensorOf(
      'float32',
      tensor.shape,
      numbersOf(tensor).map((x) => x * (1 + (next() - 0.5) * 2 ** -21)),
    );
  return new Map(
    [...start].map(([name, tensor]) => {
      const isMoved = tensor.dtype === 'float32' && isWeight(name, tensor, start);
      return [name, isMoved ? shift(tensor) : tensor];
    }),
  );
}

/** Takes the nudge itself off again: only what followed from it stays. */
export function unnudge(end: Tensors, nudged: Tensors, start: Tensors): Tensors {
  return new Map(
    [...end].map(([name, tensor]) => {
      const [to, from] = [nudged.get(name), start.get(name)];
      if (to === undefined || from === undefined || to === from || tensor.dtype !== 'float32') return [name, tensor];
      const [a, b] = [numbersOf(to), numbersOf(from)];
      return [
        name,
        tensorOf(
          'float32',
          tensor.shape,
          numbersOf(tensor).map((x, i) => x - ((a[i] as number) - (b[i] as number))),
        ),
      ];
    }),
  );
}
