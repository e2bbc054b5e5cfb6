/** The losses, a row each: what y is, the mean over the batch, and its gradient, both in float64 and rounded to float32 once. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import type { Info } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { modelError } from '#engine/onnx/errors.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';

export interface LossResult {
  /** float32, of shape []. */
  readonly loss: string;
  /** float32, of the logits' shape. */
  readonly gradient: string;
}

export interface Loss {
  target(logits: Info): Info;
  add(b: GraphBuilder, logits: string, target: string): LossResult;
}

const wide = (b: GraphBuilder, name: string): string => b.op('Cast', [name], { to: ELEMENT_TYPE.float64 });
const narrow = (b: GraphBuilder, name: string): string => b.op('Cast', [name], { to: ELEMENT_TYPE.float32 });

/** The sum of everything, divided. */
function meanOf(b: GraphBuilder, terms: string, count: number): string {
  const sum = b.op('ReduceSum', [terms], { keepdims: 0 });
  return narrow(b, b.op('Div', [sum, b.scalar('float64', count)]));
}

/** -log softmax(logits)[y], with the maximum taken off first; its gradient is softmax - onehot. */
const softmaxCrossEntropy: Loss = {
  target: ({ shape }) => ({ dtype: 'int64', shape: shape.slice(0, -1) }),
  add(b, logits, target) {
    const { shape } = b.info(logits);
    const classes = shape.at(-1) as number;
    const count = elementCount(shape.slice(0, -1));
    const last = b.integers([shape.length - 1]);
    const z = wide(b, logits);
    const shifted = b.op('Sub', [z, b.op('ReduceMax', [z, last])]);
    const exp = b.op('Exp', [shifted]);
    const sum = b.op('ReduceSum', [exp, last]);
    const logProbability = b.op('Sub', [shifted, b.op('Log', [sum])]);
    const numbers = b.values('int64', [classes], [...Array(classes).keys()]);
    const isTarget = b.op('Equal', [b.op('Unsqueeze', [target, last]), numbers]);
    const hot = wide(b, isTarget);
    const terms = b.op('Neg', [b.op('Mul', [hot, logProbability])]);
    const softmax = b.op('Div', [exp, sum]);
    const gradient = b.op('Div', [b.op('Sub', [softmax, hot]), b.scalar('float64', count)]);
    return { loss: meanOf(b, terms, count), gradient: narrow(b, gradient) };
  },
};

/** The mean over all elements of (logits - y)². */
const meanSquaredError: Loss = {
  target: ({ shape }) => ({ dtype: 'float32', shape }),
  add(b, logits, target) {
    const count = elementCount(b.info(logits).shape);
    const difference = b.op('Sub', [wide(b, logits), wide(b, target)]);
    const terms = b.op('Mul', [difference, difference]);
    const gradient = b.op('Mul', [difference, b.scalar('float64', 2 / count)]);
    return { loss: meanOf(b, terms, count), gradient: narrow(b, gradient) };
  },
};

export const LOSSES = {
  'softmax-cross-entropy': softmaxCrossEntropy,
  'mean-squared-error': meanSquaredError,
} as const satisfies Record<string, Loss>;

export type LossName = keyof typeof LOSSES;

/** @throws CorexError MODEL_SHAPE where the model's output is no float32 with a batch and classes */
export function checkLogits({ dtype, shape }: Info): void {
  if (dtype === 'float32' && shape.length >= 2) return;
  throw modelError('SHAPE', {
    where: 'the output',
    why: `it is ${dtype} [${shape.join(', ')}], a loss takes float32 [batch, …]`,
  });
}
