/** The sound bound of a node's result, given the operands that were actually used: outside it nobody honest can be. */
import type { Node } from '#engine/graph/graph.ts';
import { numbersOf } from '#engine/graph/numbers.ts';
import { elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { lanesOf } from './lanes.ts';
import { type Bounded, isInside, unitOf } from './rounding.ts';
import { RULES } from './rules.ts';

/** Results whose elements the rules compute: others are integers, where a bound has no meaning. */
const HAS_BOUND = new Set<Tensor['dtype']>(['float32', 'float64', 'bool']);

/** One element of a node's first result. */
export type BoundAt = (element: number) => Bounded;

/**
 * @param operands in the order of the node's inputs
 * @returns null where the operator has none: whoever disagrees goes to the jury
 */
export function soundBound(
  node: Node,
  operands: readonly Tensor[],
  result: Pick<Tensor, 'dtype' | 'shape'>,
): BoundAt | null {
  const rule = RULES[node.op];
  if (rule === undefined || !HAS_BOUND.has(result.dtype)) return null;
  if (operands.some(({ dtype }) => dtype === 'int64' || dtype === 'int32') && node.op === 'Cast') return null;
  const lanes = lanesOf(node, operands, result.shape);
  const unit = unitOf(result.dtype);
  return (element) => rule({ ...lanes(element), attributes: node.attributes, unit });
}

/** The first element of a result that no honest evaluation of these operands gives; null where all could be. */
export function firstOutside(node: Node, operands: readonly Tensor[], result: Tensor): number | null {
  const boundAt = soundBound(node, operands, result);
  if (boundAt === null) return null;
  const numbers = numbersOf(result);
  const count = elementCount(result.shape);
  for (let element = 0; element < count; element++)
    if (!isInside(numbers[element] as number, boundAt(element))) return element;
  return null;
}
