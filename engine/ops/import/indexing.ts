/** What picks, places or repeats by index, as picks along one axis at places that are written out. */
import { intAttribute } from '#engine/graph/graph.ts';
import { numbersOf } from '#engine/graph/numbers.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { padsOf } from '../index-shapes.ts';
import { type Imported, type Importer, reshaped, text } from './importer.ts';

/** Elements of one axis, by place. */
export function picked(of: Imported, name: string, axis: number, places: readonly number[]): string {
  const size = of.b.info(name).shape[axis] as number;
  if (places.length === size && places.every((place, i) => place === i)) return name;
  return of.b.op('Gather', [name, of.b.integers(places)], { axis });
}

/** Where a place outside comes from, https://onnx.ai/onnx/operators/onnx__Pad.html */
function mirrored(at: number, size: number, mode: string): number {
  if (mode === 'edge') return Math.min(Math.max(at, 0), size - 1);
  if (mode === 'wrap') return ((at % size) + size) % size;
  const period = Math.max(1, 2 * (size - 1));
  const inside = ((at % period) + period) % period;
  return inside < size ? inside : period - inside;
}

const pad: Importer = (of) => {
  const { b, call } = of;
  const mode = text(call.attributes, 'mode', 'constant');
  const { begin, end } = padsOf(call);
  const { shape, dtype } = call.input(0);
  if ([...begin, ...end].every((size) => size === 0)) return [of.in(0)];
  if (mode === 'constant') {
    const value = call.has(2) ? (call.numbers(2)?.[0] ?? 0) : 0;
    const pads = b.integers([...begin, ...end]);
    return [b.op('Pad', value === 0 ? [of.in(0), pads] : [of.in(0), pads, b.scalar(dtype, value)], {}, of.name)];
  }
  if (!['reflect', 'edge', 'wrap'].includes(mode)) throw call.error(`padding by ${mode}`);
  return [
    shape.reduce((name, size, axis) => {
      const length = size + (begin[axis] as number) + (end[axis] as number);
      const places = Array.from({ length }, (_, i) => mirrored(i - (begin[axis] as number), size, mode));
      return picked(of, name, axis, places);
    }, of.in(0)),
  ];
};

/** One number for each index vector: its place among the rows that the vector can name. */
function flatPlaces(of: Imported, sizes: readonly number[]): string {
  const { b, call } = of;
  const strides = sizes.map((_, i) => elementCount(sizes.slice(i + 1)));
  const known = b.numbers(of.in(1));
  const depth = sizes.length;
  if (known !== undefined) {
    const rows = Array.from({ length: known.length / depth }, (_, row) =>
      strides.reduce((sum, stride, i) => {
        const at = known[row * depth + i] as number;
        return sum + stride * (at < 0 ? at + (sizes[i] as number) : at);
      }, 0),
    );
    return b.integers(rows);
  }
  const negative = b.op('Less', [of.in(1), b.scalar('int64', 0)]);
  const counted = b.op('Where', [negative, b.op('Add', [of.in(1), b.integers(sizes)]), of.in(1)]);
  const weighted = b.op('Mul', [counted, b.integers(strides)]);
  const last = call.input(1).shape.length - 1;
  return reshaped(of, b.op('ReduceSum', [weighted, b.integers([last])], { keepdims: 0 }), [
    elementCount(call.input(1).shape.slice(0, -1)),
  ]);
}

/** Rows that the last axis of the indices names, and how the operand falls into rows. */
function rowsOf(of: Imported): { places: string; rows: number; width: number; rest: readonly number[] } {
  const { shape } = of.call.input(0);
  const depth = of.call.input(1).shape.at(-1) ?? 0;
  const [named, rest] = [shape.slice(0, depth), shape.slice(depth)];
  return { places: flatPlaces(of, named), rows: elementCount(named), width: elementCount(rest), rest };
}

const gatherND: Importer = (of) => {
  const { b, call } = of;
  if (intAttribute(call.attributes, 'batch_dims', 0) !== 0) throw call.error('indices for each batch');
  const { places, rows, width, rest } = rowsOf(of);
  const fetched = b.op('Gather', [reshaped(of, of.in(0), [rows, width]), places], { axis: 0 });
  return [reshaped(of, fetched, [...call.input(1).shape.slice(0, -1), ...rest])];
};

const scatterND: Importer = (of) => {
  const { b, call } = of;
  const { shape } = call.input(0);
  const reduction = text(call.attributes, 'reduction', 'none');
  const { places, rows, width } = rowsOf(of);
  const count = elementCount(call.input(1).shape.slice(0, -1));
  const column = b.op('Expand', [reshaped(of, places, [count, 1]), b.integers([count, width])]);
  const inputs = [reshaped(of, of.in(0), [rows, width]), column, reshaped(of, of.in(2), [count, width])];
  const kind = reduction === 'none' ? {} : { reduction: { kind: 'string', value: reduction } as const };
  return [reshaped(of, b.op('ScatterElements', inputs, { axis: 0, ...kind }), shape)];
};

/** A row that one number names is a cut. */
const gather: Importer = (of) => {
  const { b, call } = of;
  const { shape } = call.input(0);
  const axis = call.axis(intAttribute(call.attributes, 'axis', 0), shape.length);
  const constant = b.constant(of.in(1));
  const place = constant === undefined ? undefined : numbersOf(constant);
  if (place?.length !== 1 || !b.info(of.in(0)).dtype.startsWith('float') || b.constant(of.in(0)) !== undefined)
    return [b.op('Gather', [of.in(0), of.in(1)], { axis }, of.name)];
  const at = (place[0] as number) < 0 ? (place[0] as number) + (shape[axis] as number) : (place[0] as number);
  const cut = b.op('Slice', [of.in(0), b.integers([at]), b.integers([at + 1]), b.integers([axis])]);
  return [reshaped(of, cut, [...shape.slice(0, axis), ...call.input(1).shape, ...shape.slice(axis + 1)])];
};

const oneHot: Importer = (of) => {
  const axis = intAttribute(of.call.attributes, 'axis', -1);
  return [of.b.op('OneHot', [of.in(0), of.in(1), of.in(2)], { axis }, of.name)];
};

export const INDEXING: Readonly<Record<string, Importer>> = {
  Gather: gather,
  GatherND: gatherND,
  OneHot: oneHot,
  Pad: pad,
  ScatterND: scatterND,
};
