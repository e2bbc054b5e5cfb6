/** Convolutions whose window has one place, as products of matrices over all images. */
// Image by image they are products with one column, for which the runtime has other kernels on some processors.
import { intAttribute, intsAttribute } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import type { Emit } from './emit.ts';
import { multiplied, turned } from './products.ts';
import type { RewriteRule, Site } from './rule.ts';

interface Slid {
  readonly kernel: readonly number[];
  readonly dilations: readonly number[];
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly group: number;
}

/** null where the pads follow from the size of the result. */
function slidOf({ e, node }: Site, weight: string): Slid | null {
  const padding = node.attributes.get('auto_pad');
  if (padding?.kind === 'string' && padding.value !== 'NOTSET') return null;
  const kernel = e.shape(weight).slice(2);
  const pads = intsAttribute(node.attributes, 'pads') ?? kernel.flatMap(() => [0, 0]);
  return {
    kernel,
    dilations: intsAttribute(node.attributes, 'dilations') ?? kernel.map(() => 1),
    begin: pads.slice(0, kernel.length),
    end: pads.slice(kernel.length),
    group: intAttribute(node.attributes, 'group', 1),
  };
}

function padded(e: Emit, name: string, begin: readonly number[], end: readonly number[]): string {
  if ([...begin, ...end].every((size) => size === 0)) return name;
  const pads = [0, 0, ...begin, 0, 0, ...end].map((size) => (size === 0 ? 0 : size));
  return e.op('Pad', [name, e.constant('int64', [pads.length], pads)]);
}

/** What the window sees: as many elements of each spatial axis as the kernel has. */
function seen(e: Emit, x: string, { kernel, dilations, begin, end }: Slid): string {
  const whole = padded(e, x, begin, end);
  const sizes = e.shape(whole).slice(2);
  if (sizes.every((size, i) => size === kernel[i] && dilations[i] === 1)) return whole;
  const vector = (numbers: readonly number[]): string => e.constant('int64', [numbers.length], numbers);
  const ends = kernel.map((size, i) => (dilations[i] as number) * (size - 1) + 1);
  return e.op('Slice', [
    whole,
    vector(kernel.map(() => 0)),
    vector(ends),
    vector(kernel.map((_, i) => i + 2)),
    vector(dilations),
  ]);
}

/** [images, groups × size] as [groups, images, size]. */
function byGroup(e: Emit, name: string, images: number, groups: number): string {
  const apart = e.reshape(name, [images, groups, elementCount(e.shape(name)) / (images * groups)]);
  return groups === 1
    ? e.reshape(apart, [1, images, elementCount(e.shape(name)) / images])
    : e.op('Transpose', [apart], { perm: [1, 0, 2] });
}

/** The other way round. */
function byImage(e: Emit, name: string): string {
  const [groups = 1, images = 1, size = 1] = e.shape(name);
  const turnedBack = groups === 1 ? name : e.op('Transpose', [name], { perm: [1, 0, 2] });
  return e.reshape(turnedBack, [images, groups * size]);
}

/** Products of the groups; a single one is a product of two matrices. */
function products(e: Emit, left: string, right: string): string {
  const [groups, m = 1] = e.shape(left);
  if (groups !== 1) return multiplied(e, left, right);
  const flat = (name: string): string => e.reshape(name, e.shape(name).slice(1));
  const made = multiplied(e, flat(left), flat(right));
  return e.reshape(made, [1, m, e.shape(made).at(-1) as number]);
}

function biased(site: Site, name: string): string {
  const { e } = site;
  if (!site.has(2)) return name;
  const rank = e.shape(name).length;
  const channels = e.shape(site.in(2))[0] as number;
  return e.op('Add', [name, e.reshape(site.in(2), [channels, ...Array<number>(rank - 2).fill(1)])]);
}

/** @param places spatial sizes of the result */
export function singlePlaceConv(site: Site, places: readonly number[]): readonly string[] | null {
  const { e } = site;
  const slid = slidOf(site, site.in(1));
  if (slid === null || e.info(site.in(0)).dtype !== 'float32' || elementCount(places) !== 1) return null;
  const [images = 1] = e.shape(site.in(0));
  const [filters = 1] = e.shape(site.in(1));
  const { group } = slid;
  const left = byGroup(e, seen(e, site.in(0), slid), images, group);
  const terms = elementCount(e.shape(site.in(1))) / filters;
  const right = turned(e, e.reshape(site.in(1), [group, filters / group, terms]));
  const made = e.reshape(byImage(e, products(e, left, right)), [images, filters, ...places]);
  return [biased(site, made)];
}

/** A transposed convolution of images with one place: each channel's kernels, weighted. */
export const singlePlaceTranspose: RewriteRule = (site) => {
  const { e, node } = site;
  const [images = 1, channels = 1, ...sizes] = e.shape(site.in(0));
  const slid = slidOf(site, site.in(1));
  const isSimple = elementCount(sizes) === 1 && e.info(site.in(0)).dtype === 'float32';
  if (slid === null || !isSimple || node.attributes.has('output_shape')) return null;
  const { kernel, dilations, begin, end, group } = slid;
  if (dilations.some((size) => size !== 1)) return null;
  const [, each = 1] = e.shape(site.in(1));
  const left = byGroup(e, site.in(0), images, group);
  const right = e.reshape(site.in(1), [group, channels / group, each * elementCount(kernel)]);
  const whole = e.reshape(byImage(e, products(e, left, right)), [images, each * group, ...kernel]);
  const extra = intsAttribute(node.attributes, 'output_padding') ?? kernel.map(() => 0);
  const cut = padded(
    e,
    whole,
    begin.map((size) => -size),
    end.map((size, i) => (extra[i] as number) - size),
  );
  return [biased(site, cut)];
};
