/** Convolutions and pools of models, with pads written out, and pools over a whole image as reductions. */
import type { AttributeArgument } from '#engine/graph/build.ts';
import { intAttribute, intsAttribute } from '#engine/graph/graph.ts';
import { reach, type Window, windowOf } from '../window-shapes.ts';
import { type Imported, type Importer, text } from './importer.ts';

const slides = ({ strides, dilations, padsBegin, padsEnd }: Window) =>
  ({ strides, dilations, pads: [...padsBegin, ...padsEnd] }) satisfies Record<string, AttributeArgument>;

const kernelOf = ({ call }: Imported): Window =>
  windowOf(call, call.input(1).shape.slice(2), call.input(0).shape.slice(2));

const given = ({ call }: Imported): string[] => call.node.inputs.filter((name) => name !== '');

const conv: Importer = (of) => {
  const group = intAttribute(of.call.attributes, 'group', 1);
  return [of.b.op('Conv', given(of), { ...slides(kernelOf(of)), group }, of.name)];
};

/** Pads that follow from the size of the result, https://onnx.ai/onnx/operators/onnx__ConvTranspose.html */
function resultPads(
  of: Imported,
  sizes: readonly number[],
  extra: readonly number[],
): { window: Window; extra: readonly number[] } {
  const { call } = of;
  const isUpper = text(call.attributes, 'auto_pad', 'NOTSET') === 'SAME_UPPER';
  const spatial = call.input(0).shape.slice(2);
  const none = spatial.map(() => 0);
  const strides = intsAttribute(call.attributes, 'strides') ?? spatial.map(() => 1);
  const dilations = intsAttribute(call.attributes, 'dilations') ?? spatial.map(() => 1);
  const bare = { kernel: call.input(1).shape.slice(2), strides, dilations, padsBegin: none, padsEnd: none };
  const over = spatial.map((size, i) => {
    const whole = (strides[i] as number) * (size - 1) + (extra[i] as number) + reach(bare, i);
    return whole - (sizes[i] as number);
  });
  const totals = over.map((size) => Math.max(0, size));
  const small = totals.map((total) => Math.floor(total / 2));
  const large = totals.map((total, i) => total - (small[i] as number));
  return {
    window: isUpper ? { ...bare, padsBegin: small, padsEnd: large } : { ...bare, padsBegin: large, padsEnd: small },
    // What the result is larger than the window reaches lies behind it.
    extra: extra.map((size, i) => size + Math.max(0, -(over[i] as number))),
  };
}

const convTranspose: Importer = (of) => {
  const file = of.call.attributes;
  const spatial = of.call.input(0).shape.slice(2);
  const group = intAttribute(file, 'group', 1);
  const extra = intsAttribute(file, 'output_padding') ?? spatial.map(() => 0);
  const strides = intsAttribute(file, 'strides') ?? spatial.map(() => 1);
  const isSame = text(file, 'auto_pad', 'NOTSET').startsWith('SAME');
  const same = isSame ? spatial.map((size, i) => size * (strides[i] as number)) : undefined;
  const sizes = intsAttribute(file, 'output_shape')?.slice(-spatial.length) ?? same;
  const found = sizes === undefined ? { window: kernelOf(of), extra } : resultPads(of, sizes, extra);
  // Sizes that nobody wrote down are not reached by filling up, as in the runtime.
  const behind = file.has('output_shape') ? found.extra : extra;
  const attributes = { ...slides(found.window), group, output_padding: behind };
  return [of.b.op('ConvTranspose', given(of), attributes, of.name)];
};

function poolOf(of: Imported): { window: Window; attributes: Record<string, AttributeArgument> } {
  const { attributes } = of.call;
  const kernel = intsAttribute(attributes, 'kernel_shape') ?? [];
  const window = windowOf(of.call, kernel, of.call.input(0).shape.slice(2));
  const { strides, dilations, pads } = slides(window);
  // Older opsets of AveragePool have no dilations.
  const holes = dilations.every((size) => size === 1) ? {} : { dilations };
  const ceil = intAttribute(attributes, 'ceil_mode', 0);
  return {
    window,
    attributes: { kernel_shape: kernel, strides, pads, ...holes, ...(ceil === 1 ? { ceil_mode: 1 } : {}) },
  };
}

/** With the places of the largest elements, for the gradient; whoever does not read them drops them. */
const maxPool: Importer = (of) => of.b.ops('MaxPool', [of.in(0)], poolOf(of).attributes, 2);

const averagePool: Importer = (of) => {
  const count = intAttribute(of.call.attributes, 'count_include_pad', 0);
  const { attributes } = poolOf(of);
  if ('dilations' in attributes) throw of.call.error('an average over a window with holes');
  return [
    of.b.op('AveragePool', [of.in(0)], { ...attributes, ...(count === 1 ? { count_include_pad: 1 } : {}) }, of.name),
  ];
};

const whole =
  (op: 'ReduceMean' | 'ReduceMax'): Importer =>
  (of) => {
    const axes = of.call.input(0).shape.flatMap((_, i) => (i < 2 ? [] : [i]));
    return [of.b.op(op, [of.in(0), of.b.integers(axes)], { keepdims: 1 }, of.name)];
  };

export const WINDOWS: Readonly<Record<string, Importer>> = {
  AveragePool: averagePool,
  Conv: conv,
  ConvTranspose: convTranspose,
  GlobalAveragePool: whole('ReduceMean'),
  GlobalMaxPool: whole('ReduceMax'),
  MaxPool: maxPool,
};
