/** A shard of 1,024 steps of the small transformer before the real contracts: whichever operator is wrong, the court finds the element. */
import t from 'tap';
import { EnginePool } from '#engine/run/pool.ts';
import { systemClock as clock } from '#node/clock.ts';
import { argumentsOf } from '#node/chain/dispute-port.ts';
import type { Disputes } from '#node/chain/dispute-facts.ts';
import { hashText, hashWords } from '#protocol/codec/abi.ts';
import { cidOfObject } from '#protocol/codec/object.ts';
import { hasForm, OPCODES, opcodeName } from '#protocol/dispute/opcodes.ts';
import type { Terms } from '#protocol/dispute/moves.ts';
import { type Address, epoch, hash, units } from '#protocol/ids.ts';
import { baseTask } from '#protocol/work/base-task.ts';
import { uncompressed } from '#protocol/time/beacon.ts';
import { buildCommitment, placeOf } from '#protocol/work/commitment.ts';
import { proofDigest, proofMembers, type WorkloadProof } from '#protocol/work/proof.ts';
import { NO_OUTPUTS, openSegment, type Trace, traceRoot } from '#protocol/work/trace.ts';
import { nextAccusation } from '#verifier/dispute/accuse.ts';
import { nextDefence, valueBytes } from '#verifier/dispute/defend.ts';
import type { Side } from '#verifier/dispute/side.ts';
import { deployedChain, LAW } from '../node/chain/deployed.ts';
import { CHAIN_ID } from '../node/chain/world.ts';
import { sideWith, transformerGround, valuesByOpcode } from '../verifier/dispute/grounds.ts';
import { altered } from '../verifier/dispute/playing.ts';
import { type Cost, newest, RawCourt } from './raw-court.ts';

t.setTimeout(600_000);
const STEPS = 1024;
const SEGMENT = 4;
/** Which of the 256 segments the dispute is about. */
const INDEX = 100;
/** DESIGN section 8 and its targets: a whole dispute. */
const MOST_BYTES = 8 * 1024;
const MOST_GAS = 1_000_000;
const OPENINGS = 3;

const WORKER = `0x${'a1'.repeat(20)}` as Address;
const CHALLENGER = `0x${'b2'.repeat(20)}` as Address;
const WORKING = epoch(1);
const AUDIT = hash(`0x${'ad'.repeat(32)}`);
const SALT = hash(`0x${'5a'.repeat(32)}`);
const FAULT = 2;

const pool = new EnginePool({ size: 1, memoryBytes: 2 ** 30, stepTimeoutMs: 60_000, clock });
const ground = await transformerGround(pool);
if (ground === null) {
  await pool.close();
  t.plan(0, 'this checkout has no reference models');
  process.exit();
}
const { side, program, stake } = ground;
const terms: Terms = {
  program: program.root,
  values: stake.values,
  steps: STEPS,
  segment: SEGMENT,
  unitsPerStep: 1n,
  unitsMerge: 0n,
};
const world = await deployedChain(terms);
t.teardown(async () => {
  await world.stop();
  await pool.close();
});
const court = new RawCourt(world);

/** The trace of a long shard: only the segment in question was computed, nobody looks at the others. */
const trace: Trace = {
  v: 1,
  checkpoints: Array.from({ length: STEPS / SEGMENT + 1 }, (_, i) => ({
    state: null,
    outputs: null,
    outputsRoot: NO_OUTPUTS,
    stateRoot: i === INDEX ? stake.startState : i === INDEX + 1 ? stake.endState : hashText(`checkpoint ${i}`),
  })),
};
const nothing = cidOfObject({ nothing: true });
const proof: WorkloadProof = {
  task: baseTask(WORKING),
  shard: 0,
  worker: WORKER,
  inputs: [],
  trace: traceRoot(trace),
  traceCid: nothing,
  output: nothing,
  outputRoot: hashText('the last checkpoint'),
  units: units(BigInt(STEPS)),
  engine: 'test/1',
};
const digest = proofDigest({ chainId: CHAIN_ID, contract: world.deployment.addresses.ledger }, proof);
const work = buildCommitment([{ task: proof.task, shard: 0, digest, units: proof.units, proof: nothing }]);
const placement = placeOf(work, proof)?.placement;

/** The worker commits, the challenger says fault; what follows may be tried again and again. */
async function prepare(): Promise<void> {
  for (const account of [WORKER, CHALLENGER]) await court.lend(account);
  await court.call(WORKER, 'stakes', 'register', [true, false]);
  await court.call(CHALLENGER, 'stakes', 'register', [false, true]);
  await world.at(world.startOf(WORKING + 1) + 10);
  await court.call(WORKER, 'ledger', 'commitWork', [WORKING, work.root, work.units, 0n, AUDIT, 0]);
  await world.at(world.startOf(WORKING + 1) + LAW.commitSeconds);
  await court.call(CHALLENGER, 'beacon', 'draw', [WORKING, uncompressed(world.signatureFor(WORKING))]);
  const verdict = hashWords([CHALLENGER, WORKER, BigInt(WORKING), FAULT, AUDIT, SALT]);
  await court.call(CHALLENGER, 'court', 'commitVerdict', [WORKING, WORKER, verdict]);
  await world.at((await world.now()) + LAW.auditSeconds);
  await court.call(CHALLENGER, 'court', 'revealVerdict', [WORKING, WORKER, FAULT, AUDIT, SALT]);
}

interface Played {
  readonly phase: string;
  readonly moves: readonly string[];
  readonly costs: readonly Cost[];
}

async function dispute(theirs: Side): Promise<Played> {
  const disputes: Disputes = new Map();
  const costs: Cost[] = [];
  const moves: string[] = [];
  const opened = await court.call(CHALLENGER, 'disputes', 'accuseResult', [
    WORKING,
    WORKER,
    proofMembers(proof),
    placement,
    terms,
    openSegment(trace, INDEX),
  ]);
  costs.push(opened.cost);
  opened.apply(disputes);
  for (let turn = 0; turn < 8; turn += 1) {
    const view = newest(disputes);
    const answer = await nextDefence(view, theirs);
    const move = answer ?? (await nextAccusation(view, side, (position) => valueBytes(theirs, position)));
    if (move === null) break;
    const by = answer === null ? CHALLENGER : WORKER;
    const { cost, apply } = await court.call(by, 'disputes', move.kind, [view.id, ...argumentsOf(move)]);
    moves.push(move.kind);
    costs.push(cost);
    apply(disputes);
  }
  return { phase: newest(disputes).phase, moves, costs };
}

const sum = (costs: readonly Cost[], of: keyof Cost): number => costs.reduce((total, cost) => total + cost[of], 0);

await prepare();

for (const [op, value] of valuesByOpcode(program)) {
  const name = opcodeName(op) ?? `${op}`;
  t.test(`one wrong result of ${name}`, async (t) => {
    const snapshot = await court.send('evm_snapshot');
    const position = 2 * stake.values + value;
    const length = (await side.own.bytesOf(position)).length;
    const own = await altered(side.own, position, (bytes) => {
      bytes[length - 2] = (bytes[length - 2] as number) ^ 0x10;
    });
    const { phase, moves, costs } = await dispute(sideWith(side, { own }));
    const isDecided = hasForm(op) || op === OPCODES.CONST || op === OPCODES.STATE;
    t.equal(phase, isDecided ? 'guilty' : 'jury');
    t.ok(moves.filter((move) => move.startsWith('open')).length <= OPENINGS, moves.join(', '));
    t.ok(moves.filter((move) => !move.startsWith('open')).length <= OPENINGS, moves.join(', '));
    const [bytes, gas] = [sum(costs, 'bytes'), sum(costs, 'gas')];
    t.ok(bytes <= MOST_BYTES, `${bytes} bytes of calldata`);
    t.ok(gas <= MOST_GAS, `${gas} gas`);
    t.comment(`${name.padEnd(8)} ${phase} ${bytes} bytes ${gas} gas: ${moves.join(' ')}`);
    await court.send('evm_revert', snapshot);
  });
}
