/** The verdicts of the bounded class: the same bytes, within the profile, to be withheld, or outside what arithmetic allows. */
import type { Node } from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { type Distance, distanceOf } from './distance.ts';
import { checkpointThreshold, operatorThreshold, type Profile, SHIPPED } from './profile.ts';
import { type Changed, changeDistances, type Tensors } from './scale.ts';
import { firstOutside } from './sound.ts';

/**
 * `withhold` pays nothing and accuses nobody: a larger committee looks. Only `fault` is proof, and only a single operator
 * with the worker's own operands can show it: over several operators errors grow by what the numbers happen to be, and no
 * useful bound holds.
 */
export type BoundedVerdict = 'same' | 'within' | 'withhold' | 'fault';

const isBelow = ({ l2, max }: Distance, threshold: Distance): boolean => l2 <= threshold.l2 && max <= threshold.max;

/** One operator of a step, in a dispute: its operands are the worker's own, and `mine` was computed from them. */
export function compareOperator(
  node: Node,
  operands: readonly Tensor[],
  of: { readonly theirs: Tensor; readonly mine: Tensor },
  profile: Profile = SHIPPED,
): BoundedVerdict {
  const distance = distanceOf(of.theirs, of.mine);
  // Type and shape follow from the graph.
  if (distance === null) return 'fault';
  if (distance.l2 === 0 && distance.max === 0) return 'same';
  if (firstOutside(node, operands, of.theirs) !== null) return 'fault';
  return isBelow(distance, operatorThreshold(profile, node.op)) ? 'within' : 'withhold';
}

/** The end of a segment as somebody has it. */
export interface Ended {
  /** Null where the state does not change (inference). */
  readonly state: Tensors | null;
  readonly outputs: Tensors | null;
}

export interface SegmentComparison {
  /** What the segment began with; null of a merge, which makes all tensors anew. */
  readonly start: Tensors | null;
  readonly mine: Ended;
  readonly theirs: Ended;
  readonly steps: number;
  /** What flips of comparisons may add (ties.ts). */
  readonly flips: number;
}

/** One tensor and how far it is from its threshold: above 1 is outside. */
export interface Compared extends Changed {
  readonly threshold: Distance;
  readonly share: number;
}

function shareOf(distance: Distance, threshold: Distance): number {
  const part = (found: number, most: number): number => (found === 0 ? 0 : found / most);
  const share = Math.max(part(distance.l2, threshold.l2), part(distance.max, threshold.max));
  return Number.isNaN(share) ? Number.POSITIVE_INFINITY : share;
}

const NONE: Tensors = new Map();

/** Every tensor of a checkpoint against its threshold. @returns null where the two ends are not of the same form */
export function compareTensors(of: SegmentComparison, profile: Profile = SHIPPED): Compared[] | null {
  const { start, mine, theirs, steps, flips } = of;
  if ((mine.state === null) !== (theirs.state === null)) return null;
  const states = changeDistances(start, theirs.state ?? NONE, mine.state ?? NONE);
  const outputs = changeDistances(null, theirs.outputs ?? NONE, mine.outputs ?? NONE);
  if (states === null || outputs === null) return null;
  const results = outputs.map((one) => ({ ...one, slot: one.slot === 'counter' ? one.slot : ('output' as const) }));
  return [...states, ...results].map((found) => {
    const { l2, max } = checkpointThreshold(profile, found.slot, steps) ?? { l2: 0, max: 0 };
    // One flip moves a single element by as much as it likes; counters have none.
    const isFree = flips > 0 && found.slot !== 'counter';
    const threshold = isFree ? { l2: l2 + flips, max: Number.POSITIVE_INFINITY } : { l2, max };
    return { ...found, threshold, share: shareOf(found.distance, threshold) };
  });
}

/**
 * A whole segment has no sound bound, so that nothing here is a fault of arithmetic: `within` is paid, `withhold` is not.
 * Ends of another form are no matter of rounding: null, and the caller says what they are.
 */
export function compareSegment(
  of: SegmentComparison,
  profile: Profile = SHIPPED,
): Exclude<BoundedVerdict, 'fault'> | null {
  const compared = compareTensors(of, profile);
  if (compared === null) return null;
  if (compared.every(({ distance: { l2, max } }) => l2 === 0 && max === 0)) return 'same';
  return compared.every(({ share }) => share <= 1) ? 'within' : 'withhold';
}
