/** Resizing of images along each axis by itself: to the nearest place, or between the two neighbours. */
import { intAttribute, intsAttribute } from '#engine/graph/graph.ts';
import { type Imported, type Importer, reshaped, text } from './importer.ts';
import { picked } from './indexing.ts';

/** One axis before and after. */
interface Axis {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/** Where each place of the result lies in the operand, https://onnx.ai/onnx/operators/onnx__Resize.html */
function coordinates(of: Imported, { from, to, scale }: Axis): number[] {
  const { attributes, node } = of.call;
  const transform =
    node.op === 'Upsample' ? 'asymmetric' : text(attributes, 'coordinate_transformation_mode', 'half_pixel');
  const original = (x: number): number => {
    if (transform === 'asymmetric') return x / scale;
    if (transform === 'align_corners') return to === 1 ? 0 : (x * (from - 1)) / (to - 1);
    if (transform === 'pytorch_half_pixel' && to === 1) return 0;
    if (['half_pixel', 'pytorch_half_pixel'].includes(transform)) return (x + 0.5) / scale - 0.5;
    throw of.call.error(`resizing by ${transform}`);
  };
  return Array.from({ length: to }, (_, x) => original(x));
}

function nearest(of: Imported, axis: Axis): number[] {
  const { attributes, node } = of.call;
  const rounding = node.op === 'Upsample' ? 'floor' : text(attributes, 'nearest_mode', 'round_prefer_floor');
  const round = (x: number): number => {
    if (rounding === 'floor') return Math.floor(x);
    if (rounding === 'ceil') return Math.ceil(x);
    return rounding === 'round_prefer_ceil' ? Math.floor(x + 0.5) : Math.ceil(x - 0.5);
  };
  return coordinates(of, axis).map((x) => Math.min(Math.max(round(x), 0), axis.from - 1));
}

/** Between its two neighbours: a product with a matrix that has two numbers in each column. */
function blended(of: Imported, name: string, axis: Axis): string {
  const { b } = of;
  const { shape, dtype } = b.info(name);
  const weights = Array<number>(axis.from * axis.to).fill(0);
  coordinates(of, axis).forEach((x, column) => {
    const at = Math.min(Math.max(x, 0), axis.from - 1);
    const low = Math.min(Math.floor(at), Math.max(axis.from - 2, 0));
    const share = at - low;
    weights[low * axis.to + column] = 1 - share;
    if (share > 0) weights[(low + 1) * axis.to + column] = share;
  });
  const matrix = b.values(dtype, [axis.from, axis.to], weights);
  const last = shape.length - 1;
  const perm = shape.map((_, i) => (i === axis.axis ? last : i === last ? axis.axis : i));
  if (axis.axis === last) return b.op('MatMul', [name, matrix]);
  return b.op('Transpose', [b.op('MatMul', [b.op('Transpose', [name], { perm }), matrix])], { perm });
}

/** Every element k times, one after the other. */
function repeats(places: readonly number[], from: number): number | null {
  const times = places.length / from;
  return Number.isInteger(times) && places.every((place, i) => place === Math.floor(i / times)) ? times : null;
}

function resizedAxis(of: Imported, name: string, axis: number, places: readonly number[]): string {
  const { shape } = of.b.info(name);
  const times = repeats(places, shape[axis] as number);
  if (times === null) return picked(of, name, axis, places);
  if (times === 1) return name;
  const apart = [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)];
  const wide = [...shape.slice(0, axis + 1), times, ...shape.slice(axis + 1)];
  const spread = of.b.op('Expand', [reshaped(of, name, apart), of.b.integers(wide)]);
  return reshaped(
    of,
    spread,
    shape.map((size, i) => (i === axis ? size * times : size)),
  );
}

const MOST_PLACES = 2 ** 16;

/** Axes that change, from sizes or scales. */
function axesOf({ call }: Imported): Axis[] {
  const { shape } = call.input(0);
  const isUpsample = call.node.op === 'Upsample';
  const scales = call.numbers(isUpsample ? 1 : 2) ?? [];
  const sizes = isUpsample ? [] : (call.numbers(3) ?? []);
  const axes = intsAttribute(call.attributes, 'axes') ?? shape.map((_, i) => i);
  return axes.map((given, i) => {
    const axis = call.axis(given, shape.length);
    const from = shape[axis] as number;
    const scale = sizes.length > 0 ? (sizes[i] as number) / from : (scales[i] ?? 1);
    const places = sizes[i] ?? Math.floor(from * scale);
    if (!(Number.isInteger(places) && places > 0 && places <= MOST_PLACES)) throw call.error(`resizing to ${places}`);
    return { axis, from, to: sizes[i] ?? Math.floor(from * scale), scale };
  });
}

const resize: Importer = (of) => {
  const mode = text(of.call.attributes, 'mode', 'nearest');
  if (mode !== 'nearest' && mode !== 'linear') throw of.call.error(`resizing by ${mode}`);
  if (intAttribute(of.call.attributes, 'antialias', 0) === 1) throw of.call.error('resizing with antialias');
  const policy = text(of.call.attributes, 'keep_aspect_ratio_policy', 'stretch');
  if (policy !== 'stretch') throw of.call.error(`resizing by ${policy}`);
  const changed = axesOf(of).filter(({ from, to }) => from !== to);
  const one = (name: string, axis: Axis): string =>
    mode === 'linear' ? blended(of, name, axis) : resizedAxis(of, name, axis.axis, nearest(of, axis));
  return [changed.reduce(one, of.in(0))];
};

export const RESIZING: Readonly<Record<string, Importer>> = { Resize: resize, Upsample: resize };
