/** Which element of an operand an instruction reads for an element of its result and a term. */
import type { TensorType } from '../trees/tensor.ts';
import type { Instruction, Operand } from './instruction.ts';
import { OPCODES } from './opcodes.ts';

const WIDTHS: Readonly<Record<TensorType, number>> = {
  float32: 4,
  float64: 8,
  int64: 8,
  int32: 4,
  uint8: 1,
  bool: 1,
};

/** Bytes of an element. */
export const widthOf = (type: TensorType): number => WIDTHS[type];

const product = (sizes: readonly number[]): number => sizes.reduce((count, size) => count * size, 1);

export const elementsOf = ({ dims }: Pick<Instruction, 'dims'>): number => product(dims);
export const termsOf = ({ terms }: Pick<Instruction, 'terms'>): number => product(terms);

/** Row-major coordinates of a flat place. */
export function coordinatesAt(sizes: readonly number[], place: number): number[] {
  const coordinates = new Array<number>(sizes.length);
  let rest = place;
  for (let i = sizes.length - 1; i >= 0; i--) {
    const size = sizes[i] as number;
    coordinates[i] = rest % size;
    rest = Math.floor(rest / size);
  }
  return coordinates;
}

/** x: coordinates of the element, then of the term. @returns the flat place in the operand's value, null outside of it */
export function positionAt({ size, coordinates }: Operand, x: readonly number[]): number | null {
  let position = 0;
  for (const { bound, stride, offset, coefficients } of coordinates) {
    let v = offset;
    for (let i = 0; i < coefficients.length; i++) v += (coefficients[i] as number) * (x[i] as number);
    if (v < 0 || v >= bound) return null;
    position += v * stride;
  }
  return position < size ? position : null;
}

/** The same from flat places. */
export function positionOf(instruction: Instruction, operand: number, element: number, term: number): number | null {
  const read = instruction.operands[operand];
  if (read === undefined) throw new RangeError(`there is no operand ${operand}`);
  return positionAt(read, [...coordinatesAt(instruction.dims, element), ...coordinatesAt(instruction.terms, term)]);
}

const FOLDS = new Set<number>([OPCODES.DOT, OPCODES.SUM, OPCODES.MAX, OPCODES.SCATTER]);
const DOT_BIAS = 2;

/** Elements of an operand in the operands' bytes: one for each term, but what no term changes counts once, and so does a DOT's bias. */
export function occurrencesOf(instruction: Instruction, operand: number): number {
  const { op, dims, operands } = instruction;
  if (FOLDS.has(op)) {
    const isAlone = (op === OPCODES.DOT && operand === DOT_BIAS) || (op === OPCODES.SCATTER && operand === 0);
    return isAlone ? 1 : termsOf(instruction);
  }
  const isFixed = operands[operand]?.coordinates.every(({ coefficients }) =>
    coefficients.slice(dims.length).every((coefficient) => coefficient === 0),
  );
  return isFixed === false ? termsOf(instruction) : 1;
}

/** Where in the operands' bytes an operand's term stands; not of a SCATTER, whose bytes are a list, nor of a MOVE's choice, which is alone. */
export function placeOf(instruction: Instruction, operand: number, term: number): { offset: number; width: number } {
  const read = instruction.operands[operand];
  if (read === undefined) throw new RangeError(`there is no operand ${operand}`);
  if (instruction.op === OPCODES.MOVE) return { offset: 0, width: widthOf(read.type) };
  let offset = 0;
  for (let i = 0; i < operand; i++)
    offset += occurrencesOf(instruction, i) * widthOf((instruction.operands[i] as Operand).type);
  const width = widthOf(read.type);
  return { offset: offset + term * width, width };
}
