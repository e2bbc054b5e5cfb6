/** What the distance of two ends of a segment is measured by: how much the segment changed, and how much of that is noise. */
import { elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { type Distance, elementsOf, isSameBytes, isSameKind, NOTHING, sizeOf } from './distance.ts';
import { U32 } from './rounding.ts';

export type Tensors = ReadonlyMap<string, Tensor>;

/**
 * What a tensor of a checkpoint is: honest errors are of another size in each. An adaptive weight's steps are divided by its gradient's
 * own size, or are its sign; a counter is no float, and has none.
 */
export type Slot = 'weight' | 'adaptive' | 'mean' | 'square' | 'output' | 'counter';

/** By the names that the engine's optimizers give (engine/train/optimizers.ts). */
export function slotOf(name: string, { dtype }: Pick<Tensor, 'dtype'>, names: { has(name: string): boolean }): Slot {
  if (dtype !== 'float32' && dtype !== 'float64') return 'counter';
  const [, owner = '', ending = ''] = /^(.+)\.(momentum|m|v)$/.exec(name) ?? [];
  if (!names.has(owner)) return names.has(`${name}.m`) ? 'adaptive' : 'weight';
  return ending === 'v' ? 'square' : 'mean';
}

/** Neither an optimizer's own tensor nor a counter. */
export function isWeight(name: string, tensor: Tensor, names: { has(name: string): boolean }): boolean {
  const slot = slotOf(name, tensor, names);
  return slot === 'weight' || slot === 'adaptive';
}

/** One tensor at the end of a segment, and how far the other's is from it. */
export interface Changed {
  readonly name: string;
  readonly slot: Slot;
  readonly distance: Distance;
}

interface Sized extends Omit<Changed, 'distance'> {
  readonly own: Tensor;
  readonly count: number;
  readonly change: Distance;
  readonly whole: Distance;
  /** The first steps of an optimizer that divides by what it has not gathered yet. */
  readonly isFresh: boolean;
}

function sizesOf(start: Tensors | null, mine: Tensors): Sized[] {
  return [...mine].map(([name, own]) => {
    const before = start?.get(name);
    const numbers = elementsOf(own);
    const whole = sizeOf(numbers);
    const change = before === undefined ? whole : sizeOf(numbers, elementsOf(before));
    const slot = slotOf(name, own, mine);
    const mean = start?.get(`${name}.m`);
    const isFresh = slot === 'adaptive' && mean !== undefined && sizeOf(elementsOf(mean)).max === 0;
    return { name, own, slot, count: elementCount(own.shape), change, whole, isFresh };
  });
}

/** Root of the mean square over all tensors of a slot. */
function typical(sizes: readonly Sized[], slot: Slot, of: 'change' | 'whole'): number {
  const [squares, count] = sizes
    .filter((one) => one.slot === slot)
    .reduce(([sum, n], one) => [sum + one[of].l2 ** 2, n + one.count], [0, 0]);
  return count === 0 ? 0 : Math.sqrt(squares / count);
}

/**
 * Honest errors of a change D of a tensor of size W are errors of D, and roundings of W, which are as rare as the first are
 * small: u sqrt(D W) of them. Hence D + sqrt(D W), in which honest errors are the same for a learning rate of any size.
 *
 * Some gradients are nothing but rounding: of a bias whose effect a softmax or a normalization takes away again. Sums that cancel
 * leave errors of the size of other gradients, hence the slot's typical size on top; and an optimizer that divides by the
 * gradient's own size makes whole steps of it, as much larger as the mean is smaller than others.
 */
function scaleOf(size: Sized, sizes: readonly Sized[]): Distance {
  const { slot, name, change, whole, count } = size;
  const spread = change.l2 + Math.sqrt(change.l2 * whole.l2);
  const mean = sizes.find((one) => one.slot === 'mean' && one.name.slice(0, one.name.lastIndexOf('.')) === name);
  if ((slot === 'weight' || slot === 'adaptive') && mean !== undefined) {
    const factor = 1 + (typical(sizes, 'mean', 'whole') * Math.sqrt(count)) / (mean.whole.l2 + NOTHING);
    return { l2: spread * factor, max: change.max * factor };
  }
  const usual = slot === 'output' ? 0 : typical(sizes, slot, 'change');
  return { l2: spread + usual * Math.sqrt(count), max: change.max + usual };
}

/**
 * @param start what the segment began with; null where all is made anew (results, a merge)
 * @param mine the validator's own end, whose numbers set the scale: nothing that a worker writes widens it
 * @returns null where the tensors are not the same ones: no rounding gives another name, type or shape
 */
export function changeDistances(start: Tensors | null, theirs: Tensors, mine: Tensors): Changed[] | null {
  if (theirs.size !== mine.size) return null;
  const found: Changed[] = [];
  const sizes = sizesOf(start, mine);
  for (const size of sizes) {
    const { name, slot, own } = size;
    const other = theirs.get(name);
    if (other === undefined || !isSameKind(own, other)) return null;
    found.push({ name, slot, distance: distanceFrom(other, size, sizes) });
  }
  return found;
}

/**
 * Elements of an adaptive weight that may be anywhere: where a gradient is nothing but rounding, its step divided by
 * its own size is a full one up or down. In first steps these are many; later, of a large tensor, a few whose past is as small.
 */
const freeElements = ({ slot, count, isFresh }: Sized): number => {
  if (slot !== 'adaptive') return 0;
  return isFresh ? Math.max(4, Math.ceil(count / 64)) : Math.floor(count / 4096);
};
/** Anywhere: as far as a step reaches, in either direction. */
const REACH = 2;

/** The free elements do not count, as long as none is beyond the reach of a step. */
function trimmedDistance(other: Tensor, { own, count }: Sized, free: number, scale: Distance): Distance {
  const [a, b] = [elementsOf(other), elementsOf(own)];
  const apart = Float64Array.from({ length: count }, (_, i) => Math.abs((a[i] as number) - (b[i] as number))).sort();
  const kept = apart.subarray(0, Math.max(0, count - free));
  const max = (apart.at(-1) ?? 0) / (scale.max + NOTHING);
  return { l2: sizeOf(kept).l2 / (scale.l2 + NOTHING), max: max <= REACH ? 0 : Number.POSITIVE_INFINITY };
}

function distanceFrom(other: Tensor, size: Sized, sizes: readonly Sized[]): Distance {
  const { slot, own, whole } = size;
  if (isSameBytes(own, other)) return { l2: 0, max: 0 };
  if (slot === 'counter') return { l2: Number.POSITIVE_INFINITY, max: Number.POSITIVE_INFINITY };
  const apart = sizeOf(elementsOf(other), elementsOf(own));
  const scale = scaleOf(size, sizes);
  const free = freeElements(size);
  if (free > 0) return trimmedDistance(other, size, free, scale);
  // A single element may always fall on the other side of a rounding.
  const beyond = Number.isNaN(apart.max) ? apart.max : Math.max(0, apart.max - 2 * U32 * whole.max);
  return { l2: apart.l2 / (scale.l2 + NOTHING), max: beyond / (scale.max + NOTHING) };
}
