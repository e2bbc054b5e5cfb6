/** Forms of products: which terms meet, and how many of them the runtime adds in one block (docs/adjudication.md). */
import { floatAttribute, intAttribute } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { isThin, productSize } from '#engine/ops/determinism.ts';
import { windowOf } from '#engine/ops/window-shapes.ts';
import { BIAS, OPCODES } from '#protocol/dispute/opcodes.ts';
import { bitsOf32 } from '#verifier/arithmetic/bits.ts';
import { blockOf, PACKED_BLOCK } from '#verifier/arithmetic/product.ts';
import { type Axis, along, alignedAxes, type FormRule, type Reading, reading, type Site } from './form.ts';

/** @param bias where it is added */
export const dot = (block: number, operands: Reading[], bias: number, alpha = 1, beta = 1): number[] => [
  block,
  operands.length > 2 ? bias : BIAS.NONE,
  bitsOf32(alpha),
  bitsOf32(beta),
];

export const isFloat32 = ({ call }: Site): boolean => call.inputs().every(({ dtype }) => dtype === 'float32');

/** null where the runtime has a kernel that was not measured. */
function blockFor(site: Site, turns: readonly [boolean, boolean]): number | null {
  const [left, right] = [site.call.input(0).shape, site.call.input(1).shape];
  // The runtime packs matrices only.
  if (site.isConstant(1)) return right.length === 2 ? PACKED_BLOCK : null;
  const size = productSize(left, right, turns);
  return isThin(size) ? null : blockOf(size.n, size.k, size.isTurned);
}

const matMul: FormRule = (site) => {
  const { call, result } = site;
  const [left, right] = [call.input(0).shape, call.input(1).shape];
  if (!isFloat32(site) || left.length < 2 || right.length < 2) return null;
  const block = blockFor(site, [false, false]);
  const [terms, rank] = [left.at(-1) as number, result.shape.length];
  if (block === null || terms === 0) return null;
  const stacked = (shape: readonly number[]): Array<Axis | null> => alignedAxes(shape, rank).slice(0, -2);
  const operands = [
    reading(0, left, [...stacked(left), along(left.at(-2) as number, rank - 2), along(terms, rank)], rank + 1),
    reading(1, right, [...stacked(right), along(terms, rank), along(right.at(-1) as number, rank - 1)], rank + 1),
  ];
  return { op: OPCODES.DOT, terms: [terms], attributes: dot(block, operands, BIAS.NONE), operands };
};

const ROW = 0;
const COLUMN = 1;
const TERM = 2;

const gemm: FormRule = (site) => {
  const { call, result } = site;
  const [left, right] = [call.input(0).shape, call.input(1).shape];
  const [turnLeft, turnRight] = ['transA', 'transB'].map((name) => intAttribute(call.attributes, name, 0) !== 0) as [
    boolean,
    boolean,
  ];
  const [alpha, beta] = [floatAttribute(call.attributes, 'alpha', 1), floatAttribute(call.attributes, 'beta', 1)];
  const block = blockFor(site, [turnLeft, turnRight]);
  const terms = left[turnLeft ? 0 : 1] as number;
  if (!isFloat32(site) || block === null || terms === 0 || alpha === 0 || beta === 0) return null;
  const axes = (shape: readonly number[], order: readonly [number, number]): Array<Axis | null> =>
    shape.map((size, i) => along(size, order[i] as number));
  const operands = [
    reading(0, left, axes(left, turnLeft ? [TERM, ROW] : [ROW, TERM]), TERM + 1),
    reading(1, right, axes(right, turnRight ? [COLUMN, TERM] : [TERM, COLUMN]), TERM + 1),
  ];
  if (call.has(2)) {
    const bias = call.input(2).shape;
    operands.push(reading(2, bias, alignedAxes(bias, result.shape.length), TERM + 1));
  }
  return { op: OPCODES.DOT, terms: [terms], attributes: dot(block, operands, BIAS.FRONT, alpha, beta), operands };
};

/** Two spatial axes. The result's channels are counted as group and filter of the group, so that the channel read follows from them. */
const conv: FormRule = (site) => {
  const { call, result } = site;
  const [image, weight] = [call.input(0).shape, call.input(1).shape];
  const groups = intAttribute(call.attributes, 'group', 1);
  const [images = 0, filters = 0, ...places] = result.shape;
  const [, each = 0, ...kernel] = weight;
  const count = elementCount(places);
  // One filter for a group and a single place have kernels of their own.
  if (!isFloat32(site) || places.length !== 2 || filters === groups || count < 2) return null;
  const window = windowOf(call, kernel, image.slice(2));
  const per = filters / groups;
  const [GROUP, FILTER, Y, CHANNEL, I] = [1, 2, 3, 5, 6] as const;
  const filter: Axis = {
    of: [
      [GROUP, per],
      [FILTER, 1],
    ],
  };
  const spatial = kernel.map(
    (_, i): Axis => ({
      of: [
        [Y + i, window.strides[i] as number],
        [I + i, window.dilations[i] as number],
      ],
      offset: -(window.padsBegin[i] as number),
    }),
  );
  const terms = [each, ...kernel];
  const [dims, rank] = [[images, groups, per, ...places], 8];
  const operands = [
    reading(0, weight, [filter, { of: [[CHANNEL, 1]] }, { of: [[I, 1]] }, { of: [[I + 1, 1]] }], rank),
    reading(
      0,
      image,
      [
        { of: [[0, 1]] },
        {
          of: [
            [GROUP, each],
            [CHANNEL, 1],
          ],
        },
        ...spatial,
      ],
      rank,
    ),
    ...(call.has(2) ? [reading(2, [filters], [filter], rank)] : []),
  ].map((operand, i) => ({ ...operand, input: [1, 0, 2][i] as number }));
  const block = blockOf(count, elementCount(terms));
  return { op: OPCODES.DOT, dims, terms, attributes: dot(block, operands, BIAS.BEHIND), operands };
};

export const PRODUCTS: Readonly<Record<string, FormRule>> = { MatMul: matMul, Gemm: gemm, Conv: conv };
