/** The engine of a tool: processes of the command's own, which end with it. */
import { availableParallelism } from 'node:os';
import { EnginePool } from '#engine/run/pool.ts';
import { CorexError } from '#protocol/errors.ts';
import { wholeFlag } from '../cli/arguments.ts';
import type { Context, Flag } from '../cli/command.ts';
import { cliError } from '../cli/errors.ts';

const MIB = 2 ** 20;

export const threadsFlag: Flag = {
  name: 'threads',
  value: 'N',
  about: 'threads inside an operator; 1 when absent. Class exact gives the same bits with any number',
};

export const threadsOf = ({ flags }: Context): number => wholeFlag(flags, 'threads', { min: 1, max: 256, fallback: 1 });

/** Processes of so many threads that the machine runs at once. */
export const processesFor = (threads: number): number => Math.max(1, Math.floor(availableParallelism() / threads));

/**
 * @param size processes at most
 * @param doing what is interrupted when the user ends the command
 */
export async function withEngine<T>(
  context: Context,
  { size, doing }: { readonly size: number; readonly doing: string },
  use: (engine: EnginePool) => Promise<T>,
): Promise<T> {
  const { memoryMb, stepTimeoutS } = context.settings().compute;
  const { clock, signal } = context.world;
  const limits = { memoryBytes: memoryMb * MIB, stepTimeoutMs: stepTimeoutS * 1000 };
  const engine = new EnginePool({ size, clock, ...limits });
  try {
    return await use(engine);
  } catch (error) {
    if (signal.aborted && error instanceof CorexError && error.code === 'ENGINE_ABORTED')
      throw cliError('INTERRUPTED', { doing }, error);
    throw error;
  } finally {
    await engine.close();
  }
}
