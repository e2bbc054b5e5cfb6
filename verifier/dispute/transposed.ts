/** The form of a transposed convolution: a product over the channels for each place of the kernel, laid over each other in their order. */
import { intAttribute, intsAttribute } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { windowOf } from '#engine/ops/window-shapes.ts';
import { BIAS, OPCODES } from '#protocol/dispute/opcodes.ts';
import type { Coordinate } from '#protocol/dispute/instruction.ts';
import { blockOf } from '#verifier/arithmetic/product.ts';
import { type Axis, type FormRule, type Reading, reading } from './form.ts';
import { dot, isFloat32 } from './products.ts';

/** Along one spatial axis. A place of the result is stride × whole + rest; a term is a place of the image that may lie under it. */
interface Side {
  readonly stride: number;
  /** Candidates for the place of the image. */
  readonly terms: number;
  /** The first candidate of the first place of the result: the others stand before it. */
  readonly first: number;
  readonly pad: number;
}

const RANK = 9;
const [IMAGE, RESULT, WHOLE, TERM, CHANNEL] = [0, 1, 2, 6, 8] as const;

function sideOf(stride: number, kernel: number, pad: number): Side {
  const first = Math.floor((stride - 1 + pad) / stride);
  return { stride, pad, first, terms: Math.floor((kernel - 1 - pad + stride * first) / stride) + 1 };
}

/** Of the image, from the last candidate to the first: so the kernel's places ascend. */
const imageAxis = ({ first }: Side, i: number): Axis => ({
  of: [
    [WHOLE + 2 * i, 1],
    [TERM + i, -1],
  ],
  offset: first,
});

/** What of the kernel lies over that place. */
const kernelAxis = ({ stride, first, pad }: Side, i: number): Axis => ({
  of: [
    [WHOLE + 2 * i + 1, 1],
    [TERM + i, stride],
  ],
  offset: pad - stride * first,
});

/** Where one side has nothing the other has nothing either, so that no zero meets an infinity: coordinates that only bound. */
const bounds = (sizes: readonly number[], axes: readonly Axis[]): Coordinate[] =>
  reading(0, sizes, axes, RANK).coordinates.map((coordinate) => ({ ...coordinate, stride: 0 }));

/** The sum begins with +0: a bias that is never inside of anything. */
const nothing: Reading = {
  input: 0,
  coordinates: [{ bound: 0, stride: 0, offset: 0, coefficients: new Array<number>(RANK).fill(0) }],
};

const convTranspose: FormRule = (site) => {
  const { call, result } = site;
  const [x, weight] = [call.input(0).shape, call.input(1).shape];
  const [channels = 0, made = 0, ...kernel] = weight;
  const sizes = x.slice(2);
  const [images = 0, , ...places] = result.shape;
  if (!isFloat32(site) || sizes.length !== 2 || call.has(2)) return null;
  if (intAttribute(call.attributes, 'group', 1) !== 1 || elementCount(sizes) < 2) return null;
  if (intsAttribute(call.attributes, 'dilations')?.some((hole) => hole !== 1)) return null;
  // Another kernel.
  if (site.isConstant(1) && made === 1 && elementCount(kernel) === 1) return null;
  const { strides, padsBegin } = windowOf(call, kernel, sizes);
  if (places.some((size, i) => size % (strides[i] as number) !== 0)) return null;
  if (channels === 0 || channels > blockOf(elementCount(sizes), channels, !site.isConstant(1))) return null;
  const sides = kernel.map((size, i) => sideOf(strides[i] as number, size, padsBegin[i] as number));
  const [imageAxes, kernelAxes] = [sides.map(imageAxis), sides.map(kernelAxis)];
  const [channel, image, filter]: Axis[] = [CHANNEL, IMAGE, RESULT].map((at) => ({ of: [[at, 1]] }));
  if (channel === undefined || image === undefined || filter === undefined) return null;
  const weights = reading(1, weight, [channel, filter, ...kernelAxes], RANK);
  const under = reading(0, x, [image, channel, ...imageAxes], RANK);
  const operands = [
    { ...weights, coordinates: [...weights.coordinates, ...bounds(sizes, imageAxes)] },
    { ...under, coordinates: [...under.coordinates, ...bounds(kernel, kernelAxes)] },
    nothing,
  ];
  const dims = [images, made, ...places.flatMap((size, i) => [size / (strides[i] as number), strides[i] as number])];
  const terms = [...sides.map((side) => side.terms), channels];
  return { op: OPCODES.DOT, dims, terms, attributes: dot(channels, operands, BIAS.FRONT), operands };
};

export const TRANSPOSED: Readonly<Record<string, FormRule>> = { ConvTranspose: convTranspose };
