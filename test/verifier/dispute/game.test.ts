/** Disputes of a base task from both sides, before a referee with the contract's rules: whoever is right wins. */
import t from 'tap';
import type { Tensor } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { recordTranscript } from '#verifier/dispute/transcript.ts';
import { SeededRandom } from '#engine/data/random.ts';
import { EnginePool } from '#engine/run/pool.ts';
import { entriesOf, stateRootOf } from '#engine/state/state.ts';
import { fineRoot, short } from '#protocol/dispute/short.ts';
import type { Hash } from '#protocol/ids.ts';
import { decodeInstruction } from '#protocol/dispute/instruction.ts';
import type { ChallengerMove, DisputeView, Short, WorkerMove } from '#protocol/dispute/moves.ts';
import { hasForm, OPCODES, opcodeName } from '#protocol/dispute/opcodes.ts';
import { systemClock } from '#node/clock.ts';
import { nextDefence } from '#verifier/dispute/defend.ts';
import { firstByte } from '#verifier/dispute/difference.ts';
import { chunkPath, statePlace } from '#verifier/dispute/side.ts';
import { baseGround, sideWith, valuesByOpcode, withOtherByte } from './grounds.ts';
import { altered, play, players } from './playing.ts';

const pool = new EnginePool({ size: 1, memoryBytes: 2 ** 30, stepTimeoutMs: 60_000, clock: systemClock });
t.teardown(() => pool.close());

const ground = await baseGround(pool);
const { side, stake, program, run } = ground;
const { own } = side;
const STEP = 2;
const opened = (moves: ReadonlyArray<{ readonly kind: string }>): number =>
  moves.filter(({ kind }) => kind.startsWith('open')).length;

const nameOf = (op: number): string => opcodeName(op) ?? '';

const flip = (at: number) => (bytes: Uint8Array) => {
  bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ 0x10;
};

const stakeWith = (end: Uint8Array) => ({ ...stake, endState: stateRootOf(end) as Hash });

t.test('the transcript ends with the state of the checkpoint, whatever is asked of it first', async (t) => {
  t.equal(own.log.length, stake.values * stake.steps);
  const entries = entriesOf(side.ends.end);
  const states = [...program.instructions.entries()].filter(
    ([, bytes]) => decodeInstruction(bytes).op === OPCODES.STATE,
  );
  t.equal(states.length, entries.length);
  for (const [value, bytes] of states) {
    const { next, place } = statePlace(decodeInstruction(bytes));
    const ended = await own.bytesOf((stake.steps - 1) * stake.values + next);
    t.equal(firstByte(ended, entries[place]?.data as Uint8Array), null, `value ${value}`);
  }
  for (const [position, of] of own.log.entries())
    if (position % 7 === 0) t.equal(short(fineRoot(await own.bytesOf(position))), of);
});

t.test('a worker that is right wins against whatever is named', async (t) => {
  const none = await play(stake, players(side, side));
  t.equal(none.end, 'innocent', 'an honest challenger has nothing to name');
  for (const [op, value] of valuesByOpcode(program)) {
    const liar = sideWith(side, { own: await altered(own, STEP * stake.values + value, flip(2)) });
    const { end, moves } = await play(stake, players(side, liar));
    t.equal(end, hasForm(op) || op === OPCODES.CONST || op === OPCODES.STATE ? 'innocent' : 'jury', nameOf(op));
    t.ok(opened(moves) <= 3);
  }
  const start = sideWith(side, { own: await altered(own, stateValue(), flip(2)) });
  t.equal((await play(stake, players(side, start))).end, 'innocent', 'the start link');
  const end = sideWith(side, { ends: { ...side.ends, end: withOtherByte(side.ends.end, 1, 5) } });
  t.equal((await play(stake, players(side, end))).end, 'innocent', 'the end link');
});

/** A tensor of the state whose digest is of many chunks. */
function stateValue(): number {
  return program.indexOf('layer1.weight');
}

t.test('one wrong result of each kind of operator is guilt, in three openings', async (t) => {
  for (const [op, value] of valuesByOpcode(program)) {
    const position = STEP * stake.values + value;
    const length = (await own.bytesOf(position)).length;
    const worker = sideWith(side, { own: await altered(own, position, flip(length - 2)) });
    const { end, moves, calldata } = await play(stake, players(worker, side));
    t.equal(end, op === OPCODES.FEED || op === OPCODES.NONE ? 'jury' : 'guilty', nameOf(op));
    t.ok(opened(moves) <= 3);
    t.comment(`${nameOf(op)}: ${end}, ${calldata} bytes of calldata in ${moves.length} moves`);
  }
});

t.test('a worker that skipped steps', async (t) => {
  const lazy = sideWith(side, { ends: { ...side.ends, end: side.ends.start } });
  const skipped = { ...stake, endState: stake.startState };
  const { end, moves } = await play(skipped, players(lazy, lazy));
  t.equal(end, 'guilty', 'with an honest log it fails at the link');
  t.same(
    moves.map(({ kind }) => kind),
    ['openBlocks', 'nameLink', 'openLink'].slice(0, moves.length),
  );
  const frozen = sideWith(lazy, { own: await idle() });
  t.equal((await play(skipped, players(frozen, lazy))).end, 'guilty', 'with a log that stays where it was');
  const large = statePlace(decodeInstruction(program.instructions[stateValue()] as Uint8Array));
  const moved = withOtherByte(side.ends.end, large.place, 70_001);
  const near = sideWith(side, { ends: { ...side.ends, end: moved } });
  t.equal((await play(stakeWith(moved), players(near, near))).end, 'guilty', 'one bit of one tensor');
});

/** The log of a worker that never updates: every next state is the state before. */
async function idle() {
  let log = own;
  for (const [value, bytes] of program.instructions.entries()) {
    const instruction = decodeInstruction(bytes);
    if (instruction.op !== OPCODES.STATE) continue;
    const { next } = statePlace(instruction);
    const before = await own.bytesOf(value);
    for (let step = 0; step < stake.steps; step++) {
      log = await altered(log, step * stake.values + next, (to) => to.set(before));
      if (step > 0) log = await altered(log, step * stake.values + value, (to) => to.set(before));
    }
  }
  return log;
}

t.test('a false start of the log', async (t) => {
  const worker = sideWith(side, { own: await altered(own, stateValue(), flip(70_002)) });
  const { end, moves } = await play(stake, players(worker, side));
  t.equal(end, 'guilty');
  t.equal(moves.at(-1)?.kind, 'openLink');
});

const firstOf = (op: number): number => program.instructions.findIndex((bytes) => decodeInstruction(bytes).op === op);

t.test('whoever is silent loses', async (t) => {
  const wrong = sideWith(side, { own: await altered(own, STEP * stake.values + firstOf(OPCODES.DOT), flip(3)) });
  const both = players(wrong, side);
  const muteAt = (kind: string) => ({
    worker: async (view: DisputeView): Promise<WorkerMove | null> => {
      const move = await both.worker(view);
      return move?.kind === kind ? null : move;
    },
    challenger: async (view: DisputeView): Promise<ChallengerMove | null> => {
      const move = await both.challenger(view);
      return move?.kind === kind ? null : move;
    },
  });
  for (const kind of ['openBlocks', 'openLeaves', 'openOperands'])
    t.equal((await play(stake, muteAt(kind))).end, 'guilty', kind);
  for (const kind of ['nameBlock', 'nameValue']) t.equal((await play(stake, muteAt(kind))).end, 'innocent', kind);
});

t.test('what no element shows is for the jury', async (t) => {
  const position = STEP * stake.values + firstOf(OPCODES.DOT);
  const worker = sideWith(side, { own: await altered(own, position, flip(3)) });
  t.equal(
    (
      await play(
        stake,
        players(worker, side, async () => null),
      )
    ).end,
    'jury',
    'bytes that are not served',
  );
  const others = await own.bytesOf(position);
  t.equal(
    (
      await play(
        stake,
        players(worker, side, async () => others),
      )
    ).end,
    'jury',
    'or are not those of the log',
  );
  const largest = STEP * stake.values + firstOf(OPCODES.MAX);
  const zero = (sign: number) => (bytes: Uint8Array) => bytes.set([0, 0, 0, sign]);
  const [positive, negative] = [await altered(own, largest, zero(0)), await altered(own, largest, zero(0x80))];
  const tie = players(sideWith(side, { own: negative }), sideWith(side, { own: positive }));
  t.equal((await play(stake, tie)).end, 'jury', 'or differ in the sign of a tie');
});

t.test('of a value of another length the chunk that is asked for cannot be opened', async (t) => {
  const position = STEP * stake.values + firstOf(OPCODES.DOT);
  const whole = await own.bytesOf(position);
  for (const length of [whole.length - 4, whole.length / 2, whole.length - 1280, 128, 0, whole.length + 128]) {
    const bytes = new Uint8Array(length);
    bytes.set(whole.subarray(0, length));
    const log = own.log.map((one, i) => (i === position ? short(fineRoot(bytes)) : one));
    const bytesOf = async (at: number) => (at === position ? bytes : own.bytesOf(at));
    const worker = sideWith(side, { own: { steps: own.steps, values: own.values, log, bytesOf } });
    const honest = players(worker, side);
    for (let index = 0; index * 128 < Math.max(1, length); index = index * 2 + 1) {
      const trying = async (view: DisputeView): Promise<WorkerMove | null> => {
        const move = await nextDefence(view, view.phase === 'openOperands' ? side : worker);
        return move?.kind === 'openOperands' ? { ...move, result: chunkPath(bytes, index) } : move;
      };
      await t.rejects(play(stake, { ...honest, worker: trying }), { message: 'chunk' }, `${length} bytes, ${index}`);
    }
  }
});

t.test('whatever is wrong first, anywhere in the log, and whatever comes behind', async (t) => {
  const random = new SeededRandom(stake.program, 'positions');
  for (let i = 0; i < 40; i++) {
    const positions = Array.from({ length: 1 + (i % 4) }, () => random.below(own.log.length));
    const first = Math.min(...positions);
    const { op } = decodeInstruction(program.instructions[first % stake.values] as Uint8Array);
    let log = own;
    for (const position of new Set(positions))
      log = await altered(log, position, flip(random.below((await own.bytesOf(position)).length)));
    const worker = sideWith(side, { own: log });
    const { end } = await play(stake, players(worker, side));
    t.equal(end, op === OPCODES.FEED ? 'jury' : 'guilty', `${positions.join(', ')}: ${nameOf(op)}`);
  }
});

t.test('a worker that trains at another rate', async (t) => {
  const { opset, graph } = decodeModel(run.graph);
  const rates = [...graph.initializers].filter(([, { dtype, data }]) => dtype === 'float32' && isRate(data));
  t.equal(rates.length, 1);
  const [name = '', tensor] = rates[0] ?? [];
  const faster = { ...(tensor as Tensor), data: new Uint8Array(new Float32Array([0.06]).buffer) };
  const initializers = new Map([...graph.initializers, [name, faster]]);
  const other = { ...run, graph: encodeModel({ opset, graph: { ...graph, initializers } }) };
  const trained = await recordTranscript(pool, other);
  const { checkpoints } = await pool.run(other);
  const end = checkpoints[0]?.state as Uint8Array;
  t.not(stateRootOf(end), stake.endState);
  const ends = { ...side.ends, end };
  const challenger = sideWith(side, { ends });
  const open = await play(stakeWith(end), players(sideWith(side, { own: trained, ends }), challenger));
  t.equal(open.end, 'guilty', 'its log has the other rate');
  const value = program.indexOf(name);
  const log = trained.log.map((one, i) => (i % stake.values === value ? (own.log[i] as Short) : one));
  const { steps, values } = trained;
  const bytesOf = (position: number): Promise<Uint8Array> => trained.bytesOf(position);
  const hiding = sideWith(side, { own: { steps, values, log, bytesOf }, ends });
  const hidden = await play(stakeWith(end), players(hiding, challenger));
  t.same([hidden.end, hidden.moves.at(-1)?.kind], ['guilty', 'refute'], 'its log has the right one');
});

/** The rate of a base task. */
const isRate = (data: Uint8Array): boolean =>
  data.length === 4 && Buffer.from(data).readFloatLE() === Math.fround(0.05);
