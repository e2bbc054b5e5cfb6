/** Which elements of its operands an element of a result is made of, for the operators that have a bound. */
import { intAttribute, intsAttribute, type Node } from '#engine/graph/graph.ts';
import { numbersOf } from '#engine/graph/numbers.ts';
import { elementCount, type Tensor } from '#engine/graph/tensor.ts';
import type { Element } from './rules.ts';

type Lanes = Pick<Element, 'lanes' | 'at'>;
/** The lanes of one element of the result, by its place. */
type Lane = (element: number) => Lanes;

interface Operand {
  readonly shape: readonly number[];
  readonly numbers: readonly number[];
}

function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, i) => elementCount(shape.slice(i + 1)));
}

function coordinates(shape: readonly number[], element: number): number[] {
  return stridesOf(shape).map((stride, i) => Math.floor(element / stride) % (shape[i] as number));
}

const flat = (shape: readonly number[], places: readonly number[]): number =>
  stridesOf(shape).reduce((sum, stride, i) => sum + stride * (places[i] as number), 0);

/** The element of an operand that broadcasting puts at these coordinates. */
function broadcastAt({ shape, numbers }: Operand, places: readonly number[]): number {
  const own = places.slice(places.length - shape.length).map((place, i) => (shape[i] === 1 ? 0 : place));
  return numbers[flat(shape, own)] as number;
}

const each =
  (operands: readonly Operand[], shape: readonly number[]): Lane =>
  (element) => {
    const places = coordinates(shape, element);
    return { lanes: operands.map((operand) => [broadcastAt(operand, places)]), at: 0 };
  };

/** The bytes of the operand in their order. */
const inOrder =
  ([operand]: readonly Operand[]): Lane =>
  (element) => ({ lanes: [[operand?.numbers[element] ?? 0]], at: 0 });

function transposed([operand]: readonly Operand[], node: Node, shape: readonly number[]): Lane {
  const from = operand as Operand;
  const order = intsAttribute(node.attributes, 'perm') ?? from.shape.map((_, i) => from.shape.length - 1 - i);
  return (element) => {
    const places = coordinates(shape, element);
    const own = from.shape.map((_, axis) => places[order.indexOf(axis)] as number);
    return { lanes: [[from.numbers[flat(from.shape, own)] as number]], at: 0 };
  };
}

const many = (count: number, of: (i: number) => number): number[] => Array.from({ length: count }, (_, i) => of(i));

function matMulLanes([left, right]: readonly Operand[], shape: readonly number[]): Lane {
  const [a, b] = [left as Operand, right as Operand];
  const inner = a.shape.at(-1) as number;
  return (element) => {
    const places = coordinates(shape, element);
    const stack = places.slice(0, -2);
    const [row, column] = [places.at(-2) as number, places.at(-1) as number];
    return {
      lanes: [
        many(inner, (i) => broadcastAt(a, [...stack, row, i])),
        many(inner, (i) => broadcastAt(b, [...stack, i, column])),
      ],
      at: 0,
    };
  };
}

function gemmLanes([left, right, bias]: readonly Operand[], node: Node, shape: readonly number[]): Lane {
  const [a, b] = [left as Operand, right as Operand];
  const [isLeft, isRight] = ['transA', 'transB'].map((name) => intAttribute(node.attributes, name, 0) === 1);
  const inner = a.shape[isLeft ? 0 : 1] as number;
  const pick = ({ shape: [, width = 1], numbers }: Operand, row: number, column: number): number =>
    numbers[row * width + column] as number;
  return (element) => {
    const places = coordinates(shape, element);
    const [row, column] = places as [number, number];
    const lanes = [
      many(inner, (i) => (isLeft ? pick(a, i, row) : pick(a, row, i))),
      many(inner, (i) => (isRight ? pick(b, column, i) : pick(b, i, column))),
    ];
    return { lanes: bias === undefined ? lanes : [...lanes, [broadcastAt(bias, places)]], at: 0 };
  };
}

/** Axes that a reduction sums over: an attribute, an operand, or all. */
function axesOf(node: Node, [from, axes]: readonly Operand[]): ReadonlySet<number> {
  const rank = from?.shape.length ?? 0;
  const given = intsAttribute(node.attributes, 'axes') ?? axes?.numbers ?? [];
  const all = given.length > 0 ? given : many(rank, (i) => i);
  return new Set(all.map((axis) => (axis < 0 ? axis + rank : axis)));
}

function reducedLanes(operands: readonly Operand[], node: Node, shape: readonly number[]): Lane {
  const from = operands[0] as Operand;
  const axes = axesOf(node, operands);
  const sizes = [...axes].sort((a, b) => a - b).map((axis) => from.shape[axis] as number);
  const isKept = shape.length === from.shape.length;
  return (element) => {
    const places = coordinates(shape, element);
    const lane = many(elementCount(sizes), (term) => {
      const inside = coordinates(sizes, term);
      let [kept, summed] = [0, 0];
      const own = from.shape.map((_, axis) => {
        if (axes.has(axis)) {
          if (isKept) kept += 1;
          return inside[summed++] as number;
        }
        return places[kept++] as number;
      });
      return from.numbers[flat(from.shape, own)] as number;
    });
    return { lanes: [lane], at: 0 };
  };
}

/** A row along the axis, and where in it the element stands. */
function rowLanes([operand]: readonly Operand[], node: Node): Lane {
  const { shape, numbers } = operand as Operand;
  const given = intAttribute(node.attributes, 'axis', -1);
  const axis = given < 0 ? given + shape.length : given;
  const [size, stride] = [shape[axis] as number, elementCount(shape.slice(axis + 1))];
  return (element) => {
    const at = Math.floor(element / stride) % size;
    return { lanes: [many(size, (i) => numbers[element + (i - at) * stride] as number)], at };
  };
}

/** Everything from the axis on is one row; scale and shift have its shape. */
function normalizedLanes([operand, scale, shift]: readonly Operand[], node: Node): Lane {
  const { shape, numbers } = operand as Operand;
  const given = intAttribute(node.attributes, 'axis', -1);
  const size = elementCount(shape.slice(given < 0 ? given + shape.length : given));
  return (element) => {
    const at = element % size;
    const own = [scale, shift].map((one) =>
      one === undefined ? [] : [one.numbers[at % one.numbers.length] as number],
    );
    return { lanes: [numbers.slice(element - at, element - at + size), ...own], at };
  };
}

const IN_ORDER = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Cast']);

/** @param shape of the node's first result */
export function lanesOf(node: Node, tensors: readonly Tensor[], shape: readonly number[]): Lane {
  const operands = tensors.map((tensor) => ({ shape: tensor.shape, numbers: numbersOf(tensor) }));
  if (IN_ORDER.has(node.op)) return inOrder(operands);
  if (node.op.startsWith('Reduce')) return reducedLanes(operands, node, shape);
  switch (node.op) {
    case 'Transpose':
      return transposed(operands, node, shape);
    case 'Expand':
      return each(operands.slice(0, 1), shape);
    case 'MatMul':
      return matMulLanes(operands, shape);
    case 'Gemm':
      return gemmLanes(operands, node, shape);
    case 'Softmax':
    case 'LogSoftmax':
      return rowLanes(operands, node);
    case 'LayerNormalization':
      return normalizedLanes(operands, node);
    default:
      return each(operands, shape);
  }
}
