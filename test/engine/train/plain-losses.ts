/** The losses again in plain float64, from the formulas of torch's documentation. */
import type { LossSpec } from '#engine/train/options.ts';

const mean = (terms: readonly number[]): number => terms.reduce((sum, term) => sum + term, 0) / terms.length;

/** Rows of `classes` numbers each, in order. */
function crossEntropy(
  z: readonly number[],
  y: readonly number[],
  { ignoreIndex, labelSmoothing = 0 }: Extract<LossSpec, { kind: 'softmax-cross-entropy' }>,
): number {
  const classes = z.length / y.length;
  const kept = [...y.keys()].filter((row) => y[row] !== ignoreIndex);
  if (kept.length === 0) return 0;
  return mean(
    kept.map((row) => {
      const logits = z.slice(row * classes, (row + 1) * classes);
      const most = Math.max(...logits);
      const logSum = most + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
      const losses = logits.map((logit) => logSum - logit);
      return (1 - labelSmoothing) * (losses[y[row] as number] as number) + labelSmoothing * mean(losses);
    }),
  );
}

/** The loss of outputs `z` with targets `y`. */
export function plainLoss(z: readonly number[], y: readonly number[], spec: LossSpec): number {
  const each = (term: (z: number, y: number) => number): number =>
    mean(z.map((value, i) => term(value, y[i] as number)));
  switch (spec.kind) {
    case 'softmax-cross-entropy':
      return crossEntropy(z, y, spec);
    case 'mean-squared-error':
      return each((a, b) => (a - b) ** 2);
    case 'binary-cross-entropy-with-logits':
      return each((a, b) => -(b * Math.log(1 / (1 + Math.exp(-a))) + (1 - b) * Math.log(1 / (1 + Math.exp(a)))));
    case 'l1':
      return each((a, b) => Math.abs(a - b));
    case 'huber': {
      const { delta = 1 } = spec;
      const term = (d: number): number => (d <= delta ? 0.5 * d * d : delta * (d - 0.5 * delta));
      return each((a, b) => term(Math.abs(a - b)));
    }
    case 'output':
      return z[0] as number;
  }
}
