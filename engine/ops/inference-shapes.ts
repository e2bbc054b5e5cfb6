/** Shapes of operators that only inference takes, so that what follows them can be counted; and shape arithmetic on constants. */
import type { Info } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { CorexError } from '#protocol/errors.ts';
import type { Call } from './call.ts';
import { isCore, resultsOf } from './catalogue.ts';
import { folded } from './fold.ts';

/** One for each output, as far as it is known. */
type Rule = (call: Call) => readonly Info[];

const same: Rule = (call) => [call.input(0)];

const whole: Rule = (call) => {
  const { dtype, shape } = call.input(0);
  return [{ dtype, shape: shape.map((size, i) => (i < 2 ? size : 1)) }];
};

const RULES: Readonly<Record<string, Rule>> = {
  BatchNormalization: same,
  Dropout: same,
  Gelu: same,
  GlobalAveragePool: whole,
  GlobalMaxPool: whole,
  GroupNormalization: same,
  HardSwish: same,
  InstanceNormalization: same,
  PRelu: same,
  Selu: same,
  Trilu: same,
};

/** One for each output; none where the operator has no rule, or an operand's shape is not known: the model may still be sound. */
export function shapesOf(call: Call): readonly Info[] {
  const { op } = call.node;
  try {
    if (op === 'Shape') return [{ dtype: 'int64', shape: [call.input(0).shape.length] }];
    if (isCore(op)) return resultsOf(op, call);
    return Object.hasOwn(RULES, op) ? (RULES[op]?.(call) ?? []) : [];
  } catch (error) {
    if (error instanceof CorexError) return [];
    throw error;
  }
}

/** Shape vectors are short; nothing longer is worth computing here. */
const MAX_NUMBERS = 64;

/** The result of shape arithmetic on known numbers; null for anything else. */
export function knownNumbers(call: Call, info: Info, constant: (name: string) => Tensor | undefined): Tensor | null {
  const { op, inputs } = call.node;
  if (op === 'Shape') return tensorOf('int64', [call.input(0).shape.length], call.input(0).shape);
  const known = inputs.map((name) => constant(name));
  if (
    known.some((tensor) => tensor !== undefined && (tensor.dtype !== 'int64' || tensor.data.length > 8 * MAX_NUMBERS))
  )
    return null;
  try {
    return elementCount(info.shape) > MAX_NUMBERS ? null : folded(call, info, known);
  } catch (error) {
    if (error instanceof CorexError) return null;
    throw error;
  }
}
