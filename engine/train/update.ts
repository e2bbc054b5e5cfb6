/** addUpdate(): from gradients to the next weights, by way of clipping, schedule, groups and optimizer. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { sortedNames } from '#engine/state/state.ts';
import { addClipping } from './clipping.ts';
import { groupOf } from './groups.ts';
import { addOptimizer, DEFAULT_DECAY, type Moved } from './optimizers.ts';
import type { UpdateOptions } from './options.ts';
import { type Scalar, Scalars } from './scalars.ts';
import { addRate } from './schedule.ts';

/**
 * Adds the output `NAME.next` of every weight and of everything that the optimizer keeps. A weight without a gradient, or
 * of a frozen group, stays as it is, in torch too: nothing is kept for it, and it does not decay.
 * @param weights inputs of the graph
 * @param gradients by name of the weight
 * @returns first state of what the optimizer keeps
 */
export function addUpdate(
  b: GraphBuilder,
  weights: ReadonlyMap<string, Tensor>,
  gradients: ReadonlyMap<string, string>,
  { optimizer, schedule, clipNorm, groups }: UpdateOptions,
): Map<string, Tensor> {
  const state = new Map<string, Tensor>();
  const learning = new Map<string, string>();
  for (const name of sortedNames(weights)) {
    const gradient = gradients.get(name);
    if (gradient === undefined || groupOf(name, groups)?.frozen === true) b.output(name, `${name}.next`);
    else learning.set(name, gradient);
  }
  const slopes = clipNorm === undefined ? learning : addClipping(b, learning, clipNorm);
  const rate = rates(b, addRate(b, optimizer.lr, schedule, state));
  const decay = optimizer.weightDecay ?? DEFAULT_DECAY[optimizer.kind];
  const moved = [...slopes].map(([name, gradient]): Moved => {
    const group = groupOf(name, groups);
    return { name, gradient, lr: rate(group?.lr ?? 1), weightDecay: group?.weightDecay ?? decay };
  });
  addOptimizer(b, optimizer, moved, state);
  return state;
}

/** The learning rate times a group's factor, computed once. */
function rates(b: GraphBuilder, lr: Scalar): (factor: number) => Scalar {
  const s = new Scalars(b);
  const known = new Map<number, Scalar>();
  return (factor) => {
    const rate = known.get(factor) ?? s.mul(lr, factor);
    known.set(factor, rate);
    return rate;
  };
}
