/** Trials of what moves elements or makes shapes. */
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { type Dice, float, floats, type Generator, type Generators, SIGNED, type Trial } from './trial.ts';

/** A shape of as many elements; one size may be left to the operator, and a size may be taken over by a zero. */
function refolded(d: Dice, shape: readonly number[]): number[] {
  let rest = elementCount(shape);
  const made: number[] = [];
  while (rest > 1) {
    const [divisor = rest] = [d.int(2, 5), 2, 3, 5].filter((each) => rest % each === 0);
    made.push(divisor);
    rest /= divisor;
  }
  if (d.is()) made.push(1);
  const open = d.int(0, made.length);
  return made.map((size, i) => (i === open ? -1 : size === shape[i] && d.is() ? 0 : size));
}

const reshape: Generator = (d) => {
  const shape = d.shape();
  const to = refolded(d, shape);
  const attributes = !to.includes(0) && d.is() ? { allowzero: 1 } : {};
  return d.trial('Reshape', [d.weight(shape), d.list(to)], { attributes });
};

const flatten: Generator = (d) => {
  const shape = d.shape();
  const attributes = d.is() ? {} : { axis: d.int(-shape.length, shape.length) };
  return d.trial('Flatten', [d.weight(shape)], { attributes });
};

const squeeze: Generator = (d) => {
  const shape = d.shape(1, 4).flatMap((size) => (d.is() ? [size, 1] : [size]));
  const ones = shape.flatMap((size, i) => (size === 1 ? [d.is() ? i : i - shape.length] : []));
  const some = ones.filter(() => d.is());
  return d.trial('Squeeze', some.length === 0 ? [d.weight(shape)] : [d.weight(shape), d.list(some)]);
};

const unsqueeze: Generator = (d) => {
  const shape = d.shape(0, 3);
  const count = d.int(1, 3);
  const rank = shape.length + count;
  const axes = d.order(rank).slice(0, count);
  return d.trial('Unsqueeze', [d.weight(shape), d.list(axes.map((axis) => (d.is() ? axis : axis - rank)))]);
};

const expand: Generator = (d) => {
  const whole = d.shape();
  const narrow = d.narrowed(whole);
  // A 1 in the place of a size of the operand keeps that size.
  const to = whole.map((size, i) => (narrow[i - whole.length + narrow.length] === size && d.is() ? 1 : size));
  return d.trial('Expand', [d.weight(narrow), d.list(to)]);
};

const tile: Generator = (d) => {
  const shape = d.shape(1, 4, 16);
  return d.trial('Tile', [d.weight(shape), d.list(shape.map(() => d.int(1, 3)))]);
};

const transpose: Generator = (d) => {
  const shape = d.shape();
  return d.trial('Transpose', [d.weight(shape)], { attributes: d.is() ? {} : { perm: d.order(shape.length) } });
};

const concat: Generator = (d) => {
  const shape = d.shape(1, 4, 16);
  const axis = d.axis(shape.length);
  const at = axis < 0 ? axis + shape.length : axis;
  const parts = Array.from({ length: d.int(1, 4) }, () => d.weight(shape.with(at, d.int(1, 3))));
  return d.trial('Concat', parts, { attributes: { axis } });
};

/** Starts and ends also beyond the borders and from behind, steps also backwards, each axis once; never an empty result. */
const slice: Generator = (d) => {
  const shape = d.shape();
  const axes = d.order(shape.length).slice(0, d.int(1, shape.length));
  const cuts = axes.map((axis) => {
    const size = shape[axis] as number;
    const [low, high] = [d.int(0, size - 1), d.int(0, size - 1)].sort((a, b) => a - b) as [number, number];
    const step = d.pick([1, 1, 2, 3, -1, -2]);
    const toward = (at: number): number => (d.is() ? at : at - size);
    if (step > 0) return { start: toward(low), end: high === size - 1 && d.is() ? 2 ** 31 : high + 1, step };
    return { start: high === size - 1 && d.is() ? 2 ** 31 : toward(high), end: low === 0 ? -(2 ** 31) : low - 1, step };
  });
  const list = (pick: (cut: (typeof cuts)[number]) => number) => d.list(cuts.map(pick));
  const named = d.list(axes.map((axis) => (d.is() ? axis : axis - shape.length)));
  const inputs = [d.weight(shape), list(({ start }) => start), list(({ end }) => end), named];
  const isPlain = cuts.every(({ step }) => step === 1);
  return d.trial('Slice', isPlain && d.is() ? inputs : [...inputs, list(({ step }) => step)]);
};

/** Sizes given, equal parts, or a number of parts whose last is smaller. */
const split: Generator = (d) => {
  const shape = d.shape(1, 4, 24);
  const axis = d.int(0, shape.length - 1);
  const parts = Array.from({ length: d.int(1, 3) }, () => d.int(1, 3));
  const isEqual = d.is();
  const each = parts[0] as number;
  const last = d.int(1, each);
  const whole = isEqual ? (parts.length - 1) * each + last : parts.reduce((sum, size) => sum + size, 0);
  const x = d.weight(shape.with(axis, whole));
  const results = parts.map(() => 'float' as const);
  const attributes = { axis: d.is() ? axis : axis - shape.length };
  if (!isEqual) return d.trial('Split', [x, d.list(parts)], { results, attributes });
  const isFair = Math.ceil(whole / parts.length) === each;
  const more = last === each ? {} : { num_outputs: parts.length };
  if (!isFair) return d.trial('Split', [x, d.list([...parts.slice(1).map(() => each), last])], { results, attributes });
  const opset = last === each && d.is() ? 13 : 18;
  const counted = opset === 18 ? { num_outputs: parts.length } : more;
  return d.trial('Split', [x], {
    opset,
    results,
    attributes: { ...attributes, ...counted },
    isImportOnly: opset === 13,
  });
};

const triangle: Generator = (d) => {
  const shape = d.shape(2, 4);
  const x = d.weight(shape);
  const attributes = d.is() ? {} : { upper: d.bit() };
  return d.trial('Trilu', d.is() ? [x] : [x, d.given('int64', [], [d.int(-3, 3)])], { attributes });
};

const depthToSpace: Generator = (d) => {
  const blocksize = d.int(1, 2);
  const shape = [d.int(1, 2), blocksize ** 2 * d.int(1, 2), d.int(1, 3), d.int(1, 3)];
  const attributes = { blocksize, ...(d.is() ? { mode: d.pick(['DCR', 'CRD']) } : {}) };
  return d.trial('DepthToSpace', [d.weight(shape)], { attributes });
};

const spaceToDepth: Generator = (d) => {
  const blocksize = d.int(1, 2);
  const shape = [d.int(1, 2), d.int(1, 2), blocksize * d.int(1, 2), blocksize * d.int(1, 2)];
  return d.trial('SpaceToDepth', [d.weight(shape)], { attributes: { blocksize } });
};

const constant: Generator = (d) => {
  const shape = d.shape(1, 3, 8);
  const numbers = Array.from({ length: elementCount(shape) }, () => d.int(-4, 4));
  const tensor = (dtype: 'float32' | 'int64') => ({ kind: 'tensor', value: tensorOf(dtype, shape, numbers) }) as const;
  const forms: ReadonlyArray<readonly [Trial['attributes'], 'float32' | 'int64']> = [
    [{ value: tensor('float32') }, 'float32'],
    [{ value: tensor('int64') }, 'int64'],
    [{ value_int: d.int(-4, 4) }, 'int64'],
    [{ value_ints: numbers }, 'int64'],
    [{ value_float: float(d.number(-2, 2)) }, 'float32'],
    [{ value_floats: floats(numbers) }, 'float32'],
  ];
  const [attributes, type] = d.pick(forms);
  return d.trial('Constant', [], { attributes, results: [type], isImportOnly: !('value' in attributes) });
};

const constantOfShape: Generator = (d) => {
  const dtype = d.pick(['float32', 'int64', 'bool'] as const);
  const attributes: Trial['attributes'] = { value: { kind: 'tensor', value: tensorOf(dtype, [1], [d.bit()]) } };
  const isPlain = d.is();
  return d.trial('ConstantOfShape', [d.list(d.shape())], {
    attributes: isPlain ? {} : attributes,
    results: [isPlain ? 'float32' : dtype],
  });
};

const eyeLike: Generator = (d) => {
  const dtype = d.pick(['float32', 'int64'] as const);
  const x = d.fixed([d.int(1, 5), d.int(1, 5)]);
  const attributes = { ...(d.is() ? { k: d.int(-2, 2) } : {}), dtype: ELEMENT_TYPE[dtype] };
  return d.trial('EyeLike', [x], { attributes, results: [dtype] });
};

const range: Generator = (d) => {
  const [start, limit, step] = [d.int(-5, 5), d.int(-5, 5), d.pick([1, 2, 3])];
  const isDown = limit < start;
  const numbers = [start, limit, isDown ? -step : step];
  if (start === limit) numbers[1] = limit + 1;
  const type = d.pick(['int64', 'int32', 'float32'] as const);
  return d.trial(
    'Range',
    numbers.map((number) => d.given(type, [], [number])),
    { results: [type] },
  );
};

const shapeOf: Generator = (d) => {
  const shape = d.shape();
  const [start, end] = [d.int(0, shape.length - 1), d.int(0, shape.length)].sort((a, b) => a - b) as [number, number];
  const from = (at: number): number => (at < shape.length && d.is() ? at - shape.length : at);
  const attributes = {
    ...(d.is() ? { start: from(start) } : {}),
    ...(end > start && d.is() ? { end: from(end) } : {}),
  };
  return d.trial('Shape', [d.weight(shape)], { attributes, results: ['int64'] });
};

export const MOVEMENT: Generators = {
  Concat: concat,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  DepthToSpace: depthToSpace,
  Expand: expand,
  EyeLike: eyeLike,
  Flatten: flatten,
  Range: range,
  Reshape: reshape,
  Shape: shapeOf,
  Size: (d) => d.trial('Size', [d.weight(d.shape(), SIGNED)], { results: ['int64'] }),
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Trilu: triangle,
  Unsqueeze: unsqueeze,
};
