/** Comparisons that two honest executions may decide differently, and how far such a decision moves a checkpoint. */
import type { Graph } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';

/** Operators whose result jumps, or whose gradient does. */
const JUMPS = new Set(['Relu', 'LeakyRelu', 'Sign', 'Clip', 'MaxPool', 'Max', 'Min', 'HardSigmoid', 'Abs']);

/** Share of comparisons that fall between two honest values: operands of size 1 differ by some 10^-7, and few of them are at the jump. */
const RATE = 2 ** -24;
/** More flips than are allowed for happen this often. */
const SELDOM = 1e-4;

/** Elements that are compared in a step. */
export function comparisonsOf(graph: Graph): number {
  const shapes = new Map([...graph.values, ...graph.outputs].map(({ name, shape }) => [name, shape]));
  return graph.nodes.reduce((sum, { op, outputs }) => {
    const shape = shapes.get(outputs[0] ?? '');
    const isCounted = JUMPS.has(op) && shape?.every((size) => typeof size === 'number');
    return sum + (isCounted ? elementCount(shape as readonly number[]) : 0);
  }, 0);
}

export const comparisonsIn = (graph: Uint8Array): number => comparisonsOf(decodeModel(graph).graph);

/** The least count of flips that is exceeded no more often than `SELDOM`: Poisson, since each is rare. */
function mostFlips(mean: number): number {
  // The normal law is close enough where there are many.
  if (mean > 100) return mean + 4 * Math.sqrt(mean);
  let [term, rest, count] = [Math.exp(-mean), 1 - Math.exp(-mean), 0];
  while (rest > SELDOM) {
    count += 1;
    term *= mean / count;
    rest -= term;
  }
  return count;
}

/**
 * Of `comparisons` equal contributions to a gradient, some flips come or go: sqrt(flips / comparisons) of its length, and
 * twice that for contributions that are larger than others. Zero where a single flip would be a surprise: there it
 * is found by executing the segment again from weights that differ in their last bit (nudge.ts).
 */
export function flipAllowance(comparisons: number, steps: number): number {
  const mean = comparisons * steps * RATE;
  return mean < 1 ? 0 : 2 * Math.sqrt(mostFlips(mean) / comparisons);
}
