/** Einsum of one or two operands: axes brought in order, one batched matrix product, https://onnx.ai/onnx/operators/onnx__Einsum.html */
import { elementCount } from '#engine/graph/tensor.ts';
import { type Imported, type Importer, reshaped, text } from './importer.ts';

interface Term {
  readonly name: string;
  /** One letter for each axis. */
  readonly letters: readonly string[];
}

interface Equation {
  readonly terms: ReadonlyArray<readonly string[]>;
  readonly result: readonly string[];
}

function equationOf(of: Imported): Equation {
  const equation = text(of.call.attributes, 'equation', '').replaceAll(' ', '');
  const [left = '', right] = equation.split('->');
  if (!/^[A-Za-z,]+$/.test(left) || (right !== undefined && !/^[A-Za-z]*$/.test(right)))
    throw of.call.error(`the equation ${equation}`);
  const terms = left.split(',').map((term) => [...term]);
  const all = terms.flat();
  const once = [...new Set(all)].filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter)).sort();
  return { terms, result: right === undefined ? once : [...right] };
}

/** Sums over what neither the result nor another operand names. */
function summed(of: Imported, { name, letters }: Term, isKept: (letter: string) => boolean): Term {
  const axes = letters.flatMap((letter, i) => (isKept(letter) ? [] : [i]));
  if (axes.length === 0) return { name, letters };
  const sum = of.b.op('ReduceSum', [name, of.b.integers(axes)], { keepdims: 0 });
  return { name: sum, letters: letters.filter(isKept) };
}

function ordered(of: Imported, { name, letters }: Term, order: readonly string[]): string {
  const perm = order.map((letter) => letters.indexOf(letter));
  return perm.every((axis, i) => axis === i) ? name : of.b.op('Transpose', [name], { perm });
}

function product(of: Imported, left: Term, right: Term, result: readonly string[]): string {
  const sizes = new Map<string, number>();
  for (const { name, letters } of [left, right]) {
    letters.forEach((letter, i) => {
      sizes.set(letter, of.b.info(name).shape[i] as number);
    });
  }
  const isIn = (term: Term) => (letter: string) => term.letters.includes(letter);
  const both = left.letters.filter(isIn(right));
  const batch = both.filter((letter) => result.includes(letter));
  const inner = both.filter((letter) => !result.includes(letter));
  const rows = left.letters.filter((letter) => !isIn(right)(letter));
  const columns = right.letters.filter((letter) => !isIn(left)(letter));
  const shapeOf = (letters: readonly string[]): number[] => letters.map((letter) => sizes.get(letter) as number);
  const count = (letters: readonly string[]): number => elementCount(shapeOf(letters));
  const a = reshaped(of, ordered(of, left, [...batch, ...rows, ...inner]), [count(batch), count(rows), count(inner)]);
  const c = reshaped(of, ordered(of, right, [...batch, ...inner, ...columns]), [
    count(batch),
    count(inner),
    count(columns),
  ]);
  const made = [...batch, ...rows, ...columns];
  const whole = reshaped(of, of.b.op('MatMul', [a, c]), shapeOf(made));
  return ordered(of, { name: whole, letters: made }, result);
}

export const einsum: Importer = (of) => {
  const { terms, result } = equationOf(of);
  const inputs = of.call.node.inputs;
  if (terms.length !== inputs.length || terms.length > 2) throw of.call.error(`${terms.length} operands`);
  if (terms.some((letters) => new Set(letters).size !== letters.length)) throw of.call.error('a diagonal');
  const named = terms.map((letters, i): Term => {
    if (of.call.input(i).shape.length !== letters.length) throw of.call.error(`operand ${i} has other axes`);
    const others = terms.filter((_, other) => other !== i).flat();
    const isKept = (letter: string): boolean => result.includes(letter) || others.includes(letter);
    return summed(of, { name: of.in(i), letters }, isKept);
  });
  const [left, right] = named;
  if (left === undefined) throw of.call.error('no operands');
  return [right === undefined ? ordered(of, left, result) : product(of, left, right, result)];
};
