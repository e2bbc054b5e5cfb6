/** The challenger's moves: finds what the worker's openings have otherwise than its own transcript, and names it. */
import { entriesOf } from '#engine/state/state.ts';
import { widthOf } from '#protocol/dispute/access.ts';
import type { Instruction } from '#protocol/dispute/instruction.ts';
import {
  blockShorts,
  leavesOf,
  NO_OPENING,
  pathOfShort,
  placeIn,
  blockRange,
  unpackShorts,
} from '#protocol/dispute/log.ts';
import type { ChallengerMove, DisputeView, NamedElement, Short } from '#protocol/dispute/moves.ts';
import { hasForm, OPCODES } from '#protocol/dispute/opcodes.ts';
import { programPath } from '#protocol/dispute/program.ts';
import { fineRoot, short } from '#protocol/dispute/short.ts';
import { FINE_CHUNK } from '#protocol/trees/tensor.ts';
import { firstByte, firstElement, hiddenChunk, hiddenLeaf } from './difference.ts';
import { refute } from './refute.ts';
import { chunkOf, chunkPath, instructionAt, NO_CHUNK, openTheirs, type Side, statePlace, whereIs } from './side.ts';

/** Asks the worker's node for the bytes of a value of its log; null: it does not serve them. */
export type FetchValue = (position: number) => Promise<Uint8Array | null>;

const firstOther = (own: readonly Short[], theirs: readonly Short[]): number =>
  own.findIndex((one, i) => one !== theirs[i]);

function nameBlock({ own }: Side, blocks: readonly Short[]): ChallengerMove | null {
  const block = firstOther(blockShorts(own.log), blocks);
  const other = blocks[block];
  return other === undefined ? null : { kind: 'nameBlock', block, short: other, path: pathOfShort(blocks, block) };
}

/** The chunk of 128 bytes in which the committed tensor is not what the log ends with; null where it is. */
function otherChunk(instruction: Instruction, side: Side, ended: Uint8Array): number | null {
  const { place, count } = statePlace(instruction);
  const entries = entriesOf(side.ends.end);
  const entry = entries[place];
  if (entries.length !== count) return place === hiddenLeaf(count, entries.length) ? 0 : null;
  if (entry === undefined || firstByte(entry.head, instruction.raw) !== null) return 0;
  const at = firstByte(ended, entry.data);
  return at === null ? null : Math.floor(at / FINE_CHUNK);
}

/** The log is the challenger's own, so what the worker committed to must differ from the log's end. */
async function nameLink(side: Side, view: DisputeView): Promise<ChallengerMove | null> {
  const { own, program } = side;
  for (const [tensor, bytes] of program.entries()) {
    const instruction = instructionAt(side, tensor);
    if (instruction.op !== OPCODES.STATE) continue;
    const position = (own.steps - 1) * own.values + statePlace(instruction).next;
    const ended = await own.bytesOf(position);
    const chunkIndex = otherChunk(instruction, side, ended);
    if (chunkIndex === null) continue;
    return {
      kind: 'nameLink',
      tensor,
      instruction: bytes,
      instructionPath: programPath(program, tensor),
      next: openTheirs(side, view, position),
      chunkIndex,
      chunk: chunkPath(ended, chunkIndex),
    };
  }
  return null;
}

/** Decided at once by roots alone, or by the jury whatever element is named. */
const needsNoElement = ({ op }: Instruction, step: number): boolean => (op === OPCODES.STATE ? step > 0 : !hasForm(op));

/** The worker's bytes, if it serves those that it logged. */
async function theirBytes(position: number, logged: Short, fetchValue: FetchValue): Promise<Uint8Array | null> {
  const bytes = await fetchValue(position);
  return bytes !== null && short(fineRoot(bytes)) === logged ? bytes : null;
}

/** null: the worker withholds its bytes, or no element shows the difference, and the jury decides. */
function elementOf(instruction: Instruction, own: Uint8Array, theirs: Uint8Array | null): NamedElement {
  if (theirs === null) return null;
  if (own.length === theirs.length) return firstElement(instruction, own, theirs);
  // A checkpoint's chunk would have to be opened by us.
  if (instruction.op === OPCODES.STATE) return null;
  return Math.floor((hiddenChunk(own.length, theirs.length) * FINE_CHUNK) / widthOf(instruction.type));
}

async function nameValue(side: Side, view: DisputeView, fetchValue: FetchValue): Promise<ChallengerMove | null> {
  const { own, program } = side;
  if (view.block === null) return null;
  const theirs = unpackShorts(view.opened.leaves ?? new Uint8Array());
  const index = firstOther(leavesOf(own.log, view.block), theirs);
  const other = theirs[index];
  if (other === undefined) return null;
  const position = blockRange(own.log.length, view.block).first + index;
  const { step, value } = whereIs(side, position);
  const instruction = instructionAt(side, value);
  const isPlain = needsNoElement(instruction, step);
  const bytes = isPlain ? null : await theirBytes(position, other, fetchValue);
  const element = isPlain ? 0 : elementOf(instruction, await own.bytesOf(position), bytes);
  const isState = instruction.op === OPCODES.STATE;
  const before = (step - 1) * own.values + statePlace(instruction).next;
  const shown = isState && bytes !== null && element !== null;
  return {
    kind: 'nameValue',
    index: placeIn(own.log.length, position).index,
    short: other,
    path: pathOfShort(theirs, index),
    element,
    instruction: program[value] as Uint8Array,
    instructionPath: programPath(program, value),
    earlier: isState && step > 0 ? openTheirs(side, view, before) : NO_OPENING,
    chunk: shown ? chunkOf(instruction.type, bytes, element) : NO_CHUNK,
  };
}

/**
 * The challenger's next move.
 * @returns null when it is not its turn, or when there is nothing to name: then the worker is right
 */
export async function nextAccusation(
  view: DisputeView,
  side: Side,
  fetchValue: FetchValue,
): Promise<ChallengerMove | null> {
  switch (view.phase) {
    case 'nameBlock':
      return nameBlock(side, unpackShorts(view.opened.blocks ?? new Uint8Array())) ?? (await nameLink(side, view));
    case 'nameValue':
      return nameValue(side, view, fetchValue);
    case 'refute':
      return refute(side, view);
    default:
      return null;
  }
}
