/** Disputes of four steps of a small transformer: one wrong result of each kind of operator, where the reference models are there. */
import t from 'tap';
import { decodeModel } from '#engine/onnx/decode.ts';
import { EnginePool } from '#engine/run/pool.ts';
import { systemClock } from '#node/clock.ts';
import { decodeInstruction } from '#protocol/dispute/instruction.ts';
import { hasForm, OPCODES, opcodeName } from '#protocol/dispute/opcodes.ts';
import { ABSENT, referenceModel } from '#test/engine/onnx/reference-models.ts';
import { type Ground, sideWith, transformerGround } from './grounds.ts';
import { altered, insisting, play, players } from './playing.ts';

const pool = new EnginePool({ size: 1, memoryBytes: 2 ** 30, stepTimeoutMs: 60_000, clock: systemClock });
t.teardown(() => pool.close());

/** The first value of each operator and opcode. */
function kindsOf({ program, run }: Ground): Map<string, number> {
  const kinds = new Map<string, number>();
  const maker = new Map(
    decodeModel(run.graph).graph.nodes.flatMap(({ op, outputs }) => outputs.map((name) => [name, op])),
  );
  program.values.forEach(({ name }, value) => {
    const { op } = decodeInstruction(program.instructions[value] as Uint8Array);
    const kind = `${maker.get(name) ?? 'no node'}, ${opcodeName(op)}`;
    if (!kinds.has(kind)) kinds.set(kind, value);
  });
  return kinds;
}

/** Of a right element that is one of several operands' (Concat): none of them is another than it was read from. */
async function isIrrefutable({ side, stake, program }: Ground, position: number): Promise<boolean> {
  const { op, operands } = decodeInstruction(program.instructions[position % stake.values] as Uint8Array);
  if (op !== OPCODES.MOVE || operands.length === 1) return true;
  const own = await altered(side.own, position, (bytes) => bytes.set([(bytes[0] as number) ^ 1]));
  const both = players(side, sideWith(side, { own }));
  for (const operand of operands.keys()) {
    const end = await play(stake, insisting(both, side, { operand, term: 0 })).catch((error: Error) => error.message);
    if (end !== 'nothing wrong') return false;
  }
  return true;
}

t.test(
  'one wrong result of each kind of operator',
  { skip: referenceModel('gpt') === null ? ABSENT : false },
  async (t) => {
    const ground = await transformerGround(pool);
    if (ground === null) return;
    const { side, stake, program } = ground;
    const kinds = kindsOf(ground);
    t.ok(kinds.size > 20, `${kinds.size} kinds`);
    for (const [kind, value] of kinds) {
      const position = 2 * stake.values + value;
      const own = await altered(side.own, position, (bytes) => {
        const at = bytes.length - 1 - (bytes.length > 8 ? 4 : 0);
        bytes[at] = (bytes[at] as number) ^ 0x01;
      });
      const { end, moves, calldata } = await play(stake, players(sideWith(side, { own }), side));
      const { op } = decodeInstruction(program.instructions[value] as Uint8Array);
      const isDecided = hasForm(op) || op === OPCODES.STATE || op === OPCODES.CONST;
      t.equal(end, isDecided ? 'guilty' : 'jury', kind);
      t.ok(moves.filter((move) => move.kind.startsWith('open')).length <= 3, kind);
      t.ok(await isIrrefutable(ground, position), `${kind}: right operands cannot be refuted`);
      t.comment(`${kind}: ${end}, ${calldata} bytes of calldata in ${moves.length} moves`);
    }
  },
);
