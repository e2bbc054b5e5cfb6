/** Shapes of what slides a window over the spatial axes: convolutions and pools, and their places. */
import { type Info, intAttribute, intsAttribute } from '#engine/graph/graph.ts';
import type { Call } from './call.ts';
import type { ShapeRule, ShapesRule } from './shapes.ts';

/** Attributes of a window with their defaults written out; a list has one entry for each spatial axis. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padsBegin: readonly number[];
  readonly padsEnd: readonly number[];
}

const MAX_WINDOW = 2 ** 20;

function list(call: Call, name: string, length: number, otherwise: number): readonly number[] {
  const given = intsAttribute(call.attributes, name) ?? Array<number>(length).fill(otherwise);
  if (given.length !== length) throw call.error(`${name} has ${given.length} numbers, not ${length}`);
  if (given.some((number) => number < 0 || number > MAX_WINDOW)) throw call.error(`${name} is [${given.join(', ')}]`);
  return given;
}

/** Reach of the kernel along axis `i`, with its holes. */
export const reach = ({ kernel, dilations }: Window, i: number): number =>
  (dilations[i] as number) * ((kernel[i] as number) - 1) + 1;

/** @param kernel sizes of the kernel. @throws CorexError MODEL_SHAPE */
export function windowOf(call: Call, kernel: readonly number[], sizes: readonly number[]): Window {
  const rank = sizes.length;
  if (rank < 1 || kernel.length !== rank) throw call.error(`a kernel of ${kernel.length} axes over ${rank}`);
  if (kernel.some((size) => size < 1)) throw call.error(`a kernel of [${kernel.join(', ')}]`);
  const strides = list(call, 'strides', rank, 1);
  const dilations = list(call, 'dilations', rank, 1);
  if ([...strides, ...dilations].some((size) => size < 1)) throw call.error('a stride or dilation of 0');
  const pads = list(call, 'pads', 2 * rank, 0);
  const window = { kernel, strides, dilations, padsBegin: pads.slice(0, rank), padsEnd: pads.slice(rank) };
  const attribute = call.attributes.get('auto_pad');
  const automatic = attribute?.kind === 'string' ? attribute.value : 'NOTSET';
  if (automatic === 'NOTSET') return window;
  const none = Array<number>(rank).fill(0);
  if (automatic === 'VALID') return { ...window, padsBegin: none, padsEnd: none };
  if (automatic !== 'SAME_UPPER' && automatic !== 'SAME_LOWER') throw call.error(`automatic padding ${automatic}`);
  return { ...window, ...samePads(window, sizes, automatic === 'SAME_UPPER') };
}

/** https://onnx.ai/onnx/operators/onnx__Conv.html, auto_pad: as many places as ceil(size / stride). */
function samePads(window: Window, sizes: readonly number[], isUpper: boolean): Pick<Window, 'padsBegin' | 'padsEnd'> {
  const totals = sizes.map((size, i) => {
    const stride = window.strides[i] as number;
    return Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach(window, i) - size);
  });
  const small = totals.map((total) => Math.floor(total / 2));
  const large = totals.map((total) => Math.ceil(total / 2));
  return isUpper ? { padsBegin: small, padsEnd: large } : { padsBegin: large, padsEnd: small };
}

/** Places of the window along each axis. */
export function placesOf(call: Call, window: Window, sizes: readonly number[]): number[] {
  const isCeil = intAttribute(call.attributes, 'ceil_mode', 0) === 1;
  return sizes.map((size, i) => {
    const begin = window.padsBegin[i] as number;
    const stride = window.strides[i] as number;
    const room = size + begin + (window.padsEnd[i] as number) - reach(window, i);
    if (room < 0) throw call.error(`a window of ${reach(window, i)} over ${size}`);
    const places = Math.floor(room / stride) + 1;
    if (!isCeil || room % stride === 0) return places;
    // A window that would begin in the padding behind does not count (as in torch and since opset 19 of ONNX).
    return places * stride >= size + begin ? places : places + 1;
  });
}

/** [batch, channels, …spatial] */
function imageOf(call: Call): Info {
  const info = call.input(0);
  if (info.shape.length < 3) throw call.error(`[${info.shape.join(', ')}] has no spatial axes`);
  return info;
}

function groupsOf(call: Call, channels: number): number {
  const groups = intAttribute(call.attributes, 'group', 1);
  if (groups < 1 || channels % groups !== 0) throw call.error(`${channels} channels in ${groups} groups`);
  return groups;
}

function checkBias(call: Call, channels: number): void {
  if (call.has(2) && call.input(2).shape.join() !== String(channels))
    throw call.error(`a bias of shape [${call.input(2).shape.join(', ')}] for ${channels} channels`);
}

/** https://onnx.ai/onnx/operators/onnx__Conv.html; the kernel is [out, in / group, …]. */
export const conv: ShapeRule = (call) => {
  const { dtype, shape } = imageOf(call);
  const [batch, channels, ...sizes] = shape as [number, number, ...number[]];
  const [made = 0, taken = 0, ...kernel] = call.input(1).shape;
  const groups = groupsOf(call, channels);
  if (taken * groups !== channels || made % groups !== 0)
    throw call.error(`a kernel of [${call.input(1).shape.join(', ')}] over ${channels} channels in ${groups} groups`);
  checkBias(call, made);
  return { dtype, shape: [batch, made, ...placesOf(call, windowOf(call, kernel, sizes), sizes)] };
};

/** https://onnx.ai/onnx/operators/onnx__ConvTranspose.html; the kernel is [in, out / group, …]. */
export const convTranspose: ShapeRule = (call) => {
  const { dtype, shape } = imageOf(call);
  const [batch, channels, ...sizes] = shape as [number, number, ...number[]];
  const [taken = 0, made = 0, ...kernel] = call.input(1).shape;
  const groups = groupsOf(call, channels);
  if (taken !== channels) throw call.error(`a kernel for ${taken} channels over ${channels}`);
  const attribute = call.attributes.get('auto_pad');
  const isPadded = attribute?.kind === 'string' && attribute.value.startsWith('SAME');
  if (isPadded || call.attributes.has('output_shape')) throw call.error('pads that follow from the result: give pads');
  checkBias(call, made * groups);
  const window = windowOf(call, kernel, sizes);
  const extra = list(call, 'output_padding', sizes.length, 0);
  const spatial = sizes.map((size, i) => {
    const pads = (window.padsBegin[i] as number) + (window.padsEnd[i] as number);
    return (window.strides[i] as number) * (size - 1) + (extra[i] as number) + reach(window, i) - pads;
  });
  if (spatial.some((size) => size < 1)) throw call.error(`a result of [${spatial.join(', ')}]`);
  return { dtype, shape: [batch, made * groups, ...spatial] };
};

export const pool: ShapeRule = (call) => {
  const { dtype, shape } = imageOf(call);
  const sizes = shape.slice(2);
  const window = windowOf(call, intsAttribute(call.attributes, 'kernel_shape') ?? [], sizes);
  return { dtype, shape: [...shape.slice(0, 2), ...placesOf(call, window, sizes)] };
};

/** The second result says which element of the whole tensor won. */
export const maxPool: ShapesRule = (call) => {
  const info = pool(call);
  if (!call.gives(1)) return [info];
  if (intAttribute(call.attributes, 'storage_order', 0) !== 0) throw call.error('places in column-major order');
  return [info, { dtype: 'int64', shape: info.shape }];
};
