/** A job's results as one file's tensors, and how many of its predictions were right. */
import { numbersOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { concatenate } from '#engine/state/state.ts';

type Outputs = ReadonlyMap<string, Tensor>;

/** Rows of every part, one part after the other. */
export function joinOutputs(parts: readonly Outputs[]): Map<string, Tensor> {
  return new Map(
    [...(parts[0] ?? [])].map(([name, { dtype, shape }]) => {
      const data = parts.flatMap((part) => part.get(name)?.data ?? []);
      return [name, concatenate(dtype, shape.slice(1), data)];
    }),
  );
}

export interface Evaluation {
  readonly rows: number;
  readonly correct: number;
  readonly accuracy: number;
}

/** The step graph's own count of right answers; null where the job had no labels. */
export function evaluationOf(outputs: Outputs): Evaluation | null {
  const counted = outputs.get('correct');
  if (counted === undefined) return null;
  const rows = counted.shape[0] ?? 0;
  const correct = numbersOf(counted).reduce((sum, one) => sum + one, 0);
  return { rows, correct, accuracy: rows === 0 ? 0 : correct / rows };
}
