/** Trials of what slides a window: convolutions and pools over one and two axes. */
import { type Dice, type Generator, type Generators, SIGNED, type Trial } from './trial.ts';

/** A window along each axis, and an image that it fits. */
interface Sliding {
  readonly kernel: number[];
  readonly strides: number[];
  readonly dilations: number[];
  readonly begin: number[];
  readonly end: number[];
  readonly image: number[];
}

const reach = (kernel: number, dilation: number): number => dilation * (kernel - 1) + 1;

function sliding(d: Dice, of: { axes: number; holes: boolean; padsBelow: boolean }): Sliding {
  const each = <T>(draw: () => T): T[] => Array.from({ length: of.axes }, draw);
  const kernel = each(() => d.int(1, 3));
  const dilations = each(() => (of.holes ? d.int(1, 2) : 1));
  const strides = each(() => d.int(1, 3));
  // A pool does not pad by a whole kernel.
  const pads = () => kernel.map((size) => d.int(0, of.padsBelow ? size - 1 : 2));
  const [begin, end] = d.is() ? [pads(), pads()] : [each(() => 0), each(() => 0)];
  const image = kernel.map((size, i) => {
    const least = reach(size, dilations[i] as number) - (begin[i] as number) - (end[i] as number);
    // No window lies in the padding alone.
    return Math.max(dilations[i] as number, least) + d.int(0, 3);
  });
  return { kernel, strides, dilations, begin, end, image };
}

/** Attributes with their defaults left out now and then. */
function written(d: Dice, { strides, dilations, begin, end }: Sliding): Record<string, number[]> {
  const isPlain = (sizes: readonly number[], size: number): boolean => sizes.every((each) => each === size) && d.is();
  return {
    ...(isPlain(strides, 1) ? {} : { strides }),
    ...(isPlain(dilations, 1) ? {} : { dilations }),
    ...(isPlain([...begin, ...end], 0) ? {} : { pads: [...begin, ...end] }),
  };
}

interface Channels {
  readonly group: number;
  readonly each: number;
  readonly made: number;
}

/** One group, a few, or one for each channel. */
function channels(d: Dice): Channels {
  return { group: d.int(1, 3), each: d.int(1, 2), made: d.int(1, 2) };
}

const grouped = (d: Dice, group: number) => (group === 1 && d.is() ? {} : { group });

const automatic = (d: Dice, kinds: readonly string[]) => ({ auto_pad: d.pick(kinds) });

const conv: Generator = (d) => {
  const window = sliding(d, { axes: d.int(1, 2), holes: true, padsBelow: false });
  const { group, each, made } = channels(d);
  const x = d.weight([d.int(1, 2), group * each, ...window.image]);
  const operands = [x, d.weight([group * made, each, ...window.kernel])];
  const { pads, dilations, ...rest } = written(d, window);
  const isAutomatic = pads === undefined && d.is();
  const attributes: Trial['attributes'] = {
    ...rest,
    ...grouped(d, group),
    ...(pads === undefined ? {} : { pads }),
    // The runtime pads by itself only where there are no holes.
    ...(isAutomatic ? automatic(d, ['SAME_UPPER', 'SAME_LOWER', 'VALID', 'NOTSET']) : {}),
    ...(dilations === undefined || isAutomatic ? {} : { dilations }),
    ...(d.is() ? { kernel_shape: window.kernel } : {}),
  };
  const isFitting = window.dilations.every((size) => size === 1) || !isAutomatic;
  if (!isFitting) return conv(d);
  return d.trial('Conv', d.is() ? operands : [...operands, d.weight([group * made])], { attributes });
};

/** The result of a transposed convolution is what a convolution would have come from; its size may be larger by less than a stride. */
const convTranspose: Generator = (d) => {
  const axes = d.int(1, 2);
  const window = sliding(d, { axes, holes: true, padsBelow: false });
  const image = window.image.map(() => d.int(1, 3));
  const { group, each, made } = channels(d);
  const operands = [d.weight([d.int(1, 2), group * each, ...image]), d.weight([group * each, made, ...window.kernel])];
  const extra = window.strides.map((stride) => d.int(0, stride - 1));
  const whole = image.map(
    (size, i) =>
      (window.strides[i] as number) * (size - 1) +
      reach(window.kernel[i] as number, window.dilations[i] as number) +
      (extra[i] as number),
  );
  const fits = whole.every((size, i) => size - (window.begin[i] as number) - (window.end[i] as number) >= 1);
  const { pads, ...rest } = written(d, window);
  const attributes: Trial['attributes'] = {
    ...rest,
    ...grouped(d, group),
    ...(fits && pads !== undefined ? { pads } : {}),
    ...(extra.every((size) => size === 0) && d.is() ? {} : { output_padding: extra }),
  };
  const all = d.is() ? operands : [...operands, d.weight([group * made])];
  if (pads !== undefined || d.is()) return d.trial('ConvTranspose', all, { attributes });
  const given = d.is()
    ? { output_shape: whole.map((size) => Math.max(1, size - d.int(0, 2))) }
    : automatic(d, ['SAME_UPPER', 'SAME_LOWER']);
  const automaticallyPadded = { ...attributes, ...given, output_padding: extra.map(() => 0) };
  return d.trial('ConvTranspose', all, { attributes: automaticallyPadded, isImportOnly: true });
};

function pool(d: Dice, holes: boolean): { shape: number[]; attributes: Record<string, number | string | number[]> } {
  const window = sliding(d, { axes: d.int(1, 2), holes, padsBelow: true });
  const { pads, ...rest } = written(d, window);
  // The runtime refuses to pad by itself where the window leaps over elements.
  const isPlain = window.dilations.every((size, i) => size === 1 && window.strides[i]! <= window.kernel[i]!);
  const isAutomatic = pads === undefined && isPlain && d.is();
  return {
    shape: [d.int(1, 2), d.int(1, 2), ...window.image],
    attributes: {
      kernel_shape: window.kernel,
      ...rest,
      ...(pads === undefined ? {} : { pads }),
      ...(isAutomatic ? automatic(d, ['SAME_UPPER', 'SAME_LOWER', 'VALID']) : d.is() ? { ceil_mode: d.bit() } : {}),
    },
  };
}

const averagePool: Generator = (d) => {
  const { shape, attributes } = pool(d, false);
  const { dilations: _, ...rest } = attributes;
  const counted = d.is() ? { count_include_pad: d.bit() } : {};
  return d.trial('AveragePool', [d.weight(shape)], {
    attributes: { ...rest, ...counted },
    opset: d.pick([13, 18, 19]),
  });
};

const maxPool: Generator = (d) => {
  const { shape, attributes } = pool(d, true);
  const results = d.is() ? (['float'] as const) : (['float', 'int64'] as const);
  // The core operator always tells the places, by which its gradient goes back.
  return d.trial('MaxPool', [d.weight(shape)], { attributes, results, isImportOnly: results.length === 1 });
};

const whole =
  (op: string): Generator =>
  (d) =>
    d.trial(op, [d.weight(d.shape(3, 4), SIGNED)]);

export const WINDOWS: Generators = {
  AveragePool: averagePool,
  Conv: conv,
  ConvTranspose: convTranspose,
  GlobalAveragePool: whole('GlobalAveragePool'),
  GlobalMaxPool: whole('GlobalMaxPool'),
  MaxPool: maxPool,
};
