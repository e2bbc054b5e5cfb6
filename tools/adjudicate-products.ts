/** Products of every kind that an exact graph has: MatMul, Gemm, Conv. */
import type { Attribute } from '#engine/graph/graph.ts';
import { add, mul } from '#verifier/arithmetic/float32.ts';
import { blockOf, PACKED_BLOCK, product } from '#verifier/arithmetic/product.ts';
import { KINDS, type Kind, type Numbers, tensorWith } from './adjudicate-numbers.ts';
import type { Trial } from './adjudicate-trial.ts';

const float = (value: number): Attribute => ({ kind: 'float', value });
const size = (numbers: Numbers, most: number): number => 1 + numbers.below(numbers.pick([4, 20, most]));

interface Matrices {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly turnLeft: boolean;
  readonly turnRight: boolean;
  readonly left: Float32Array;
  readonly right: Float32Array;
}

/** Row i of the left operand and column j of the right one. */
function slices({ m, k, n, turnLeft, turnRight, left, right }: Matrices, i: number, j: number) {
  const row = Float32Array.from({ length: k }, (_, t) => left[turnLeft ? t * m + i : i * k + t] as number);
  const column = Float32Array.from({ length: k }, (_, t) => right[turnRight ? j * k + t : t * n + j] as number);
  return { row, column };
}

/** The pair of kinds decides what the products are; anything but `usual` on one side is enough. */
function operands(numbers: Numbers, leftCount: number, rightCount: number): [Float32Array, Float32Array] {
  const kind: Kind = numbers.pick(KINDS);
  return [numbers.float32s(leftCount, kind), numbers.float32s(rightCount, numbers.pick([kind, 'usual' as const]))];
}

export function matrixTrial(numbers: Numbers): Trial {
  const isConstant = numbers.below(2) === 0;
  const isGemm = numbers.below(2) === 0;
  // Where both are made at run time, one row or one column has other kernels, and canon/ writes other operators.
  const least = isConstant ? 0 : 1;
  const [m, n] = [least + size(numbers, 60), least + size(numbers, 300)];
  const k = size(numbers, 1100);
  const [turnLeft, turnRight] = [isGemm && numbers.below(2) === 0, isGemm && numbers.below(2) === 0];
  const [left, right] = operands(numbers, m * k, k * n);
  const bias = isGemm && numbers.below(2) === 0 ? numbers.float32s(n, 'usual') : null;
  const [alpha = 1, beta = 1] = isGemm && numbers.below(3) === 0 ? [0.7, -1.3].map(Math.fround) : [];
  const a = tensorWith(left, turnLeft ? [k, m] : [m, k]);
  const b = tensorWith(right, turnRight ? [n, k] : [k, n]);
  const block = isConstant ? PACKED_BLOCK : blockOf(n, k, turnLeft);
  const matrices = { m, k, n, turnLeft, turnRight, left, right };
  return {
    op: `${isGemm ? 'Gemm' : 'MatMul'}, ${isConstant ? 'constant right' : 'both at run time'}`,
    feeds: isConstant ? { a } : { a, b },
    build(builder) {
      const names = [builder.input('a', a), isConstant ? builder.initializer('b', b) : builder.input('b', b)];
      if (bias !== null) names.push(builder.initializer('c', tensorWith(bias)));
      if (!isGemm) return builder.op('MatMul', names);
      const scales = { alpha: float(alpha), beta: float(beta) };
      return builder.op('Gemm', names, { transA: Number(turnLeft), transB: Number(turnRight), ...scales });
    },
    predict(at) {
      const column = at % n;
      const { row, column: others } = slices(matrices, (at - column) / n, column);
      return product(row, others, block, bias === null ? null : mul(bias[column] as number, beta), alpha);
    },
  };
}

interface Window {
  readonly image: readonly [images: number, channels: number, side: number];
  readonly kernel: number;
  readonly pad: number;
  readonly stride: number;
  readonly dilation: number;
  readonly groups: number;
}

/** What filter's terms meet at a place, in the order of the weights; zeros outside. */
function under(x: Float32Array, w: Window, [image, group, y, column]: readonly number[]): Float32Array {
  const [, channels, side] = w.image;
  const each = channels / w.groups;
  return Float32Array.from({ length: each * w.kernel ** 2 }, (_, t) => {
    const [channel, i, j] = [Math.floor(t / w.kernel ** 2), Math.floor(t / w.kernel) % w.kernel, t % w.kernel];
    const row = (y as number) * w.stride + i * w.dilation - w.pad;
    const place = (column as number) * w.stride + j * w.dilation - w.pad;
    if (row < 0 || place < 0 || row >= side || place >= side) return 0;
    const of = (image as number) * channels + (group as number) * each + channel;
    return x[(of * side + row) * side + place] as number;
  });
}

export function convolutionTrial(numbers: Numbers): Trial {
  const groups = numbers.pick([1, 1, 1, 2]);
  const kernel = numbers.pick([1, 2, 3, 5]);
  const dilation = numbers.pick([1, 1, 2]);
  const channels = groups * size(numbers, 48);
  const filters = groups * (1 + size(numbers, 12));
  const [pad, stride] = [numbers.below(kernel), numbers.pick([1, 1, 2])];
  // Two places at least: a single one has other kernels, and canon/ writes a product instead.
  const side = kernel * dilation + stride + numbers.below(20);
  const image = [1 + numbers.below(2), channels, side] as const;
  const w: Window = { image, kernel, pad, stride, dilation, groups };
  const terms = (channels / groups) * kernel ** 2;
  const places = Math.floor((side + 2 * pad - dilation * (kernel - 1) - 1) / stride) + 1;
  const [x, weights] = operands(numbers, image[0] * channels * side ** 2, filters * terms);
  const bias = numbers.below(2) === 0 ? numbers.float32s(filters, 'usual') : null;
  const input = tensorWith(x, [image[0], channels, side, side]);
  const given = tensorWith(weights, [filters, channels / groups, kernel, kernel]);
  const isConstant = numbers.below(2) === 0;
  return {
    op: 'Conv',
    feeds: isConstant ? { x: input } : { x: input, w: given },
    build(b) {
      const names = [b.input('x', input), isConstant ? b.initializer('w', given) : b.input('w', given)];
      if (bias !== null) names.push(b.initializer('c', tensorWith(bias)));
      const [pads, strides, dilations] = [Array(4).fill(pad), [stride, stride], [dilation, dilation]];
      return b.op('Conv', names, { pads, strides, dilations, group: groups });
    },
    predict(at) {
      const [column, y] = [at % places, Math.floor(at / places) % places];
      const filter = Math.floor(at / places ** 2) % filters;
      const group = Math.floor(filter / (filters / groups));
      const seen = under(x, w, [Math.floor(at / places ** 2 / filters), group, y, column]);
      const own = weights.subarray(filter * terms, (filter + 1) * terms);
      const sum = product(own, seen, blockOf(places ** 2, terms), null);
      // Not in front of the sum, as in a Gemm.
      return bias === null ? sum : add(sum, bias[filter] as number);
    },
  };
}

/** Each channel's kernels, weighted and laid over each other: a product for every place under which an element lies, and their sum. */
export function transposedTrial(numbers: Numbers): Trial {
  // Two results at least: for a single one, of a kernel of one place, the runtime has another kernel.
  const [channels, results] = [size(numbers, 200), 1 + size(numbers, 6)];
  const [kernel, stride, side] = [numbers.pick([1, 2, 3]), numbers.pick([1, 2]), 3 + numbers.below(6)];
  const pad = numbers.below(kernel);
  const [x, weights] = operands(numbers, channels * side ** 2, channels * results * kernel ** 2);
  const bias = numbers.below(2) === 0 ? numbers.float32s(results, 'usual') : null;
  const input = tensorWith(x, [1, channels, side, side]);
  const given = tensorWith(weights, [channels, results, kernel, kernel]);
  const isConstant = numbers.below(2) === 0;
  const places = (side - 1) * stride + kernel - 2 * pad;
  // A constant one is turned beforehand.
  const block = blockOf(side ** 2, channels, !isConstant);
  /** The product of a weight of every channel with one place of the image. */
  const weighted = (result: number, at: number, place: number): number => {
    const column = Float32Array.from({ length: channels }, (_, c) => x[c * side ** 2 + place] as number);
    const row = Float32Array.from(
      { length: channels },
      (_, c) => weights[(c * results + result) * kernel ** 2 + at] as number,
    );
    return product(row, column, block, null);
  };
  return {
    op: `ConvTranspose, ${isConstant ? 'constant weights' : 'weights made at run time'}`,
    feeds: isConstant ? { x: input } : { x: input, w: given },
    build(b) {
      const names = [b.input('x', input), isConstant ? b.initializer('w', given) : b.input('w', given)];
      if (bias !== null) names.push(b.initializer('c', tensorWith(bias)));
      return b.op('ConvTranspose', names, { strides: [stride, stride], pads: Array(4).fill(pad) });
    },
    predict(at) {
      const [column, row, result] = [at % places, Math.floor(at / places) % places, Math.floor(at / places ** 2)];
      let sum = 0;
      for (let i = 0; i < kernel ** 2; i++) {
        const [y, z] = [row + pad - Math.floor(i / kernel), column + pad - (i % kernel)];
        if (y < 0 || z < 0 || y % stride > 0 || z % stride > 0 || y >= side * stride || z >= side * stride) continue;
        sum = add(sum, weighted(result, i, (y / stride) * side + z / stride));
      }
      return bias === null ? sum : add(sum, bias[result] as number);
    },
  };
}
