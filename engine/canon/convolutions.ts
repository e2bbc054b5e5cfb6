/** Convolutions with one filter for a group, which the runtime computes with kernels of their own on some processors. */
import { intAttribute } from '#engine/graph/graph.ts';
import type { RewriteRule } from './rule.ts';
import { singlePlaceConv } from './single-place.ts';

/** Every filter twice, and one of the two results: with two filters for a group it is a product of matrices again. */
const depthwise: RewriteRule = (site) => {
  const { e, node } = site;
  const weight = e.shape(site.in(1));
  const group = intAttribute(node.attributes, 'group', 1);
  const [filters = 1, ...kernel] = weight;
  if (filters !== group || e.info(site.in(0)).dtype !== 'float32') return null;
  const twice = (name: string, rest: readonly number[]): string => {
    const apart = e.reshape(name, [filters, 1, ...rest]);
    return e.reshape(e.op('Concat', [apart, apart], { axis: 1 }), [2 * filters, ...rest]);
  };
  const bias = site.has(2) ? [twice(site.in(2), [])] : [];
  const made = e.op('Conv', [site.in(0), twice(site.in(1), kernel), ...bias], Object.fromEntries(node.attributes));
  const [batch = 1, , ...places] = e.shape(made);
  const pairs = e.reshape(made, [batch, filters, 2, ...places]);
  const first = e.op('Gather', [pairs, e.constant('int64', [], [0])], { axis: 2 });
  return [first];
};

/** One place is a product of matrices, one filter for a group is computed twice. */
export const conv: RewriteRule = (site) => {
  const places = site.places();
  return (places === null ? null : singlePlaceConv(site, places)) ?? depthwise(site);
};
