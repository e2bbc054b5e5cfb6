/** Trials of what picks, places, surrounds or resizes by index. */
import { elementCount } from '#engine/graph/tensor.ts';
import { type Dice, type Generator, type Generators, type Operand, SIGNED, type Trial } from './trial.ts';

/** Places along an axis, counted from either end; the same one may come several times. */
const places = (d: Dice, shape: readonly number[], size: number): Operand => d.whole(shape, -size, size - 1);

const gather: Generator = (d) => {
  const shape = d.shape();
  const axis = d.axis(shape.length);
  const indices = places(d, d.shape(0, 2, 6), shape.at(axis) as number);
  return d.trial('Gather', [d.weight(shape), indices], { attributes: axis === 0 && d.is() ? {} : { axis } });
};

const gatherElements: Generator = (d) => {
  const shape = d.shape();
  const axis = d.axis(shape.length);
  const at = axis < 0 ? axis + shape.length : axis;
  const taken = shape.map((size, i) => (i === at ? d.int(1, 4) : d.int(1, size)));
  return d.trial('GatherElements', [d.weight(shape), places(d, taken, shape[at] as number)], { attributes: { axis } });
};

/** Index vectors of this many rows, each naming `depth` axes. */
function vectors(d: Dice, shape: readonly number[], rows: readonly number[], isDistinct: boolean): Operand {
  const depth = d.int(1, shape.length);
  const named = shape.slice(0, depth);
  const total = elementCount(named);
  const start = d.int(0, total - 1);
  const flat = Array.from({ length: elementCount(rows) }, (_, i) =>
    isDistinct ? (start + i) % total : d.int(0, total - 1),
  );
  const numbers = flat.flatMap((place) =>
    named.map((size, axis) => {
      const at = Math.floor(place / elementCount(named.slice(axis + 1))) % size;
      return d.is() ? at : at - size;
    }),
  );
  return d.given('int64', [...rows, depth], numbers, d.pick(['constant', 'input']));
}

const gatherND: Generator = (d) => {
  const shape = d.shape();
  return d.trial('GatherND', [d.weight(shape), vectors(d, shape, d.shape(0, 2, 6), false)]);
};

/** Without a reduction every place is written once, for the order of two writers is nobody's promise. */
const scatterND: Generator = (d) => {
  const shape = d.shape(1, 4, 24);
  const isAdded = d.is();
  const indices = vectors(d, shape, [d.int(1, isAdded ? 4 : Math.min(4, shape[0] as number))], !isAdded);
  const depth = indices.shape.at(-1) as number;
  const updates = d.weight([...indices.shape.slice(0, -1), ...shape.slice(depth)]);
  const attributes: Trial['attributes'] = isAdded ? { reduction: 'add' } : d.is() ? { reduction: 'none' } : {};
  return d.trial('ScatterND', [d.weight(shape), indices, updates], { attributes });
};

const scatterElements: Generator = (d) => {
  const shape = d.shape(1, 4, 24);
  const axis = d.axis(shape.length);
  const at = axis < 0 ? axis + shape.length : axis;
  const size = shape[at] as number;
  const isAdded = d.is();
  const taken = shape.map((each, i) => (i === at ? d.int(1, isAdded ? 4 : size) : d.int(1, each)));
  const start = d.int(0, size - 1);
  const after = elementCount(taken.slice(at + 1));
  const distinct = Array.from({ length: elementCount(taken) }, (_, i) => {
    const place = (start + (Math.floor(i / after) % (taken[at] as number))) % size;
    return d.is() ? place : place - size;
  });
  const indices = isAdded ? places(d, taken, size) : d.given('int64', taken, distinct, d.pick(['constant', 'input']));
  const attributes = { axis, ...(isAdded ? { reduction: 'add' } : d.is() ? { reduction: 'none' } : {}) };
  return d.trial('ScatterElements', [d.weight(shape), indices, d.weight(taken)], { attributes });
};

const oneHot: Generator = (d) => {
  const shape = d.shape(1, 3, 16);
  const depth = d.int(1, 5);
  const operands = [d.whole(shape, 0, depth - 1), d.given('int64', [1], [depth]), d.given('float32', [2], [-1, 2])];
  return d.trial('OneHot', operands, {
    attributes: d.is() ? {} : { axis: d.axis(shape.length + 1) },
    results: ['float32'],
  });
};

/** Each mode; negative pads cut off; axes that are not named stay. */
const pad: Generator = (d) => {
  const shape = d.shape(1, 4, 16);
  const mode = d.pick(['constant', 'constant', 'reflect', 'edge', 'wrap']);
  const hasAxes = d.is();
  const axes = hasAxes ? d.order(shape.length).slice(0, d.int(1, shape.length)) : shape.map((_, i) => i);
  const each = (axis: number): number => {
    const size = shape[axis] as number;
    if (mode === 'constant') return d.int(size > 2 ? -1 : 0, 2);
    return d.int(0, Math.min(2, mode === 'reflect' ? size - 1 : size));
  };
  const pads = d.list([...axes.map(each), ...axes.map(each)]);
  const named = hasAxes ? d.list(axes.map((axis) => (d.is() ? axis : axis - shape.length))) : null;
  const filler = mode === 'constant' && d.is() ? d.given('float', [], [d.number(-1, 1)]) : null;
  const operands = [d.weight(shape), pads, filler, named];
  while (operands.at(-1) === null) operands.pop();
  const attributes = mode === 'constant' && d.is() ? {} : { mode };
  const opset = mode === 'wrap' ? 19 : 18;
  return d.trial('Pad', operands, { opset, attributes, isImportOnly: mode !== 'constant' });
};

const TRANSFORMS = ['half_pixel', 'pytorch_half_pixel', 'asymmetric', 'align_corners'] as const;
const ROUNDINGS = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'] as const;

/** Images of one or two axes, by sizes or by scales that float32 holds. */
const resize: Generator = (d) => {
  const spatial = Array.from({ length: d.int(1, 2) }, () => d.int(1, 4));
  const shape = [d.int(1, 2), d.int(1, 2), ...spatial];
  const isLinear = d.is();
  const none = d.given('float32', [0], []);
  const attributes: Record<string, string> = {
    mode: isLinear ? 'linear' : 'nearest',
    ...(d.is() ? {} : { coordinate_transformation_mode: d.pick(TRANSFORMS) }),
    ...(isLinear || d.is() ? {} : { nearest_mode: d.pick(ROUNDINGS) }),
  };
  const x = d.weight(shape, SIGNED);
  if (d.is()) {
    const sizes = d.list([...shape.slice(0, 2), ...spatial.map(() => d.int(1, 8))]);
    return d.trial('Resize', [x, null, null, sizes], { attributes });
  }
  const scales = spatial.map((size) => d.pick(size > 1 ? [0.5, 1, 1.5, 2, 2.5, 3] : [1, 1.5, 2, 3]));
  const all = d.given('float32', [shape.length], [1, 1, ...scales]);
  return d.trial('Resize', [x, d.is() ? null : none, all], { attributes });
};

export const INDEXING: Generators = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  OneHot: oneHot,
  Pad: pad,
  Resize: resize,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  // Opset 10 was its last; what is let in begins at 13, where exporters of old models still write it.
  Upsample: (d) => {
    const shape = [d.int(1, 2), d.int(1, 2), d.int(1, 3), d.int(1, 3)];
    const scales = d.given('float32', [4], [1, 1, d.int(1, 3), d.int(1, 3)]);
    const attributes = { mode: d.pick(['nearest', 'linear']) };
    return d.trial('Upsample', [d.weight(shape), scales], { opset: 13, attributes, isUnknownToRuntime: true });
  },
};
