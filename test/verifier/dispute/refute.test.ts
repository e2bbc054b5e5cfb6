/** Operands: a worker that opens others than its log has is refuted, and one that opens the right ones cannot be. */
import t from 'tap';
import { EnginePool } from '#engine/run/pool.ts';
import { occurrencesOf } from '#protocol/dispute/access.ts';
import { decodeInstruction, type Instruction } from '#protocol/dispute/instruction.ts';
import type { DisputeView, WorkerMove } from '#protocol/dispute/moves.ts';
import { OPCODES, opcodeName } from '#protocol/dispute/opcodes.ts';
import { systemClock } from '#node/clock.ts';
import { gather } from '#verifier/dispute/gather.ts';
import { instructionAt, sourcesOf } from '#verifier/dispute/side.ts';
import { baseGround, sideWith } from './grounds.ts';
import { altered, insisting, play, players } from './playing.ts';

const pool = new EnginePool({ size: 1, memoryBytes: 2 ** 30, stepTimeoutMs: 60_000, clock: systemClock });
t.teardown(() => pool.close());

const { side, stake, program } = await baseGround(pool);
const { own } = side;
const STEP = 1;
const REVERTED = { name: 'Reverted' };
const NOTHING = { message: 'nothing wrong' };
const nameOf = (op: number): string => opcodeName(op) ?? '';
const float = (number: number): Uint8Array => new Uint8Array(new Float32Array([number]).buffer);

const firstOf = (op: number): number =>
  program.instructions.findIndex((bytes) => {
    const instruction = decodeInstruction(bytes);
    return instruction.op === op && instruction.type === 'float32';
  });

/** A worker that says `claim` of an element, and opens these operands for it. */
async function lying(of: {
  value: number;
  element: number;
  claim: Uint8Array;
  lie: (operands: Uint8Array) => Uint8Array;
}) {
  const position = STEP * stake.values + of.value;
  const alter = (bytes: Uint8Array): void => bytes.set(of.claim, of.element * of.claim.length);
  const worker = sideWith(side, { own: await altered(own, position, alter) });
  const both = players(worker, side);
  const lies = async (view: DisputeView): Promise<WorkerMove | null> => {
    const move = await both.worker(view);
    return move?.kind === 'openOperands' ? { ...move, operands: of.lie(Uint8Array.from(move.operands)) } : move;
  };
  return play(stake, { ...both, worker: lies });
}

const CLAIM = float(1.5);
const sizeOf = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);

/** Operands that make the element what the worker says. */
const LIES: ReadonlyArray<readonly [op: number, lie: (operands: Uint8Array, of: Instruction) => void]> = [
  [OPCODES.MOVE, (operands) => operands.set(CLAIM)],
  [OPCODES.RELU, (operands) => operands.set(CLAIM)],
  [OPCODES.TAKE, (operands) => operands.set(CLAIM, operands.length - 4)],
  [OPCODES.ADD, (operands) => operands.fill(0).set(CLAIM)],
  [OPCODES.MUL, (operands) => operands.set(Buffer.concat([CLAIM, float(1)]))],
  [OPCODES.WHERE, (operands) => operands.fill(1, 0, 1).set(CLAIM, 1)],
  [OPCODES.SUM, (operands) => operands.fill(0).set(CLAIM)],
  [OPCODES.MAX, (operands) => operands.fill(0).set(CLAIM)],
  [
    OPCODES.DOT,
    (operands, { terms }) => {
      operands.fill(0).set(CLAIM);
      operands.set(float(1), 4 * sizeOf(terms));
    },
  ],
];

t.test('operands that are not those of the log are refuted', async (t) => {
  for (const [op, lie] of LIES) {
    const value = firstOf(op);
    const instruction = instructionAt(side, value);
    const element = sizeOf(instruction.dims) - 1;
    const { end, moves } = await lying({
      value,
      element,
      claim: CLAIM,
      lie: (operands) => {
        lie(operands, instruction);
        return operands;
      },
    });
    t.equal(end, 'guilty', nameOf(op));
    t.equal(moves.at(-1)?.kind, 'refute', nameOf(op));
  }
});

/** Data, a count, and terms with index and update. */
function scattered(
  data: Uint8Array,
  rows: ReadonlyArray<readonly [term: number, index: bigint, update: number]>,
): Uint8Array {
  const out = Buffer.alloc(8 + 16 * rows.length);
  out.set(data.subarray(0, 4));
  out.writeUInt32BE(rows.length, 4);
  rows.forEach(([term, index, update], i) => {
    out.writeUInt32BE(term, 8 + 16 * i);
    out.writeBigInt64LE(index, 12 + 16 * i);
    out.writeFloatLE(update, 20 + 16 * i);
  });
  return new Uint8Array(out);
}

t.test('a scatter: terms left out, invented, or with another update', async (t) => {
  const value = firstOf(OPCODES.SCATTER);
  const instruction = instructionAt(side, value);
  const read = await sourcesOf(side, instruction, STEP);
  const [size, inner] = instruction.attributes as [number, number];
  const elements = Array.from({ length: sizeOf(instruction.dims) }, (_, element) => element);
  const listed = (element: number): number => Buffer.from(gather(instruction, element, read)).readUInt32BE(4);
  const [full, empty] = [elements.find((e) => listed(e) === 1), elements.find((e) => listed(e) === 0)];
  if (full === undefined || empty === undefined) throw new RangeError('every element has its updates');
  const named = (element: number): bigint => BigInt(Math.floor(element / inner) % size);
  const refutedBy = async (element: number, claim: Uint8Array, operands: Uint8Array) => {
    const { end, moves } = await lying({ value, element, claim, lie: () => operands });
    const last = moves.at(-1);
    t.equal(end, 'guilty');
    return last?.kind === 'refute' ? [last.operand, last.term] : last?.kind;
  };
  const truth = Buffer.from(gather(instruction, full, read));
  const [data, term] = [truth.subarray(0, 4), truth.readUInt32BE(8)];
  t.same(await refutedBy(full, float(data.readFloatLE()), scattered(data, [])), [1, term], 'left out');
  t.same(await refutedBy(full, float(data.readFloatLE() + 1.5), scattered(data, [[term, named(full), 1.5]])), [
    2,
    term,
  ]);
  t.same(await refutedBy(full, float(8), scattered(float(8), [])), [0, 0], 'other data');
  const other = Buffer.from(gather(instruction, empty, read));
  const more = float(other.readFloatLE() + 1.5);
  t.same(await refutedBy(empty, more, scattered(other, [[0, named(empty), 1.5]])), [1, 0], 'invented');
  const twice = scattered(data, [
    [term, named(full), truth.readFloatLE(20)],
    [term, named(full), truth.readFloatLE(20)],
  ]);
  await t.rejects(refutedBy(full, float(9), twice), REVERTED, 'a term is listed once');
});

t.test('right operands cannot be refuted', async (t) => {
  for (const op of [...LIES.map(([code]) => code), OPCODES.SCATTER]) {
    const value = firstOf(op);
    const instruction = instructionAt(side, value);
    const position = STEP * stake.values + value;
    const accuser = sideWith(side, { own: await altered(own, position, (bytes) => bytes.set(CLAIM)) });
    const both = players(side, accuser);
    t.equal((await play(stake, both)).end, 'innocent', 'the accuser has nothing');
    for (const operand of instruction.operands.keys()) {
      for (const term of new Set([0, occurrencesOf(instruction, operand) - 1])) {
        const insisted = play(stake, insisting(both, side, { operand, term }));
        await t.rejects(insisted, NOTHING, `${nameOf(op)}, operand ${operand}, term ${term}`);
      }
    }
  }
});
