/** What a model's inputs, outputs and weights are called and shaped in a step graph. */
import type { DeclaredValue, Graph } from '#engine/graph/graph.ts';
import { numbersOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { modelError } from '#engine/onnx/errors.ts';
import { groupOf } from './groups.ts';
import type { GroupSpec } from './options.ts';

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

/** Inputs by which an operator is told what to do; nothing flows through them. */
const SETTINGS: Readonly<Record<string, readonly number[]>> = {
  Clip: [1, 2],
  Dropout: [1, 2],
  OneHot: [1, 2],
  Pad: [1, 2, 3],
  Resize: [1, 2, 3],
  Upsample: [1],
};

/** Names that exporters make up for constants of the code, and for weights that they turned around. */
const MADE_UP = /^((val|embedding)_\d+|onnx::\w+_\d+)$/;

/** Of these, what torch.export makes of weights: turned around, or looked up at places that are known. */
const FOLDED = /^(val|embedding)_\d+$/;
/** The bias of a convolution with the normalization behind it. */
const FUSED = /\.weight_bias$/;

/** All the same number, or some no number at all (a mask): nobody initializes a weight so under a name that is made up. */
function isPlainlyConstant(name: string, tensor: Tensor): boolean {
  const numbers = numbersOf(tensor);
  if (!numbers.every(Number.isFinite)) return true;
  return MADE_UP.test(name) && numbers.every((number) => number === numbers[0]);
}

/**
 * Initializers that training changes: float32 and no scalar, read as an operand, and a parameter by what the file says; or, where it
 * says nothing and for copies that the exporter turned around, not plainly a constant of the architecture.
 */
export function weightNames(
  { nodes, initializers, parameters }: Graph,
  groups: readonly GroupSpec[] = [],
): Set<string> {
  const slopes = new Set(nodes.flatMap(({ op, inputs }) => (op === 'PRelu' ? inputs.slice(1) : [])));
  const operands = new Set(nodes.flatMap(({ op, inputs }) => inputs.filter((_, i) => !SETTINGS[op]?.includes(i))));
  const isParameter = (name: string, tensor: Tensor): boolean => {
    // The job knows best.
    if (groupOf(name, groups)?.frozen === false) return true;
    // A slope begins as one number everywhere.
    if (parameters?.has(name) === true || slopes.has(name)) return true;
    if (parameters !== undefined && !(FOLDED.test(name) && tensor.shape.length > 1)) return FUSED.test(name);
    return !isPlainlyConstant(name, tensor);
  };
  const isWeight = ([name, tensor]: readonly [string, Tensor]): boolean =>
    operands.has(name) && tensor.dtype === 'float32' && tensor.shape.length > 0 && isParameter(name, tensor);
  return new Set([...initializers].filter(isWeight).map(([name]) => name));
}
