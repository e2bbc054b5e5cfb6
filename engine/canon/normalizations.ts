/** Softmax and the normalizations, of primitives whose bits are the same everywhere. */
import { elementCount } from '#engine/graph/tensor.ts';
import type { Emit } from './emit.ts';
import { logarithmOfSum } from './logarithm.ts';
import type { RewriteRule, Site } from './rule.ts';
import { sumOver } from './sums.ts';

function exponentials({ e, ...site }: { e: Emit } & { x: string; axis: number }) {
  const { x, axis } = site;
  const shifted = e.op('Sub', [x, e.reduce('ReduceMax', x, [axis])]);
  const powers = e.op('Exp', [shifted]);
  return { shifted, powers, sum: sumOver(e, powers, [axis], true) };
}

export const softmax: RewriteRule = (site) => {
  const { powers, sum } = exponentials({ e: site.e, x: site.in(0), axis: site.axis(-1) });
  return [site.e.op('Div', [powers, sum])];
};

export const logSoftmax: RewriteRule = (site) => {
  const { e } = site;
  const axis = site.axis(-1);
  const { shifted, sum } = exponentials({ e, x: site.in(0), axis });
  return [e.op('Sub', [shifted, logarithmOfSum(e, sum, e.shape(shifted)[axis] as number)])];
};

/** Distance from the mean, the mean, and one over the deviation, over axes that are kept with size one. */
function standardized(e: Emit, x: string, axes: readonly number[], epsilon: number) {
  const share = 1 / elementCount(axes.map((axis) => e.shape(x)[axis] as number));
  const mean = sumOver(e, x, axes, true, share);
  const difference = e.op('Sub', [x, mean]);
  const variance = sumOver(e, e.op('Mul', [difference, difference]), axes, true, share);
  const deviation = e.op('Sqrt', [e.op('Add', [variance, e.scalar(x, epsilon)])]);
  return { difference, mean, inverse: e.op('Div', [e.scalar(x, 1), deviation]) };
}

/** Y, Mean and InvStdDev, https://onnx.ai/onnx/operators/onnx__LayerNormalization.html */
export const layerNormalization: RewriteRule = (site) => {
  const { e } = site;
  const x = site.in(0);
  const first = site.axis(-1);
  const axes = e.shape(x).flatMap((_, axis) => (axis >= first ? [axis] : []));
  const { difference, mean, inverse } = standardized(e, x, axes, site.float('epsilon', 1e-5));
  const scaled = e.op('Mul', [e.op('Mul', [difference, inverse]), site.in(1)]);
  return [site.has(2) ? e.op('Add', [scaled, site.in(2)]) : scaled, mean, inverse];
};

/** A vector of one number a channel, where the channels are axis 1 of `rank` axes. */
const perChannel = (e: Emit, name: string, rank: number): string =>
  e.reshape(name, [e.shape(name)[0] as number, ...Array<number>(rank - 2).fill(1)]);

/** With the running statistics; a batch's own are for training, whose graphs are made of other operators. */
export const batchNormalization: RewriteRule = (site) => {
  if (site.int('training_mode', 0) !== 0) return null;
  const { e } = site;
  const x = site.in(0);
  const rank = e.shape(x).length;
  const deviation = e.op('Sqrt', [e.op('Add', [site.in(4), e.scalar(x, site.float('epsilon', 1e-5))])]);
  const factor = perChannel(e, e.op('Div', [site.in(1), deviation]), rank);
  const centred = e.op('Sub', [x, perChannel(e, site.in(3), rank)]);
  return [e.op('Add', [e.op('Mul', [centred, factor]), perChannel(e, site.in(2), rank)])];
};

export const instanceNormalization: RewriteRule = (site) => {
  const { e } = site;
  const x = site.in(0);
  const { shape } = e.info(x);
  const axes = shape.flatMap((_, axis) => (axis >= 2 ? [axis] : []));
  const { difference, inverse } = standardized(e, x, axes, site.float('epsilon', 1e-5));
  const scaled = e.op('Mul', [e.op('Mul', [difference, inverse]), perChannel(e, site.in(1), shape.length)]);
  return [e.op('Add', [scaled, perChannel(e, site.in(2), shape.length)])];
};

export const globalAveragePool: RewriteRule = (site) => {
  const { shape } = site.e.info(site.in(0));
  const axes = shape.flatMap((_, axis) => (axis >= 2 ? [axis] : []));
  return [sumOver(site.e, site.in(0), axes, true, 1 / elementCount(shape.slice(2)))];
};

/** @param before of each term. @param factor of the sum, from the number of terms */
function sum(before: (site: Site, x: string) => string, factor: (terms: number) => number): RewriteRule {
  return (site) => {
    const axes = site.axes();
    if (axes === null) return null;
    const { e } = site;
    const x = before(site, site.in(0));
    const terms = elementCount(axes.map((axis) => e.shape(x)[axis] as number));
    return [sumOver(e, x, axes, site.int('keepdims', 1) === 1, factor(terms))];
  };
}

const squared = ({ e }: Site, x: string): string => e.op('Mul', [x, x]);
const alone = (_: Site, x: string): string => x;
const one = (): number => 1;

export const reduceSum = sum(alone, one);
export const reduceMean = sum(alone, (terms) => 1 / terms);
export const reduceSumSquare = sum(squared, one);
export const reduceL1 = sum(({ e }, x) => e.op('Abs', [x]), one);
export const reduceL2: RewriteRule = (site) => reduceSumSquare(site)?.map((name) => site.e.op('Sqrt', [name])) ?? null;
