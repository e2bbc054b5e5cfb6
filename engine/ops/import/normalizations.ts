/** Normalizations of models: all of them are one composition, over different axes and in different shapes. */
import { floatAttribute, intAttribute, type Node } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { normalizedGradient } from '../reduction-gradients.ts';
import type { Rule } from '../rule.ts';
import { type Imported, type Importer, like, type Modes, reshaped } from './importer.ts';

interface Normalized {
  readonly value: string;
  readonly mean: string;
  readonly variance: string;
}

/** (x - mean) / √(variance + ε) over some axes, with one gradient rule for the whole (arXiv 1502.03167, section 3). */
function normalize(of: Imported, x: string, axes: readonly number[]): Normalized {
  const { b } = of;
  const epsilon = like(of, floatAttribute(of.call.attributes, 'epsilon', 1e-5));
  let inverse = '';
  const rule: Rule = (made) => {
    if (made.isUsed(1) || made.isUsed(2)) throw of.call.error('a gradient of the mean or the variance');
    return [normalizedGradient(made, { g: made.dy, normalized: made.y, inverse, axes })];
  };
  const [value = '', mean = '', variance = ''] = b.composed('Normalize', [x], rule, () => {
    const list = b.integers(axes);
    const average = b.op('ReduceMean', [x, list]);
    const difference = b.op('Sub', [x, average]);
    const spread = b.op('ReduceMean', [b.op('Mul', [difference, difference]), list]);
    inverse = b.op('Reciprocal', [b.op('Sqrt', [b.op('Add', [spread, epsilon])])]);
    return [b.op('Mul', [difference, inverse]), average, spread];
  });
  return { value, mean, variance };
}

/** A vector over the channels, axis 1. */
function perChannel(of: Imported, name: string, rank: number): string {
  const { shape } = of.b.info(name);
  return reshaped(of, name, [1, elementCount(shape), ...Array<number>(rank - 2).fill(1)]);
}

function scaledAndShifted(of: Imported, value: string, scale: string, shift: string): string {
  const rank = of.b.info(value).shape.length;
  return of.b.op('Add', [of.b.op('Mul', [value, perChannel(of, scale, rank)]), perChannel(of, shift, rank)]);
}

/** https://onnx.ai/onnx/operators/onnx__BatchNormalization.html; the running variance is the population's. */
function withBatchStatistics(of: Imported): readonly string[] {
  const { b, call } = of;
  const { shape } = call.input(0);
  const axes = shape.flatMap((_, i) => (i === 1 ? [] : [i]));
  const { value, mean, variance } = normalize(of, of.in(0), axes);
  const momentum = floatAttribute(call.attributes, 'momentum', 0.9);
  const moved = (i: number, statistic: string): string => {
    const flat = reshaped(of, statistic, call.input(i).shape);
    const kept = b.op('Mul', [of.in(i), like(of, momentum)]);
    const next = b.op('Add', [kept, b.op('Mul', [flat, like(of, 1 - momentum)])]);
    of.setRunning(i, next);
    return next;
  };
  return [scaledAndShifted(of, value, of.in(1), of.in(2)), moved(3, mean), moved(4, variance)];
}

/** Statistics that stand still: one multiplication and one addition for each element. */
function withRunningStatistics(of: Imported): readonly string[] {
  const { b, call } = of;
  const epsilon = like(of, floatAttribute(call.attributes, 'epsilon', 1e-5));
  const factor = b.op('Div', [of.in(1), b.op('Sqrt', [b.op('Add', [of.in(4), epsilon])])]);
  const shift = b.op('Sub', [of.in(2), b.op('Mul', [of.in(3), factor])]);
  return [scaledAndShifted(of, of.in(0), factor, shift), of.in(3), of.in(4)];
}

/** Until opset 13 a node that is to train has more results than one. */
export function hasBatchStatistics(node: Node, opset: number, { batchNorm }: Modes): boolean {
  if (batchNorm !== 'as-exported') return batchNorm === 'train';
  return opset < 14 ? node.outputs.length > 1 : intAttribute(node.attributes, 'training_mode', 0) === 1;
}

const batchNormalization: Importer = (of) => {
  if (of.call.input(0).shape.length < 2) throw of.call.error('an input without channels');
  const isTraining = hasBatchStatistics(of.call.node, of.opset, of.modes);
  return isTraining ? withBatchStatistics(of) : withRunningStatistics(of);
};

const instanceNormalization: Importer = (of) => {
  const axes = of.call.input(0).shape.flatMap((_, i) => (i < 2 ? [] : [i]));
  return [scaledAndShifted(of, normalize(of, of.in(0), axes).value, of.in(1), of.in(2))];
};

/** Until opset 20 scale and bias have one number for each group, then one for each channel. */
const groupNormalization: Importer = (of) => {
  const { call } = of;
  const { shape } = call.input(0);
  const groups = intAttribute(call.attributes, 'num_groups', 1);
  const [batch = 1, channels = 1] = shape;
  if (channels % groups !== 0) throw call.error(`${channels} channels in ${groups} groups`);
  const apart = reshaped(of, of.in(0), [batch, groups, elementCount(shape) / (batch * groups)]);
  const { value } = normalize(of, apart, [2]);
  const isByGroup = elementCount(call.input(1).shape) === groups && groups !== channels;
  if (!isByGroup) return [scaledAndShifted(of, reshaped(of, value, shape), of.in(1), of.in(2))];
  return [reshaped(of, scaledAndShifted(of, value, of.in(1), of.in(2)), shape)];
};

/** With mean and 1 / σ, for the gradient. */
const layerNormalization: Importer = (of) => {
  const { b, call } = of;
  const axis = call.axis(intAttribute(call.attributes, 'axis', -1), call.input(0).shape.length);
  const epsilon = { kind: 'float', value: floatAttribute(call.attributes, 'epsilon', 1e-5) } as const;
  const inputs = [of.in(0), of.in(1), ...(call.has(2) ? [of.in(2)] : [])];
  return b.ops('LayerNormalization', inputs, { axis, epsilon }, 3);
};

/** x / √(mean(x²) + ε) · scale, arXiv 1910.07467. */
const rmsNormalization: Importer = (of) => {
  const { b, call } = of;
  const { shape } = call.input(0);
  const axis = call.axis(intAttribute(call.attributes, 'axis', -1), shape.length);
  const axes = b.integers(shape.flatMap((_, i) => (i >= axis ? [i] : [])));
  const square = b.op('ReduceMean', [b.op('Mul', [of.in(0), of.in(0)]), axes]);
  const epsilon = like(of, floatAttribute(call.attributes, 'epsilon', 1e-5));
  const inverse = b.op('Reciprocal', [b.op('Sqrt', [b.op('Add', [square, epsilon])])]);
  return [b.op('Mul', [b.op('Mul', [of.in(0), inverse]), of.in(1)])];
};

export const NORMALIZATIONS: Readonly<Record<string, Importer>> = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
};
