/** The losses, a row each, with the semantics of torch.nn.functional: what y is, the mean over the batch, and its gradient. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import type { Info } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { crossEntropy } from './cross-entropy.ts';
import { checkOutput, type Loss, type LossResult } from './loss.ts';
import type { LossName, LossOf, LossSpec } from './options.ts';

const float = (b: GraphBuilder, number: number): string => b.scalar('float32', number);

/** Targets like the output, in the same places. */
function likeOutput(output: Info): Info {
  checkOutput(output, output.shape.length > 0, '[batch, …]');
  return output;
}

/** The mean over all elements; `slope` is the gradient of an element's term. */
function mean(b: GraphBuilder, terms: string, slope: string, factor = 1): LossResult {
  const count = elementCount(b.info(terms).shape);
  const sum = b.op('ReduceSum', [terms], { keepdims: 0 });
  return {
    loss: b.op('Mul', [sum, float(b, 1 / count)]),
    gradient: b.op('Mul', [slope, float(b, factor / count)]),
  };
}

/** (z - y)² */
const meanSquaredError: Loss<LossOf<'mean-squared-error'>> = {
  target: likeOutput,
  add(b, logits, target) {
    const difference = b.op('Sub', [logits, target]);
    return mean(b, b.op('Mul', [difference, difference]), difference, 2);
  },
};

/** |z - y|; 0 has the gradient 0, as in torch. */
const l1: Loss<LossOf<'l1'>> = {
  target: likeOutput,
  add(b, logits, target) {
    const difference = b.op('Sub', [logits, target]);
    return mean(b, b.op('Abs', [difference]), b.op('Sign', [difference]));
  },
};

/** With d = z - y and c = d clipped to ±delta: c · (d - c/2), which is d²/2 inside and delta · (|d| - delta/2) outside. */
const huber: Loss<LossOf<'huber'>> = {
  target: likeOutput,
  add(b, logits, target, { delta = 1 }) {
    const difference = b.op('Sub', [logits, target]);
    const clipped = b.op('Clip', [difference, float(b, -delta), float(b, delta)]);
    const rest = b.op('Sub', [difference, b.op('Mul', [clipped, float(b, 0.5)])]);
    return mean(b, b.op('Mul', [clipped, rest]), clipped);
  },
};

/** max(z, 0) - z · y - log sigmoid(|z|): no exponential of a large number; the gradient is sigmoid(z) - y. */
const binaryCrossEntropy: Loss<LossOf<'binary-cross-entropy-with-logits'>> = {
  target: likeOutput,
  add(b, logits, target) {
    const linear = b.op('Sub', [b.op('Relu', [logits]), b.op('Mul', [logits, target])]);
    const logSigmoid = b.op('Log', [b.op('Sigmoid', [b.op('Abs', [logits])])]);
    return mean(b, b.op('Sub', [linear, logSigmoid]), b.op('Sub', [b.op('Sigmoid', [logits]), target]));
  },
};

/** The model computes its loss; targets, if any, are inputs of the model. */
const output: Loss<LossOf<'output'>> = {
  target(logits) {
    checkOutput(logits, elementCount(logits.shape) === 1, 'of one element');
    return null;
  },
  add(b, logits) {
    const { shape } = b.info(logits);
    const loss = shape.length === 0 ? logits : b.op('Reshape', [logits, b.integers([])]);
    return { loss, gradient: b.values('float32', shape, [1]) };
  },
};

export const LOSSES = {
  'softmax-cross-entropy': crossEntropy,
  'mean-squared-error': meanSquaredError,
  'binary-cross-entropy-with-logits': binaryCrossEntropy,
  l1,
  huber,
  output,
} as const satisfies { readonly [K in LossName]: Loss<LossOf<K>> };

/** The row of a loss with its options. */
export function lossOf(spec: LossSpec): {
  target(logits: Info): Info | null;
  add(b: GraphBuilder, logits: string, target: string): LossResult;
} {
  const bind = <Spec>(loss: Loss<Spec>, options: Spec) => ({
    target: (logits: Info) => loss.target(logits, options),
    add: (b: GraphBuilder, logits: string, target: string) => loss.add(b, logits, target, options),
  });
  switch (spec.kind) {
    case 'softmax-cross-entropy':
      return bind(LOSSES[spec.kind], spec);
    case 'huber':
      return bind(LOSSES[spec.kind], spec);
    default:
      return bind<LossOf<typeof spec.kind>>(LOSSES[spec.kind], spec);
  }
}
