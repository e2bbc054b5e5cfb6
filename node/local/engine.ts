/** The engine of a tool: processes of the command's own, which end with it. */
import { availableParallelism } from 'node:os';
import { EnginePool } from '#engine/run/pool.ts';
import { isProviderName, PROVIDERS, type ProviderName } from '#engine/run/providers.ts';
import { CorexError } from '#protocol/errors.ts';
import { wholeFlag } from '../cli/arguments.ts';
import type { Context, Flag } from '../cli/command.ts';
import { cliError } from '../cli/errors.ts';
import { toolError } from './errors.ts';

const MIB = 2 ** 20;

export const threadsFlag: Flag = {
  name: 'threads',
  value: 'N',
  about: 'threads inside an operator; compute.threads when absent. Class exact gives the same bits with any number',
};

const providerNames = Object.keys(PROVIDERS).join(', ');

export const providerFlag: Flag = {
  name: 'provider',
  value: 'NAME',
  about: `execution provider: ${providerNames}. When absent cpu for class exact, whose bits are the network's, and compute.provider for fast`,
};

/** Null when the flag is not given. @throws CLI_OPTION */
export function providerOfFlag(flags: ReadonlyMap<string, string>): ProviderName | null {
  const text = flags.get('provider');
  if (text === undefined) return null;
  if (isProviderName(text)) return text;
  throw toolError('OPTION', { flag: '--provider', why: `one of ${providerNames} is expected, not "${text}"` });
}

export const threadsOf = ({ flags, settings }: Context): number =>
  wholeFlag(flags, 'threads', { min: 1, max: 256, fallback: settings().compute.threads });

/** Exact work runs on another provider only where the user says so. @throws CLI_OPTION */
export function providerFor({ flags, settings }: Context, comparison: 'exact' | 'fast'): ProviderName {
  return providerOfFlag(flags) ?? (comparison === 'fast' ? settings().compute.provider : 'cpu');
}

/** Processes of so many threads that the machine runs at once. */
export const processesFor = (threads: number): number => Math.max(1, Math.floor(availableParallelism() / threads));

interface EngineNeeds {
  readonly provider: ProviderName;
  /** Processes at most. */
  readonly size: number;
  /** What is interrupted when the user ends the command. */
  readonly doing: string;
}

export async function withEngine<T>(
  context: Context,
  { provider, size, doing }: EngineNeeds,
  use: (engine: EnginePool) => Promise<T>,
): Promise<T> {
  const { memoryMb, stepTimeoutS } = context.settings().compute;
  const { clock, signal } = context.world;
  const limits = { memoryBytes: memoryMb * MIB, stepTimeoutMs: stepTimeoutS * 1000 };
  const engine = new EnginePool({ size, clock, provider, ...limits });
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
