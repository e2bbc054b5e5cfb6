/** Finds an operand that the worker opened otherwise than the value it was read from, and shows that value's chunk. */
import { occurrencesOf, placeOf, positionOf, widthOf } from '#protocol/dispute/access.ts';
import type { Instruction, Operand } from '#protocol/dispute/instruction.ts';
import type { ChallengerMove, DisputeView } from '#protocol/dispute/moves.ts';
import { OPCODES } from '#protocol/dispute/opcodes.ts';
import { FINE_CHUNK } from '#protocol/trees/tensor.ts';
import { firstByte } from './difference.ts';
import { chosenOf, gather, takenAt } from './gather.ts';
import { chunkOf, chunkPath, instructionAt, openTheirs, type Side, sourcesOf, whereIs } from './side.ts';

interface NamedElement {
  readonly step: number;
  readonly value: number;
  readonly instruction: Instruction;
  readonly element: number;
  /** Its operands as they are. */
  readonly truth: Uint8Array;
}

/** An operand and one of its terms. */
export interface Lie {
  readonly operand: number;
  readonly term: number;
}

function plainLie(instruction: Instruction, element: number, truth: Uint8Array, opened: Uint8Array): Lie | null {
  const isMove = instruction.op === OPCODES.MOVE;
  const operands = isMove ? [chosenOf(instruction, element)] : instruction.operands.keys();
  for (const operand of operands) {
    const terms = isMove ? 1 : occurrencesOf(instruction, operand);
    for (let term = 0; term < terms; term++) {
      const { offset, width } = placeOf(instruction, operand, term);
      const isSame =
        firstByte(truth.subarray(offset, offset + width), opened.subarray(offset, offset + width)) === null;
      if (!isSame) return { operand, term };
    }
  }
  return null;
}

/** What a SCATTER's operands list: the bytes of index and update by term, after the data. */
function scatterList(
  { operands }: Instruction,
  bytes: Uint8Array,
): { data: Uint8Array; listed: Map<number, Uint8Array> } {
  const [data, index, update] = operands.map(({ type }) => widthOf(type)) as [number, number, number];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const listed = new Map<number, Uint8Array>();
  const row = 4 + index + update;
  for (let at = data + 4; at + row <= bytes.length; at += row)
    listed.set(view.getUint32(at), bytes.subarray(at + 4, at + row));
  return { data: bytes.subarray(0, data), listed };
}

function scatterLie(instruction: Instruction, truth: Uint8Array, opened: Uint8Array): Lie | null {
  const [own, theirs] = [scatterList(instruction, truth), scatterList(instruction, opened)];
  if (firstByte(own.data, theirs.data) !== null) return { operand: 0, term: 0 };
  const index = widthOf((instruction.operands[1] as Operand).type);
  const terms = [...new Set([...own.listed.keys(), ...theirs.listed.keys()])].sort((a, b) => a - b);
  for (const term of terms) {
    const [mine, other] = [own.listed.get(term), theirs.listed.get(term)];
    if (mine === undefined || other === undefined) return { operand: 1, term };
    const at = firstByte(mine, other);
    if (at !== null) return { operand: at < index ? 1 : 2, term };
  }
  return null;
}

/** Flat place of the operand in its source; null outside of it. */
function readAt(instruction: Instruction, element: number, { operand, term }: Lie, truth: Uint8Array): number | null {
  const isTaken = instruction.op === OPCODES.TAKE && operand === 1;
  return isTaken ? takenAt(instruction, element, truth) : positionOf(instruction, operand, element, term);
}

/** The value that a dispute has named, with its element's operands as they are. */
export async function namedElement(side: Side, view: DisputeView): Promise<NamedElement | null> {
  const element = view.value?.element ?? null;
  if (view.value === null || element === null) return null;
  const { step, value } = whereIs(side, view.value.position);
  const instruction = instructionAt(side, value);
  const truth = gather(instruction, element, await sourcesOf(side, instruction, step));
  return { step, value, instruction, element, truth };
}

/** The move that shows one operand and term of what the worker opened beside the value it was read from. */
export async function showOperand(
  side: Side,
  view: DisputeView,
  named: NamedElement,
  lie: Lie,
): Promise<ChallengerMove> {
  const { own, program } = side;
  const { instruction, element, truth, step } = named;
  const opened = view.opened.operands ?? new Uint8Array();
  const { source, type } = instruction.operands[lie.operand] as Operand;
  const position = step * own.values + source;
  const at = readAt(instruction, element, lie, truth) ?? 0;
  const isScatter = instruction.op === OPCODES.SCATTER;
  const place = isScatter ? 0 : placeOf(instruction, lie.operand, lie.term).offset;
  return {
    kind: 'refute',
    ...lie,
    instruction: program[named.value] as Uint8Array,
    operands: isScatter ? { chunk: opened, path: [] } : chunkPath(opened, Math.floor(place / FINE_CHUNK)),
    source: openTheirs(side, view, position),
    chunk: chunkOf(type, await own.bytesOf(position), at),
  };
}

/** @returns null when all operands are right: then the contract's result is the challenger's own */
export async function refute(side: Side, view: DisputeView): Promise<ChallengerMove | null> {
  const named = await namedElement(side, view);
  const opened = view.opened.operands;
  if (named === null || opened === undefined) return null;
  const { instruction, element, truth } = named;
  const isScatter = instruction.op === OPCODES.SCATTER;
  const lie = isScatter ? scatterLie(instruction, truth, opened) : plainLie(instruction, element, truth, opened);
  return lie === null ? null : showOperand(side, view, named, lie);
}
