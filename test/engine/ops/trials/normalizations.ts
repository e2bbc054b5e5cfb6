/** Trials of normalizations, over the axes that each has and with statistics of the batch or given ones. */
import { elementCount } from '#engine/graph/tensor.ts';
import { type Dice, float, type Generator, type Generators, POSITIVE, type Trial } from './trial.ts';

/** Large enough to be seen in float32. */
const epsilon = (d: Dice): Trial['attributes'] => (d.is() ? {} : { epsilon: float(d.number(0.0625, 0.5)) });

/** At least two numbers in each mean, for one alone is normalized to nothing. */
function image(d: Dice, channels: number): number[] {
  return [d.int(1, 2), channels, d.int(2, 4), ...(d.is() ? [d.int(1, 3)] : [])];
}

const batchNormalization: Generator = (d) => {
  const channels = d.int(1, 3);
  const isTraining = d.is();
  const shape = d.is() ? image(d, channels) : [d.int(2, 4), channels];
  const operands = [
    d.weight(shape),
    d.weight([channels]),
    d.weight([channels]),
    d.fixed([channels]),
    d.fixed([channels], POSITIVE),
  ];
  const momentum = d.is() ? {} : { momentum: float(d.number(0.25, 0.9)) };
  const training = isTraining ? { training_mode: 1 } : d.is() ? { training_mode: 0 } : {};
  return d.trial('BatchNormalization', operands, {
    opset: d.pick([14, 15, 18]),
    attributes: { ...epsilon(d), ...momentum, ...training },
    beside: isTraining ? ['float', 'float'] : [],
  });
};

const instanceNormalization: Generator = (d) => {
  const channels = d.int(1, 3);
  const operands = [d.weight(image(d, channels)), d.weight([channels]), d.weight([channels])];
  return d.trial('InstanceNormalization', operands, { attributes: epsilon(d) });
};

/** One scale for each group in opset 18, one for each channel from 21 on. */
const groupNormalization: Generator = (d) => {
  const [groups, each] = [d.int(1, 3), d.int(1, 2)];
  const opset = d.pick([18, 21]);
  const count = opset === 18 ? groups : groups * each;
  const operands = [d.weight(image(d, groups * each)), d.weight([count]), d.weight([count])];
  return d.trial('GroupNormalization', operands, { opset, attributes: { ...epsilon(d), num_groups: groups } });
};

function layer(d: Dice): { shape: number[]; scale: number[]; attributes: Trial['attributes'] } {
  const shape = [...d.shape(0, 2, 8), d.int(1, 3), d.int(2, 4)];
  const axis = d.pick([-1, -2, shape.length - 1, shape.length - 2]);
  const isLeftOut = axis === -1 && d.is();
  const scale = shape.slice(axis);
  return { shape, scale, attributes: { ...epsilon(d), ...(isLeftOut ? {} : { axis }) } };
}

const layerNormalization: Generator = (d) => {
  const { shape, scale, attributes } = layer(d);
  const operands = [d.weight(shape), d.weight(scale), ...(d.is() ? [d.weight(scale)] : [])];
  // The core operator always tells mean and deviation, for its gradient.
  return d.trial('LayerNormalization', operands, { attributes, isImportOnly: true });
};

const rmsNormalization: Generator = (d) => {
  const { shape, scale, attributes } = layer(d);
  const narrow = elementCount(scale) > 1 && d.is() ? scale.map(() => 1) : scale;
  return d.trial('RMSNormalization', [d.weight(shape), d.weight(narrow)], { opset: 23, attributes });
};

export const NORMALIZATIONS: Generators = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
};
