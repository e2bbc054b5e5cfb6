/** Segments to dispute about: a run, its program and its transcript, on an engine of the test's own. */
import { entriesOf, stateRootOf } from '#engine/state/state.ts';
import { compileTrain } from '#engine/train/step.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import type { ShardRun } from '#engine/run/shard-run.ts';
import { decodeInstruction } from '#protocol/dispute/instruction.ts';
import type { Opcode } from '#protocol/dispute/opcodes.ts';
import { type Address, epoch, type Hash } from '#protocol/ids.ts';
import { BASE_SHARD, baseTask } from '#protocol/work/base-task.ts';
import { MemoryBlobs } from '#test/ports/memory.ts';
import { expectedOf, referenceModel } from '#test/engine/onnx/reference-models.ts';
import { compileProgram, type Program } from '#verifier/dispute/compile.ts';
import type { Side } from '#verifier/dispute/side.ts';
import { recordTranscript, type Transcript } from '#verifier/dispute/transcript.ts';
import type { Executor } from '#verifier/replay.ts';
import { findSource, initialState, prepareRun } from '#verifier/shard-run.ts';
import type { Stake } from './referee.ts';

/** A segment, computed honestly. */
export interface Ground {
  readonly run: ShardRun;
  readonly program: Program;
  readonly side: Side;
  readonly stake: Stake;
}

/** Keeps all bytes: many games are played about one segment. */
function remembering(of: Transcript): Transcript {
  const known = new Map<number, Promise<Uint8Array>>();
  const { steps, values, log } = of;
  const bytesOf = (position: number): Promise<Uint8Array> => {
    const bytes = known.get(position) ?? of.bytesOf(position);
    known.set(position, bytes);
    return bytes;
  };
  return { steps, values, log, bytesOf };
}

export async function groundOf(engine: Executor, run: ShardRun): Promise<Ground> {
  const program = compileProgram(run.graph);
  const { checkpoints } = await engine.run(run);
  const own = remembering(await recordTranscript(engine, run));
  const ends = { start: run.state, end: checkpoints.at(-1)?.state as Uint8Array };
  const stake = {
    program: program.root,
    values: own.values,
    steps: own.steps,
    startState: stateRootOf(ends.start) as Hash,
    endState: stateRootOf(ends.end) as Hash,
  };
  return { run, program, stake, side: { own, program: program.instructions, ends } };
}

const WORKER = `0x${'42'.repeat(20)}` as Address;

/** The second segment of a base task. */
export async function baseGround(engine: Executor): Promise<Ground> {
  const blobs = new MemoryBlobs();
  const view = { job: () => null, seed: () => null };
  const ref = { task: baseTask(epoch(0)), shard: 3, epoch: epoch(0), worker: WORKER };
  const source = await findSource({ blobs, view }, ref);
  if (source === null) throw new RangeError('there is no such base shard');
  const first = await prepareRun(blobs, source, { start: { state: await initialState(blobs, source) }, segment: 0 });
  const { checkpoints } = await engine.run(first);
  const start = { state: checkpoints[0]?.state as Uint8Array };
  return groundOf(engine, await prepareRun(blobs, source, { start, segment: 1 }));
}

/** Four steps of the small transformer; null where the checkout has no reference models. */
export async function transformerGround(engine: Executor): Promise<Ground | null> {
  const model = referenceModel('gpt');
  if (model === null) return null;
  const expected = expectedOf('gpt');
  const columns = ['x', 'y'].map((name) => [name, expected.get(name)] as const);
  const data = new Map(columns.flatMap(([name, tensor]) => (tensor === undefined ? [] : [[name, tensor] as const])));
  const batch = data.get('x')?.shape[0] ?? 1;
  const optimizer = { kind: 'adamw', lr: 1e-3 } as const;
  const { step, initialState: state } = compileTrain(model, {
    batch,
    loss: { kind: 'softmax-cross-entropy' },
    optimizer,
  });
  return groundOf(engine, {
    graph: step,
    kind: 'train',
    state: writeSafetensors(state),
    data: writeSafetensors(data),
    batch,
    firstStep: 0,
    steps: BASE_SHARD.segment,
    segment: BASE_SHARD.segment,
    seed: `0x${'07'.repeat(32)}` as Hash,
  });
}

/** The same sides with another transcript or other ends. */
export const sideWith = (side: Side, over: { own?: Transcript; ends?: Side['ends'] }): Side => ({ ...side, ...over });

/** A state in which one byte of one tensor is another. */
export function withOtherByte(file: Uint8Array, place: number, at: number): Uint8Array {
  const entries = entriesOf(file);
  const tensors = entries.map(({ name, dtype, shape, data }, i) => {
    const copy = Uint8Array.from(data);
    if (i === place) copy[at] = (copy[at] as number) ^ 1;
    return [name, { dtype, shape, data: copy }] as const;
  });
  return writeSafetensors(new Map(tensors));
}

/** Numbers of the first value of each opcode. */
export function valuesByOpcode({ instructions }: Program): Map<Opcode, number> {
  const found = new Map<Opcode, number>();
  instructions.forEach((bytes, value) => {
    const { op } = decodeInstruction(bytes);
    if (!found.has(op)) found.set(op, value);
  });
  return found;
}
