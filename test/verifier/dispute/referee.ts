/** The contract's rules of a dispute in plain TypeScript, docs/disputes.md: checks every path of a move, and decides. */
import { occurrencesOf, placeOf, positionOf, widthOf } from '#protocol/dispute/access.ts';
import { decodeInstruction, type Instruction, type Operand } from '#protocol/dispute/instruction.ts';
import { blockRange, blocksIn, isInLog, placeIn, rootOfShorts, unpackShorts } from '#protocol/dispute/log.ts';
import type { ChallengerMove, ChunkPath, DisputeView, Phase, Short, WorkerMove } from '#protocol/dispute/moves.ts';
import { hasForm, OPCODES } from '#protocol/dispute/opcodes.ts';
import { instructionLeaf, isInProgram } from '#protocol/dispute/program.ts';
import { fineRoot, short, shortWord } from '#protocol/dispute/short.ts';
import { type Address, epoch, type Hash } from '#protocol/ids.ts';
import { merkleClimb } from '#protocol/trees/merkle.ts';
import { elementOf, isSame } from '#verifier/dispute/adjudicate.ts';
import { chosenOf } from '#verifier/dispute/gather.ts';
import { elementAt } from '#verifier/dispute/element.ts';
import { chunkRoot, entryRoot } from './climbs.ts';
import { isOrdered, isScatterLie } from './scatter.ts';

/** What the contract knows when the game begins. */
export interface Stake {
  readonly program: Hash;
  readonly values: number;
  readonly steps: number;
  readonly startState: Hash;
  readonly endState: Hash;
}

type Move = ChallengerMove | WorkerMove;
type MoveOf<Kind extends Move['kind']> = Extract<Move, { kind: Kind }>;

/** A move that the contract reverts. */
export class Reverted extends Error {
  override readonly name = 'Reverted';
}

function check(holds: boolean, why: string): asserts holds {
  if (!holds) throw new Reverted(why);
}

const sizeOf = ({ dims, type }: Pick<Instruction, 'dims' | 'type'>): number =>
  dims.reduce((product, size) => product * size, 1) * widthOf(type);

/** Which party each phase waits for. */
export const MOVERS: Partial<Readonly<Record<Phase, 'worker' | 'challenger'>>> = {
  openBlocks: 'worker',
  nameBlock: 'challenger',
  openLeaves: 'worker',
  nameValue: 'challenger',
  openOperands: 'worker',
  refute: 'challenger',
  openLink: 'worker',
};

const NOBODY = `0x${'11'.repeat(20)}` as Address;

export class Referee {
  readonly #stake: Stake;
  #phase: Phase = 'openBlocks';
  #blocksRoot: Hash | null = null;
  /** Of the named block, then of the named value. */
  #short: Short = '0x';
  #block: number | null = null;
  #value: DisputeView['value'] = null;
  #link: DisputeView['link'] = null;
  #linked: { readonly instruction: Uint8Array; readonly chunk: Uint8Array } | null = null;
  #instruction: Hash | null = null;
  #opened: DisputeView['opened'] = {};

  constructor(stake: Stake) {
    this.#stake = stake;
  }

  get phase(): Phase {
    return this.#phase;
  }

  view(): DisputeView {
    const segment = { task: this.#stake.program, shard: 0, index: 0 };
    return {
      id: 1n,
      epoch: epoch(1),
      worker: NOBODY,
      challenger: NOBODY,
      phase: this.#phase,
      deadline: 0,
      reason: 'none',
      detail: `0x${'00'.repeat(32)}` as Hash,
      segment,
      block: this.#block,
      value: this.#value,
      link: this.#link,
      opened: this.#opened,
    };
  }

  timeout(): void {
    this.#phase = MOVERS[this.#phase] === 'worker' ? 'guilty' : 'innocent';
  }

  /** @throws Reverted */
  play(move: Move): void {
    switch (move.kind) {
      case 'openBlocks':
        this.#openBlocks(move);
        break;
      case 'nameBlock':
        this.#nameBlock(move);
        break;
      case 'nameLink':
        this.#nameLink(move);
        break;
      case 'openLeaves':
        this.#openLeaves(move);
        break;
      case 'nameValue':
        this.#nameValue(move);
        break;
      case 'openOperands':
        this.#openOperands(move);
        break;
      case 'refute':
        this.#refute(move);
        break;
      case 'openLink':
        this.#openLink(move);
        break;
    }
  }

  get #count(): number {
    return this.#stake.values * this.#stake.steps;
  }

  #expect(phase: Phase): void {
    check(this.#phase === phase, `it is ${this.#phase}`);
  }

  #inProgram(value: number, instruction: Uint8Array, path: readonly Hash[]): Instruction {
    const { program, values } = this.#stake;
    check(isInProgram(program, values, value, instruction, path), 'instruction');
    return decodeInstruction(instruction);
  }

  #inLog(position: number, opening: Parameters<typeof isInLog>[3]): void {
    check(this.#blocksRoot !== null && isInLog(this.#blocksRoot, this.#count, position, opening), 'log');
  }

  /** Is it chunk `index` of a value of `length` bytes with this short root? */
  #inValue(of: Short, length: number, index: number, { chunk, path }: ChunkPath): void {
    const root = chunkRoot(length, index, { chunk, path }, 128);
    check(root !== null && short(root) === of, 'chunk');
  }

  #openBlocks({ blocks }: MoveOf<'openBlocks'>): void {
    this.#expect('openBlocks');
    check(blocks.length === 20 * blocksIn(this.#count), 'blocks');
    this.#blocksRoot = rootOfShorts(unpackShorts(blocks));
    this.#opened = { blocks };
    this.#phase = 'nameBlock';
  }

  #nameBlock({ block, short: named, path }: MoveOf<'nameBlock'>): void {
    this.#expect('nameBlock');
    check(merkleClimb(shortWord(named), block, blocksIn(this.#count), path) === this.#blocksRoot, 'block');
    this.#block = block;
    this.#short = named;
    this.#phase = 'openLeaves';
  }

  #nameLink({ tensor, instruction, instructionPath, next, chunkIndex, chunk }: MoveOf<'nameLink'>): void {
    this.#expect('nameBlock');
    const read = this.#inProgram(tensor, instruction, instructionPath);
    check(read.op === OPCODES.STATE, 'no state');
    const { steps, values } = this.#stake;
    this.#inLog((steps - 1) * values + (read.attributes[0] as number), next);
    this.#inValue(next.short, sizeOf(read), chunkIndex, chunk);
    this.#link = { tensor, chunkIndex, atEnd: true };
    this.#linked = { instruction, chunk: chunk.chunk };
    this.#phase = 'openLink';
  }

  #openLeaves({ leaves }: MoveOf<'openLeaves'>): void {
    this.#expect('openLeaves');
    const { first, end } = blockRange(this.#count, this.#block as number);
    check(leaves.length === 20 * (end - first), 'leaves');
    check(short(rootOfShorts(unpackShorts(leaves))) === this.#short, 'block');
    this.#opened = { ...this.#opened, leaves };
    this.#phase = 'nameValue';
  }

  #nameValue(move: MoveOf<'nameValue'>): void {
    this.#expect('nameValue');
    const { first, end } = blockRange(this.#count, this.#block as number);
    const root = merkleClimb(shortWord(move.short), move.index, end - first, move.path);
    check(root !== null && short(root) === this.#short, 'value');
    const position = first + move.index;
    check(placeIn(this.#count, position).block === this.#block, 'block');
    const value = position % this.#stake.values;
    const instruction = this.#inProgram(value, move.instruction, move.instructionPath);
    this.#value = { position, element: move.element };
    this.#short = move.short;
    this.#instruction = instructionLeaf(move.instruction);
    this.#phase = this.#afterValue(move, instruction, position);
  }

  #afterValue(move: MoveOf<'nameValue'>, instruction: Instruction, position: number): Phase {
    const { op, attributes, dims, type } = instruction;
    const { values } = this.#stake;
    if (op === OPCODES.CONST) {
      const root = attributes.map((word) => word.toString(16).padStart(8, '0')).join('');
      return short(`0x${root}` as Hash) === move.short ? 'innocent' : 'guilty';
    }
    if (op === OPCODES.STATE && position >= values) {
      const before = (Math.floor(position / values) - 1) * values + (attributes[0] as number);
      this.#inLog(before, move.earlier);
      return move.earlier.short === move.short ? 'innocent' : 'guilty';
    }
    if (move.element === null || (op !== OPCODES.STATE && !hasForm(op))) return 'jury';
    check(move.element * widthOf(type) < sizeOf({ dims, type }), 'element');
    if (op !== OPCODES.STATE) return 'openOperands';
    const chunkIndex = Math.floor((move.element * widthOf(type)) / 128);
    this.#inValue(move.short, sizeOf(instruction), chunkIndex, move.chunk);
    this.#link = { tensor: position, chunkIndex, atEnd: false };
    this.#linked = { instruction: move.instruction, chunk: move.chunk.chunk };
    return 'openLink';
  }

  #openOperands({ instruction: bytes, operands, result }: MoveOf<'openOperands'>): void {
    this.#expect('openOperands');
    check(instructionLeaf(bytes) === this.#instruction, 'instruction');
    const instruction = decodeInstruction(bytes);
    const width = widthOf(instruction.type);
    const at = (this.#value?.element as number) * width;
    this.#inValue(this.#short, sizeOf(instruction), Math.floor(at / 128), result);
    check(instruction.op !== OPCODES.SCATTER || isOrdered(instruction, operands), 'list');
    const computed = elementOf(instruction, operands);
    const claimed = result.chunk.slice(at % 128, (at % 128) + width);
    this.#opened = { ...this.#opened, operands };
    this.#phase = isSame(instruction, computed, claimed) ? 'refute' : 'guilty';
  }

  #refute(move: MoveOf<'refute'>): void {
    this.#expect('refute');
    check(instructionLeaf(move.instruction) === this.#instruction, 'instruction');
    const instruction = decodeInstruction(move.instruction);
    const { position, element } = this.#value as { position: number; element: number };
    const { values } = this.#stake;
    const read = instruction.operands[move.operand];
    check(read !== undefined && move.term < occurrencesOf(instruction, move.operand), 'operand');
    const isMove = instruction.op === OPCODES.MOVE;
    check(!isMove || move.operand === chosenOf(instruction, element), 'nothing wrong');
    this.#inLog(Math.floor(position / values) * values + read.source, move.source);
    const base = positionOf(instruction, move.operand, element, move.term);
    const at = (base ?? 0) + (base === null ? 0 : this.#taken(instruction, move));
    const width = widthOf(read.type);
    this.#inValue(move.source.short, read.size * width, Math.floor((at * width) / 128), move.chunk);
    const within = (at * width) % 128;
    const truth = base === null ? new Uint8Array(width) : move.chunk.chunk.slice(within, within + width);
    if (instruction.op === OPCODES.SCATTER) {
      check(fineRoot(move.operands.chunk) === fineRoot(this.#opened.operands as Uint8Array), 'operands');
      const lie = { operand: move.operand, term: move.term, truth: base === null ? null : truth };
      check(isScatterLie(instruction, element, move.operands.chunk, lie), 'nothing wrong');
    } else check(bytesToHex(this.#openedAt(instruction, move)) !== bytesToHex(truth), 'nothing wrong');
    this.#phase = 'guilty';
  }

  /** What the worker opened for an operand and term. */
  #openedAt(instruction: Instruction, { operand, term, operands }: MoveOf<'refute'>): Uint8Array {
    const { offset, width } = placeOf(instruction, operand, term);
    const all = this.#opened.operands as Uint8Array;
    const root = chunkRoot(all.length, Math.floor(offset / 128), operands, 128);
    check(root === fineRoot(all), 'operands');
    return operands.chunk.slice(offset % 128, (offset % 128) + width);
  }

  /** How far a TAKE's index moves the place in its data; the index is the opened one. */
  #taken({ op, operands, attributes }: Instruction, { operand }: MoveOf<'refute'>): number {
    if (op !== OPCODES.TAKE || operand !== 1) return 0;
    const index = Number(elementAt((operands[0] as Operand).type, this.#opened.operands as Uint8Array));
    return (index < 0 ? index + (attributes[0] as number) : index) * (attributes[1] as number);
  }

  #openLink({ head, digest, entryPath, chunk }: MoveOf<'openLink'>): void {
    this.#expect('openLink');
    const linked = this.#linked;
    check(linked !== null, 'link');
    const { chunkIndex, atEnd } = this.#link as NonNullable<DisputeView['link']>;
    const instruction = decodeInstruction(linked.instruction);
    check(bytesToHex(head) === bytesToHex(instruction.raw), 'head');
    const [, place, count] = instruction.attributes as [number, number, number];
    const { startState, endState } = this.#stake;
    check(entryRoot(head, digest, place, count, entryPath) === (atEnd ? endState : startState), 'entry');
    const coarse = Math.floor((chunkIndex * 128) / 16384);
    check(chunkRoot(sizeOf(instruction), coarse, chunk, 16384) === digest, 'chunk');
    const at = (chunkIndex * 128) % 16384;
    const committed = chunk.chunk.slice(at, at + 128);
    this.#phase = bytesToHex(committed) === bytesToHex(linked.chunk) ? 'innocent' : 'guilty';
  }
}

const bytesToHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
