/** Softmax cross-entropy with class numbers as targets: -log softmax(z)[y], its gradient softmax(z) less the target's distribution. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';
import { checkOutput, type Loss } from './loss.ts';
import type { LossOf } from './options.ts';

const float = (b: GraphBuilder, number: number): string => b.scalar('float32', number);

interface Rows {
  /** [batch, …, 1], a class number in every row. */
  readonly labels: string;
  /** Each row's part in the mean: one number for all, or a value of the labels' shape. */
  readonly weight: number | string;
}

/** Where all rows are ignored the loss is 0; torch has NaN, whose bits differ between processors. */
function rowsOf(b: GraphBuilder, target: string, last: string, ignoreIndex: number | undefined): Rows {
  const labels = b.op('Unsqueeze', [target, last]);
  if (ignoreIndex === undefined) return { labels, weight: 1 / elementCount(b.info(target).shape) };
  const isIgnored = b.op('Equal', [labels, b.scalar('int64', ignoreIndex)]);
  const kept = b.op('Cast', [b.op('Not', [isIgnored])], { to: ELEMENT_TYPE.float32 });
  const count = b.op('Max', [b.op('ReduceSum', [kept], { keepdims: 0 }), float(b, 1)]);
  return {
    labels: b.op('Where', [isIgnored, b.scalar('int64', 0), labels]),
    weight: b.op('Div', [kept, count]),
  };
}

/** weight · factor, as a value. */
function share(b: GraphBuilder, { weight }: Rows, factor: number): string {
  if (typeof weight === 'number') return float(b, weight * factor);
  return factor === 1 ? weight : b.op('Mul', [weight, float(b, factor)]);
}

/** The sum over all rows, each times its weight. */
function weighed(b: GraphBuilder, terms: string, { weight }: Rows): string {
  if (typeof weight === 'string') return b.op('ReduceSum', [b.op('Mul', [terms, weight])], { keepdims: 0 });
  return b.op('Mul', [b.op('ReduceSum', [terms], { keepdims: 0 }), float(b, weight)]);
}

/**
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html with the classes on the last axis.
 * The maximum is taken off first. The target's one place a row is gathered and scattered: no matrix of ones and zeros.
 */
export const crossEntropy: Loss<LossOf<'softmax-cross-entropy'>> = {
  target(logits) {
    checkOutput(logits, logits.shape.length >= 2, '[batch, …, classes]');
    return { dtype: 'int64', shape: logits.shape.slice(0, -1) };
  },
  add(b, logits, target, { ignoreIndex, labelSmoothing = 0 }) {
    const { shape } = b.info(logits);
    const axis = shape.length - 1;
    const last = b.integers([axis]);
    const each = labelSmoothing / (shape[axis] as number);
    const rows = rowsOf(b, target, last, ignoreIndex);
    const shifted = b.op('Sub', [logits, b.op('ReduceMax', [logits, last])]);
    const exp = b.op('Exp', [shifted]);
    const sum = b.op('ReduceSum', [exp, last]);

    let expected = b.op('GatherElements', [shifted, rows.labels], { axis });
    let slope = b.op('Mul', [exp, b.op('Div', [share(b, rows, 1), sum])]);
    if (labelSmoothing !== 0) {
      const spread = b.op('Mul', [b.op('ReduceSum', [shifted, last]), float(b, each)]);
      expected = b.op('Add', [b.op('Mul', [expected, float(b, 1 - labelSmoothing)]), spread]);
      slope = b.op('Sub', [slope, share(b, rows, each)]);
    }
    const update = b.op('Expand', [share(b, rows, labelSmoothing - 1), b.integers(b.info(rows.labels).shape)]);
    return {
      loss: weighed(b, b.op('Sub', [b.op('Log', [sum]), expected]), rows),
      gradient: b.op('ScatterElements', [slope, rows.labels, update], {
        axis,
        reduction: { kind: 'string', value: 'add' },
      }),
    };
  },
};
