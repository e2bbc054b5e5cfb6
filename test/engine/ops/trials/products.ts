/** Trials of products: matrices, vectors, sums over named axes, attention. */
import { type Dice, float, type Generator, type Generators, type Operand } from './trial.ts';

const gemm: Generator = (d) => {
  const [rows, inner, columns] = [d.int(1, 4), d.int(1, 4), d.int(1, 4)];
  const [transA, transB] = [d.bit(), d.bit()];
  const a = d.weight(transA === 1 ? [inner, rows] : [rows, inner]);
  const c = d.weight(transB === 1 ? [columns, inner] : [inner, columns]);
  const bias = d.is() ? [] : [d.weight(d.narrowed([rows, columns]))];
  const attributes = {
    ...(transA === 0 && d.is() ? {} : { transA }),
    ...(transB === 0 && d.is() ? {} : { transB }),
    ...(d.is() ? {} : { alpha: float(d.number(0.25, 2)) }),
    ...(d.is() ? {} : { beta: float(d.number(0.25, 2)) }),
  };
  return d.trial('Gemm', [a, c, ...bias], { attributes });
};

const matMul: Generator = (d) => {
  const [rows, inner, columns] = [d.int(1, 3), d.int(1, 4), d.int(1, 3)];
  const stack = d.shape(1, 2, 6);
  const of = (matrix: readonly number[], vector: readonly number[]): Operand => {
    const kind = d.int(0, 4);
    return d.weight(kind === 0 ? vector : kind === 1 ? matrix : [...d.narrowed(stack), ...matrix]);
  };
  const operands = [of([rows, inner], [inner]), of([inner, columns], [inner])];
  return d.trial('MatMul', operands, { isImportOnly: operands.some(({ shape }) => shape.length === 1) });
};

/** Letters of one or two operands, each once in an operand; the result has some of them in any order, or is left to the operator. */
const einsum: Generator = (d) => {
  const letters = [...'abcde'].slice(0, d.int(1, 5));
  const sizes = new Map(letters.map((letter) => [letter, d.int(1, 3)]));
  const term = (): string[] => {
    const some = letters.filter(() => d.is());
    const list = some.length === 0 ? letters.slice(0, 1) : some.slice(0, 4);
    return d.order(list.length).map((i) => list[i] as string);
  };
  const terms = d.int(0, 3) === 0 ? [term()] : [term(), term()];
  const present = [...new Set(terms.flat())].filter(() => d.int(0, 2) > 0);
  const result = d.order(present.length).map((i) => present[i] as string);
  const left = terms.map((each) => each.join('')).join(d.pick([',', ', ']));
  const equation = d.int(0, 3) === 0 ? left : `${left}->${result.join('')}`;
  const operands = terms.map((each) => d.weight(each.map((letter) => sizes.get(letter) as number)));
  return d.trial('Einsum', operands, { attributes: { equation } });
};

/** Heads apart or side by side, shared among queries or not, with and without a mask, a cap and a scale. */
const attention: Generator = (d: Dice) => {
  const [batch, shared, times] = [d.int(1, 2), d.int(1, 2), d.int(1, 2)];
  const [length, keys, size, wide] = [d.int(1, 3), d.int(1, 3), d.int(1, 3), d.int(1, 2)];
  const heads = shared * times;
  const isFlat = d.is();
  const of = (count: number, many: number, width: number): Operand =>
    d.weight(isFlat ? [batch, many, count * width] : [batch, count, many, width]);
  const mask = d.int(0, 2);
  const masks: Array<Operand | null> = [];
  if (mask === 1) masks.push(d.fixed([length, keys]));
  // Every query sees its first key.
  const seen = () => Array.from({ length: length * keys }, (_, i) => (i % keys === 0 ? 1 : d.bit()));
  if (mask === 2) masks.push(d.given('bool', [length, keys], seen()));
  const attributes = {
    ...(isFlat ? { q_num_heads: heads, kv_num_heads: shared } : {}),
    ...(d.is() ? {} : { scale: float(d.number(0.25, 1)) }),
    ...(d.is() ? {} : { softcap: float(d.number(0.5, 2)) }),
    ...(mask === 0 && d.is() ? { is_causal: 1 } : {}),
  };
  const operands = [of(heads, length, size), of(shared, keys, size), of(shared, keys, wide), ...masks];
  return d.trial('Attention', operands, { opset: 23, attributes });
};

export const PRODUCTS: Generators = { Attention: attention, Einsum: einsum, Gemm: gemm, MatMul: matMul };
