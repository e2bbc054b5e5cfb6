/** How much memory the engine's process takes for a training shard, over what the step cannot do without. */
import { readFileSync } from 'node:fs';
import { EnginePool } from '#engine/run/pool.ts';
import { systemClock } from '#node/clock.ts';
import type { Training } from './engine-training.ts';
import { transformerTraining } from './engine-transformer.ts';

const COUNTS = { steps: 6, segment: 3 } as const;

export interface EngineMemory {
  readonly parameters: number;
  readonly stateBytes: number;
  readonly gradientBytes: number;
  readonly activationBytes: number;
  /** Highest resident bytes of the process, checkpoints included. */
  readonly peakBytes: number;
  /** The same before it had any work. */
  readonly idleBytes: number;
  /** Peak over state, gradients and activations. */
  readonly ratio: number;
}

/** proc_pid_status(5): VmHWM, in kB of 1024 bytes. */
function peakOf(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}

/** @param subject what to execute; a transformer of 25 million parameters under AdamW if not given */
export async function measureMemory(subject: Training = transformerTraining(COUNTS)): Promise<EngineMemory> {
  const { run, parameters, bytes } = subject;
  const open = () => new EnginePool({ size: 1, memoryBytes: 8 * 2 ** 30, stepTimeoutMs: 600_000, clock: systemClock });
  // The first process of an installation compiles the engine's modules and keeps the result for all others.
  const first = open();
  await first.probe(run.graph).finally(() => first.close());
  const pool = open();
  try {
    await pool.probe(run.graph);
    const idleBytes = peakOf(pool.pids[0] as number);
    await pool.run(run);
    const peakBytes = peakOf(pool.pids[0] as number);
    const needed = bytes.state + bytes.gradients + bytes.activations;
    return {
      parameters,
      stateBytes: bytes.state,
      gradientBytes: bytes.gradients,
      activationBytes: bytes.activations,
      peakBytes,
      idleBytes,
      ratio: peakBytes / needed,
    };
  } finally {
    await pool.close();
  }
}

if (import.meta.main) {
  const result = await measureMemory();
  console.table(result);
}
