/** Products of models that are no plain matrix product: vectors, sums over named axes, attention. */
import { floatAttribute, intAttribute } from '#engine/graph/graph.ts';
import { einsum } from './einsum.ts';
import { type Imported, type Importer, like, reshaped } from './importer.ts';

/** A vector is a matrix of one row or column for as long as the product takes. */
const matMul: Importer = (of) => {
  const { b, call } = of;
  const [left, right] = [call.input(0).shape, call.input(1).shape];
  if (left.length > 1 && right.length > 1) return [b.op('MatMul', [of.in(0), of.in(1)], {}, of.name)];
  const a = left.length === 1 ? reshaped(of, of.in(0), [1, ...left]) : of.in(0);
  const c = right.length === 1 ? reshaped(of, of.in(1), [...right, 1]) : of.in(1);
  const product = b.op('MatMul', [a, c]);
  const { shape } = b.info(product);
  const rows = left.length === 1 ? shape.slice(0, -2) : shape.slice(0, -1);
  return [reshaped(of, product, right.length === 1 ? rows : [...rows, shape.at(-1) as number])];
};

/** [batch, heads, length, size], from that or from [batch, length, heads × size]. */
function heads(of: Imported, i: number, count: string): string {
  const { shape } = of.call.input(i);
  if (shape.length === 4) return of.in(i);
  const number = intAttribute(of.call.attributes, count, 0);
  const [batch = 1, length = 1, width = 1] = shape;
  if (shape.length !== 3 || number < 1 || width % number !== 0) throw of.call.error(`${width} in ${number} heads`);
  const apart = reshaped(of, of.in(i), [batch, length, number, width / number]);
  return of.b.op('Transpose', [apart], { perm: [0, 2, 1, 3] });
}

/** Heads of keys and values that several query heads share, arXiv 2305.13245. */
function shared(of: Imported, name: string, count: number): string {
  const [batch = 1, number = 1, length = 1, size = 1] = of.b.info(name).shape;
  if (number === count) return name;
  const apart = reshaped(of, name, [batch, number, 1, length, size]);
  const spread = of.b.op('Expand', [apart, of.b.integers([batch, number, count / number, length, size])]);
  return reshaped(of, spread, [batch, count, length, size]);
}

function masked(of: Imported, scores: string): string {
  const { b, call } = of;
  const { shape, dtype } = b.info(scores);
  const [rows = 1, columns = 1] = shape.slice(-2);
  let sum = scores;
  if (intAttribute(call.attributes, 'is_causal', 0) === 1) {
    const isSeen = Array.from({ length: rows * columns }, (_, i) => Number(i % columns <= Math.floor(i / columns)));
    sum = b.op('Where', [b.values('bool', [rows, columns], isSeen), sum, b.scalar(dtype, -1e30)]);
  }
  if (!call.has(3)) return sum;
  if (call.input(3).dtype === 'bool') return b.op('Where', [of.in(3), sum, b.scalar(dtype, -1e30)]);
  return b.op('Add', [sum, of.in(3)]);
}

/** https://onnx.ai/onnx/operators/onnx__Attention.html, without a cache of the past. */
const attention: Importer = (of) => {
  const { b, call } = of;
  if ([4, 5, 6].some((i) => call.has(i)) || [1, 2, 3].some((i) => call.gives(i)))
    throw call.error('attention with a cache of the past or with its scores as a result');
  const q = heads(of, 0, 'q_num_heads');
  const count = b.info(q).shape[1] as number;
  const k = shared(of, heads(of, 1, 'kv_num_heads'), count);
  const v = shared(of, heads(of, 2, 'kv_num_heads'), count);
  const size = b.info(q).shape[3] as number;
  const scale = floatAttribute(call.attributes, 'scale', 1 / Math.sqrt(size));
  const cap = floatAttribute(call.attributes, 'softcap', 0);
  const turned = b.op('Transpose', [k], { perm: [0, 1, 3, 2] });
  let scores = b.op('Mul', [b.op('MatMul', [q, turned]), like(of, scale)]);
  if (cap > 0) scores = b.op('Mul', [b.op('Tanh', [b.op('Div', [scores, like(of, cap)])]), like(of, cap)]);
  const weights = b.op('Softmax', [masked(of, scores)], { axis: -1 });
  const result = b.op('MatMul', [weights, v]);
  if (call.input(0).shape.length === 4) return [result];
  const [batch = 1, , length = 1, width = 1] = b.info(result).shape;
  return [reshaped(of, b.op('Transpose', [result], { perm: [0, 2, 1, 3] }), [batch, length, count * width])];
};

export const ATTENTION: Readonly<Record<string, Importer>> = { Attention: attention, Einsum: einsum, MatMul: matMul };
