/** Shape arithmetic and moves of models, with every shape written out. */
import { type Attribute, intAttribute, intsAttribute } from '#engine/graph/graph.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import { elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { Message, newBudget } from '#engine/onnx/message.ts';
import { ATTRIBUTE, dataTypeOf } from '#engine/onnx/wire.ts';
import { resultsOf } from '../catalogue.ts';
import { cuts } from '../shapes.ts';
import { type Imported, type Importer, reshaped, text } from './importer.ts';

/** Numbers beyond 2^53, which exporters write for "to the end", come as the bytes of their attribute. */
function integersOf(attribute: Attribute): Tensor | null {
  if (attribute.kind === 'ints') return tensorOf('int64', [attribute.value.length], attribute.value);
  if (attribute.kind !== 'raw') return null;
  const numbers = Array.from(new Message(attribute.value, newBudget()).integers(ATTRIBUTE.ints), Number);
  return tensorOf('int64', [numbers.length], numbers);
}

/** https://onnx.ai/onnx/operators/onnx__Constant.html */
const constant: Importer = (of) => {
  const forms: ReadonlyArray<readonly [string, (attribute: Attribute) => Tensor | null]> = [
    ['value', (a) => (a.kind === 'tensor' ? a.value : null)],
    ['value_int', (a) => (a.kind === 'int' ? tensorOf('int64', [], [a.value]) : null)],
    ['value_ints', (a) => integersOf(a)],
    ['value_float', (a) => (a.kind === 'float' ? tensorOf('float32', [], [a.value]) : null)],
    ['value_floats', (a) => (a.kind === 'floats' ? tensorOf('float32', [a.value.length], a.value) : null)],
  ];
  for (const [name, read] of forms) {
    const attribute = of.call.attributes.get(name);
    const tensor = attribute === undefined ? null : read(attribute);
    if (tensor !== null) return [of.b.initializer(of.name, tensor)];
  }
  throw of.call.error('a constant that is no tensor of a supported type');
};

const shapeOf: Importer = (of) => {
  const { shape } = of.call.input(0);
  const at = (name: string, otherwise: number): number => {
    const given = intAttribute(of.call.attributes, name, otherwise);
    return given < 0 ? given + shape.length : given;
  };
  return [of.b.integers(shape.slice(at('start', 0), at('end', shape.length)))];
};

const size: Importer = (of) => [of.b.scalar('int64', elementCount(of.call.input(0).shape))];

const constantOfShape: Importer = (of) => {
  const value = of.call.attributes.get('value');
  const tensor = value?.kind === 'tensor' ? value.value : tensorOf('float32', [], [0]);
  const [number = 0] = numbersOf(tensor);
  const shape = of.b.integers(of.call.numbersNeeded(0));
  return [of.b.op('Expand', [of.b.scalar(tensor.dtype, number), shape])];
};

const MAX_RANGE = 2 ** 20;

const range: Importer = (of) => {
  const [start = 0, limit = 0, delta = 1] = [0, 1, 2].map((i) => of.call.numbersNeeded(i)[0]);
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  if (!(count <= MAX_RANGE)) throw of.call.error(`a range of ${count} numbers`);
  const numbers = Array.from({ length: count }, (_, i) => start + i * delta);
  return [of.b.values(of.call.input(0).dtype, [count], numbers)];
};

/** An operator that only changes the shape becomes a Reshape to it. */
const toResult =
  (op: 'Reshape' | 'Flatten' | 'Squeeze' | 'Unsqueeze'): Importer =>
  (of) => [reshaped(of, of.in(0), resultsOf(op, of.call)[0]?.shape ?? [])];

const expand: Importer = (of) => {
  const { shape } = resultsOf('Expand', of.call)[0] ?? of.call.input(0);
  if (shape.join() === of.call.input(0).shape.join()) return [of.in(0)];
  return [of.b.op('Expand', [of.in(0), of.b.integers(shape)])];
};

/** Each axis beside a new one, along which it is repeated. */
const tile: Importer = (of) => {
  const { shape } = of.call.input(0);
  const repeats = of.call.numbersNeeded(1);
  if (repeats.length !== shape.length) throw of.call.error(`${repeats.length} repeats of ${shape.length} axes`);
  const split = reshaped(
    of,
    of.in(0),
    shape.flatMap((each) => [1, each]),
  );
  const wide = of.b.integers(shape.flatMap((each, i) => [repeats[i] as number, each]));
  return [
    reshaped(
      of,
      of.b.op('Expand', [split, wide]),
      shape.map((each, i) => each * (repeats[i] as number)),
    ),
  ];
};

/** Every cut that takes something away, from and to places that exist. */
const slice: Importer = (of) => {
  const { shape } = of.call.input(0);
  const real = cuts(of.call).filter((cut) => cut.step !== 1 || cut.count !== shape[cut.axis]);
  if (real.length === 0) return [of.in(0)];
  const end = ({ start, step, count }: (typeof real)[number]): number => {
    const to = start + count * step;
    // Before the first place there is no number from the front.
    return to < 0 ? -(2 ** 53) : to;
  };
  const integers = (pick: (cut: (typeof real)[number]) => number): string => of.b.integers(real.map(pick));
  const inputs = [of.in(0), integers(({ start }) => start), integers(end), integers(({ axis }) => axis)];
  const isPlain = real.every(({ step }) => step === 1);
  return [of.b.op('Slice', isPlain ? inputs : [...inputs, integers(({ step }) => step)])];
};

const split: Importer = (of) => {
  const { b, call } = of;
  const { shape } = call.input(0);
  const axis = call.axis(intAttribute(call.attributes, 'axis', 0), shape.length);
  const parts = resultsOf('Split', call).map((info) => info.shape[axis] as number);
  if (parts.length === 1) return [of.in(0)];
  return b.ops('Split', [of.in(0), b.integers(parts)], { axis }, parts.length);
};

const transpose: Importer = (of) => {
  const { shape } = of.call.input(0);
  const perm = intsAttribute(of.call.attributes, 'perm') ?? shape.map((_, i) => shape.length - 1 - i);
  if (perm.every((axis, i) => axis === i)) return [of.in(0)];
  return [of.b.op('Transpose', [of.in(0)], { perm }, of.name)];
};

const concat: Importer = (of) => {
  const inputs = of.call.node.inputs.filter((name) => elementCount(of.b.info(name).shape) > 0);
  const axis = intAttribute(of.call.attributes, 'axis', 0);
  const [only] = inputs;
  if (inputs.length === 1 && only !== undefined) return [only];
  return [of.b.op('Concat', inputs.length === 0 ? of.call.node.inputs : inputs, { axis }, of.name)];
};

/** A triangle of the last two axes, from a mask that is known. */
const triangle: Importer = (of) => {
  const { shape, dtype } = of.call.input(0);
  const isUpper = intAttribute(of.call.attributes, 'upper', 1) === 1;
  const shift = of.call.numbers(1)?.[0] ?? 0;
  const [rows = 1, columns = 1] = shape.slice(-2);
  const isKept = (i: number): boolean => {
    const above = (i % columns) - Math.floor(i / columns);
    return isUpper ? above >= shift : above <= shift;
  };
  const mask = of.b.values(
    'bool',
    [rows, columns],
    Array.from({ length: rows * columns }, (_, i) => Number(isKept(i))),
  );
  return [of.b.op('Where', [mask, of.in(0), of.b.scalar(dtype, 0)])];
};

const eyeLike: Importer = (of) => {
  const { shape, dtype } = of.call.input(0);
  const [rows = 1, columns = 1] = shape;
  const shift = intAttribute(of.call.attributes, 'k', 0);
  const type = dataTypeOf(intAttribute(of.call.attributes, 'dtype', 0)) ?? dtype;
  const numbers = Array.from({ length: rows * columns }, (_, i) =>
    Number((i % columns) - Math.floor(i / columns) === shift),
  );
  return [of.b.values(type, [rows, columns], numbers)];
};

/** https://onnx.ai/onnx/operators/onnx__DepthToSpace.html */
const depthToSpace: Importer = (of) => {
  const [batch = 1, channels = 1, height = 1, width = 1] = of.call.input(0).shape;
  const block = intAttribute(of.call.attributes, 'blocksize', 1);
  const made = channels / block ** 2;
  const isColumns = text(of.call.attributes, 'mode', 'DCR') === 'CRD';
  const apart = isColumns ? [batch, made, block, block, height, width] : [batch, block, block, made, height, width];
  const perm = isColumns ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  const turned = of.b.op('Transpose', [reshaped(of, of.in(0), apart)], { perm });
  return [reshaped(of, turned, [batch, made, height * block, width * block])];
};

const spaceToDepth: Importer = (of) => {
  const [batch = 1, channels = 1, height = 1, width = 1] = of.call.input(0).shape;
  const block = intAttribute(of.call.attributes, 'blocksize', 1);
  const [rows, columns] = [height / block, width / block];
  const apart = reshaped(of, of.in(0), [batch, channels, rows, block, columns, block]);
  const turned = of.b.op('Transpose', [apart], { perm: [0, 3, 5, 1, 2, 4] });
  return [reshaped(of, turned, [batch, channels * block ** 2, rows, columns])];
};

export const identity: Importer = (of: Imported) => [of.in(0)];

export const MOVEMENT: Readonly<Record<string, Importer>> = {
  Concat: concat,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  DepthToSpace: depthToSpace,
  Expand: expand,
  EyeLike: eyeLike,
  Flatten: toResult('Flatten'),
  Identity: identity,
  Range: range,
  Reshape: toResult('Reshape'),
  Shape: shapeOf,
  Size: size,
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: toResult('Squeeze'),
  Tile: tile,
  Transpose: transpose,
  Trilu: triangle,
  Unsqueeze: toResult('Unsqueeze'),
};
