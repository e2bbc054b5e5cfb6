/** Gradients of what slides a window: each is again a convolution, https://arxiv.org/abs/1603.07285 chapter 4. */
import type { AttributeArgument } from '#engine/graph/build.ts';
import { type Attribute, intAttribute, intsAttribute } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import type { Call } from './call.ts';
import type { Differentiated, Rule } from './rule.ts';
import { reach, type Window, windowOf } from './window-shapes.ts';

const swapped = (rank: number): number[] => [1, 0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2)];

function kernelWindow(call: Call): Window {
  return windowOf(call, call.input(1).shape.slice(2), call.input(0).shape.slice(2));
}

const attributesOf = ({ strides, dilations, padsBegin, padsEnd }: Window, group: number) =>
  ({ strides, dilations, pads: [...padsBegin, ...padsEnd], group }) satisfies Record<string, AttributeArgument>;

/**
 * Gradient of the kernel [out, in / group, …] of the convolution that maps `image` [batch, in, …] to what has the
 * gradient `gradient` [batch, out, …]: a convolution over the batch, whose stride and dilation change places.
 */
function kernelGradient(
  { b }: Differentiated,
  of: { image: string; gradient: string; window: Window; group: number },
): string {
  const { image, gradient, window, group } = of;
  const [batch, channels, ...sizes] = b.info(image).shape as [number, number, ...number[]];
  const rank = sizes.length + 2;
  const each = channels / group;
  const spatial = sizes.map((_, i) => i + 3);
  const turned =
    group === 1
      ? b.op('Transpose', [image], { perm: swapped(rank) })
      : b.op('Reshape', [
          b.op('Transpose', [b.op('Reshape', [image, b.integers([batch, group, each, ...sizes])])], {
            perm: [2, 1, 0, ...spatial],
          }),
          b.integers([each, group * batch, ...sizes]),
        ]);
  const kernel = b.op('Transpose', [gradient], { perm: swapped(rank) });
  const over = { ...window, strides: window.dilations, dilations: window.strides };
  const made = b.op('Conv', [turned, kernel], attributesOf(over, group));
  return b.op('Transpose', [cropped({ b }, made, window.kernel)], { perm: swapped(rank) });
}

/** Rows that a stride never reached make the result larger than the kernel. */
function cropped({ b }: Pick<Differentiated, 'b'>, name: string, kernel: readonly number[]): string {
  const { shape } = b.info(name);
  if (shape.slice(2).join() === kernel.join()) return name;
  const axes = kernel.map((_, i) => i + 2);
  return b.op('Slice', [name, b.integers(kernel.map(() => 0)), b.integers(kernel), b.integers(axes)]);
}

const channelSum = ({ b, dy }: Differentiated): string => {
  const { shape } = b.info(dy);
  return b.op('ReduceSum', [dy, b.integers(shape.flatMap((_, i) => (i === 1 ? [] : [i])))], { keepdims: 0 });
};

export const conv: Rule = (of) => {
  const { b, node, call, in: input, dy } = of;
  const group = intAttribute(node.attributes, 'group', 1);
  const window = kernelWindow(call);
  const places = b.info(dy).shape.slice(2);
  const outputPadding = call
    .input(0)
    .shape.slice(2)
    .map((size, i) => {
      const pads = (window.padsBegin[i] as number) + (window.padsEnd[i] as number);
      return size + pads - reach(window, i) - ((places[i] as number) - 1) * (window.strides[i] as number);
    });
  const dx = b.op('ConvTranspose', [dy, input(1)], { ...attributesOf(window, group), output_padding: outputPadding });
  const dw = kernelGradient(of, { image: input(0), gradient: dy, window, group });
  return [dx, dw, call.has(2) ? channelSum(of) : null];
};

export const convTranspose: Rule = (of) => {
  const { b, node, call, in: input, dy } = of;
  const group = intAttribute(node.attributes, 'group', 1);
  const window = kernelWindow(call);
  const dx = b.op('Conv', [dy, input(1)], attributesOf(window, group));
  const dw = kernelGradient(of, { image: dy, gradient: input(0), window, group });
  return [dx, dw, call.has(2) ? channelSum(of) : null];
};

const ADD: Attribute = { kind: 'string', value: 'add' };

/** dy to the element that won, the first of equal ones; needs the node's result 1. */
export const maxPool: Rule = (of) => {
  const { b, call, dy } = of;
  const { dtype, shape } = call.input(0);
  const flat = b.integers([-1]);
  const empty = b.op('Expand', [b.scalar(dtype, 0), b.integers([elementCount(shape)])]);
  const places = b.op('Reshape', [of.out(1), flat]);
  const sums = b.op('ScatterElements', [empty, places, b.op('Reshape', [dy, flat])], { axis: 0, reduction: ADD });
  return [b.op('Reshape', [sums, b.integers(shape)])];
};

/** How many elements each place of the window is the mean of, along one axis. */
function counts(call: Call, window: Window, axis: number, places: number): number[] {
  const size = call.input(0).shape[axis + 2] as number;
  const isPadCounted = intAttribute(call.attributes, 'count_include_pad', 0) === 1;
  const [first, last] = isPadCounted
    ? [-(window.padsBegin[axis] as number), size + (window.padsEnd[axis] as number)]
    : [0, size];
  const taps = Array.from({ length: window.kernel[axis] as number }, (_, i) => i * (window.dilations[axis] as number));
  return Array.from({ length: places }, (_, place) => {
    const start = place * (window.strides[axis] as number) - (window.padsBegin[axis] as number);
    return taps.filter((tap) => start + tap >= first && start + tap < last).length;
  });
}

/** The products of one number of each list, the last list fastest. */
function products(lists: ReadonlyArray<readonly number[]>): number[] {
  return lists.reduce<number[]>((all, list) => all.flatMap((left) => list.map((right) => left * right)), [1]);
}

/** Each place gives its share to what it is the mean of: a transposed convolution with ones, one channel at a time. */
export const averagePool: Rule = (of) => {
  const { b, call, dy } = of;
  const { dtype, shape } = call.input(0);
  const sizes = shape.slice(2);
  const window = windowOf(call, intsAttribute(call.attributes, 'kernel_shape') ?? [], sizes);
  const places = b.info(dy).shape.slice(2);
  const images = elementCount(shape.slice(0, 2));
  const count = products(places.map((size, axis) => counts(call, window, axis, size)));
  const flat = b.op('Reshape', [dy, b.integers([images, 1, ...places])]);
  const share = b.op('Div', [flat, b.values(dtype, [1, 1, ...places], count)]);
  const ones = b.values(dtype, [1, 1, ...window.kernel], Array<number>(elementCount(window.kernel)).fill(1));
  const { strides, dilations } = window;
  const spread = b.op('ConvTranspose', [share, ones], { strides, dilations });
  const behind = b
    .info(spread)
    .shape.slice(2)
    .map((size, i) => (sizes[i] as number) + (window.padsBegin[i] as number) - size);
  const pads = [0, 0, ...window.padsBegin.map((size) => (size === 0 ? 0 : -size)), 0, 0, ...behind];
  const cut = pads.every((size) => size === 0) ? spread : b.op('Pad', [spread, b.integers(pads)]);
  return [b.op('Reshape', [cut, b.integers(shape)])];
};
