/** The referee's view of a SCATTER's operands: a list of terms with index and update after the data. */
import { termsOf, widthOf } from '#protocol/dispute/access.ts';
import type { Instruction, Operand } from '#protocol/dispute/instruction.ts';
import { elementAt } from '#verifier/dispute/element.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function rowsOf({ operands }: Instruction, bytes: Uint8Array): Array<{ term: number; index: string; update: string }> {
  const [data, index, update] = operands.map(({ type }) => widthOf(type)) as [number, number, number];
  const rest = Buffer.from(bytes.slice(data + 4));
  const row = 4 + index + update;
  return Array.from({ length: rest.length / row }, (_, i) => {
    const one = rest.subarray(i * row, (i + 1) * row);
    return { term: one.readUInt32BE(), index: hex(one.subarray(4, 4 + index)), update: hex(one.subarray(4 + index)) };
  });
}

/** The terms are there, and each is listed once. */
export function isOrdered(instruction: Instruction, bytes: Uint8Array): boolean {
  const terms = rowsOf(instruction, bytes).map(({ term }) => term);
  return terms.every((term, i) => term < termsOf(instruction) && (i === 0 || term > (terms[i - 1] as number)));
}

/** Is what the list says of an operand's term not what the log has? @param lie.truth null: the term lies outside */
export function isScatterLie(
  { operands, attributes, ...instruction }: Instruction,
  element: number,
  bytes: Uint8Array,
  lie: { readonly operand: number; readonly term: number; readonly truth: Uint8Array | null },
): boolean {
  const [data, index] = operands as [Operand, Operand];
  const truth = lie.truth === null ? null : hex(lie.truth);
  if (lie.operand === 0) return hex(bytes.slice(0, widthOf(data.type))) !== truth;
  const row = rowsOf({ operands, attributes, ...instruction }, bytes).find(({ term }) => term === lie.term);
  if (lie.operand === 2) return row !== undefined && row.update !== truth;
  const [size, inner] = attributes as [number, number];
  const named = lie.truth === null ? Number.NaN : Number(elementAt(index.type, lie.truth));
  const isNamed = (named < 0 ? named + size : named) === Math.floor(element / inner) % size;
  return row === undefined ? isNamed : !isNamed || row.index !== truth;
}
