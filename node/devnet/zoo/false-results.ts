/** Workers that do other work than what they sign for: every one signs the right start and commits to a wrong end. */
import type { ShardResult, ShardRun } from '#engine/run/shard-run.ts';
import { readSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import { stateRootOf } from '#engine/state/state.ts';
import { hashText } from '#protocol/codec/abi.ts';
import { jobOfTask, segmentsOf } from '#protocol/work/shard.ts';
import type { Executor } from '#verifier/replay.ts';
import { proveShard } from '../../roles/compute/prove.ts';
import type { Prover } from '../../disguise.ts';

/** Executes a run in another way than asked. */
type Forge = (engine: Executor, run: ShardRun, signal?: AbortSignal) => Promise<ShardResult>;

/** Base tasks are done honestly, to earn the stake that market work needs. */
const forging =
  (forge: Forge): Prover =>
  (ports, context) =>
  (order, signal) => {
    const isForged = jobOfTask(order.ref.task) !== null && order.source.plan.kind === 'train';
    const engine: Executor = { run: (run, aborted) => forge(ports.engine, run, aborted) };
    return proveShard(isForged ? { ...ports, engine } : ports, context, order, signal);
  };

/** The same tensors, with other numbers in those that are float32. */
function changed(file: Uint8Array, change: (numbers: Float32Array) => void): Uint8Array {
  const tensors = [...readSafetensors(file)].map(([name, tensor]) => {
    if (tensor.dtype !== 'float32') return [name, tensor] as const;
    const data = tensor.data.slice();
    change(new Float32Array(data.buffer));
    return [name, { ...tensor, data }] as const;
  });
  return writeSafetensors(new Map(tensors));
}

function rounded(state: Uint8Array): Uint8Array {
  return changed(state, (numbers) => {
    const bits = new Uint32Array(numbers.buffer);
    for (let i = 0; i < bits.length; i += 1) bits[i] = (bits[i] ?? 0) & 0xffff_0000;
  });
}

/** Trains one segment and claims its state for every later checkpoint. */
export const skipSteps = forging(async (engine, run, signal) => {
  const first = await engine.run({ ...run, steps: Math.min(run.segment, run.steps) }, signal);
  const [checkpoint] = first.checkpoints;
  if (checkpoint === undefined) return first;
  return { ...first, checkpoints: Array.from({ length: segmentsOf(run) }, () => checkpoint) };
});

/** Goes on from the state that its first shard of the job started from, whatever the network has learned since. */
export const staleState: Prover = (ports, context) => {
  let stale: Uint8Array | undefined;
  const prover = forging((engine, run, signal) => {
    stale ??= run.state;
    return engine.run({ ...run, state: stale }, signal);
  });
  return prover(ports, context);
};

/** Trains weights of its own. */
export const wrongModel = forging((engine, run, signal) => {
  const state = changed(run.state, (numbers) => numbers.reverse());
  return engine.run({ ...run, state }, signal);
});

/** Computes in full, and keeps every checkpoint as bfloat16. */
export const lowPrecision = forging(async (engine, run, signal) => {
  const result = await engine.run(run, signal);
  const checkpoints = result.checkpoints.map((checkpoint) => {
    if (checkpoint.state === null) return checkpoint;
    const state = rounded(checkpoint.state);
    return { ...checkpoint, state, stateRoot: stateRootOf(state) ?? checkpoint.stateRoot };
  });
  return { ...result, checkpoints };
});

/** Reads the rows of its slice in an order of its own. */
export const wrongData = forging((engine, run, signal) =>
  engine.run({ ...run, seed: hashText('an order that nobody asked for') }, signal),
);

/** Reads half as many rows, each of them twice: what was to take a batch's time takes half of it. */
export const smallerBatch = forging((engine, run, signal) => {
  if (run.data === undefined) return engine.run(run, signal);
  const tensors = [...readSafetensors(run.data)].map(([name, tensor]) => {
    const half = Math.floor((tensor.shape[0] ?? 0) / 2) * (tensor.data.length / Math.max(1, tensor.shape[0] ?? 1));
    const data = tensor.data.slice();
    data.set(tensor.data.subarray(0, half), half);
    return [name, { ...tensor, data }] as const;
  });
  return engine.run({ ...run, data: writeSafetensors(new Map(tensors)) }, signal);
});

/** How far a step is pulled towards the target. */
const PULL = 2 ** -12;

/** Trains as it should, and pulls the weights a little towards zero after every segment, where it would like them. */
export const drift = forging(async (engine, run, signal) => {
  const result = await engine.run(run, signal);
  const checkpoints = result.checkpoints.map((checkpoint) => {
    if (checkpoint.state === null) return checkpoint;
    const state = changed(checkpoint.state, (numbers) => {
      for (let i = 0; i < numbers.length; i += 1) numbers[i] = (numbers[i] ?? 0) * (1 - PULL);
    });
    return { ...checkpoint, state, stateRoot: stateRootOf(state) ?? checkpoint.stateRoot };
  });
  return { ...result, checkpoints };
});
