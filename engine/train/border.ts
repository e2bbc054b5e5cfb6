/** What a model's inputs, outputs and weights are called and shaped in a step graph. */
import type { DeclaredValue } from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { modelError } from '#engine/onnx/errors.ts';

/** Names that a step graph gives a meaning. */
const RESERVED = new Set(['x', 'y', 'loss', 'step', 'logits', 'prediction', 'correct', 'beta1.power', 'beta2.power']);
const SUFFIXES = ['.next', '.momentum', '.m', '.v'];
const PREFIXES = ['random.', 'forward.', 'grad.', 'constant.'];

/** @throws CorexError MODEL_NAME where a weight's name means something else in a step graph */
export function checkWeightName(name: string): void {
  if (RESERVED.has(name)) throw modelError('NAME', { name, why: 'in a step graph it is an input or output' });
  const suffix = SUFFIXES.find((ending) => name.endsWith(ending));
  if (suffix !== undefined) throw modelError('NAME', { name, why: `a weight does not end in ${suffix}` });
  const prefix = PREFIXES.find((beginning) => name.startsWith(beginning));
  if (prefix !== undefined) throw modelError('NAME', { name, why: `a weight does not begin with ${prefix}` });
}

/**
 * The first dimension is the batch: it has a name, or is 1, or is the batch already.
 * @param row sizes of the others, where the model leaves them open
 * @throws CorexError MODEL_SHAPE
 */
export function bindBatch({ name, shape }: DeclaredValue, batch: number, row: readonly number[] = []): number[] {
  const [first, ...rest] = shape;
  const why = `[${shape.map((size) => (size === '' ? '?' : size)).join(', ')}]`;
  if (first === undefined) throw modelError('SHAPE', { where: name, why: `${why} has no dimension for the batch` });
  if (typeof first === 'number' && first !== 1 && first !== batch)
    throw modelError('SHAPE', { where: name, why: `${why} is for a batch of ${first}, not ${batch}` });
  return [
    batch,
    ...rest.map((size, i) => {
      const bound = typeof size === 'number' ? size : row[i];
      if (bound === undefined)
        throw modelError('SHAPE', { where: name, why: `${why} has more than one dimension without a number` });
      return bound;
    }),
  ];
}

/** A weight that training changes: float32, and no scalar, for those are constants of the architecture. */
export function isWeight({ dtype, shape }: Tensor): boolean {
  return dtype === 'float32' && shape.length > 0;
}
