/** What a provider does here, measured on a workload in a process of its own, and which one to choose. */
import type { Clock } from '#protocol/ports.ts';
import { providerError } from './provider-errors.ts';
import { ProviderProcess } from './provider-process.ts';
import { type ProviderName, providerOf } from './providers.ts';
import type { Task, Workload } from './workload.ts';

export interface Rate {
  readonly stepsPerSecond: number;
  readonly unitsPerSecond: number;
}

export interface Measured {
  readonly provider: ProviderName;
  readonly trainUnitsPerSecond: number;
  readonly inferUnitsPerSecond: number;
  readonly trainStepsPerSecond: number;
  readonly inferBatchesPerSecond: number;
  /** Most resident bytes of the process that trained; a graphics card's own memory is not among them. */
  readonly memoryBytes: number;
}

export interface MeasureOptions {
  readonly clock: Clock;
  /** Milliseconds that the measured steps take at least, 1000 if not given: the clock counts whole ones. */
  readonly leastMs?: number;
}

/** Compilation of a large graph's kernels by a software driver. */
const LIMIT_MS = 600_000;
/** Before the clock starts: kernels are compiled and memory is found in the first two steps. */
const WARM_STEPS = 2;

async function measureTask(
  provider: ProviderName,
  { graph, inputs, units }: Task,
  comparison: 'exact' | 'fast',
  { clock, leastMs = 1000 }: MeasureOptions,
): Promise<Rate & { readonly memoryBytes: number }> {
  const process = new ProviderProcess(provider, clock);
  try {
    await process.ask({ type: 'open', provider, load: { graph, inputs }, comparison }, 'opened', LIMIT_MS);
    await process.ask({ type: 'run', steps: WARM_STEPS }, 'ran', LIMIT_MS);
    for (let steps = 1; ; steps *= 2) {
      const began = clock.now();
      const { memoryBytes } = await process.ask({ type: 'run', steps }, 'ran', LIMIT_MS);
      const milliseconds = clock.now() - began;
      if (milliseconds < leastMs) continue;
      const stepsPerSecond = (1000 * steps) / milliseconds;
      return { stepsPerSecond, unitsPerSecond: stepsPerSecond * Number(units), memoryBytes };
    }
  } finally {
    await process.end();
  }
}

/** @throws CorexError PROVIDER_*, ENGINE_* */
export async function measureProvider(
  provider: ProviderName,
  { train, infer, comparison }: Workload,
  options: MeasureOptions,
): Promise<Measured> {
  const trained = await measureTask(provider, train, comparison, options);
  const inferred = await measureTask(provider, infer, comparison, options);
  return {
    provider,
    trainUnitsPerSecond: trained.unitsPerSecond,
    inferUnitsPerSecond: inferred.unitsPerSecond,
    trainStepsPerSecond: trained.stepsPerSecond,
    inferBatchesPerSecond: inferred.stepsPerSecond,
    memoryBytes: trained.memoryBytes,
  };
}

/**
 * The fastest at training; for jobs of class `exact` among those whose bits can be compared.
 * @throws CorexError PROVIDER_NONE
 */
export function pickProvider(
  measured: readonly Pick<Measured, 'provider' | 'trainUnitsPerSecond'>[],
  comparison: 'exact' | 'fast' = 'exact',
): ProviderName {
  const candidates = measured.filter(
    ({ provider }) => comparison === 'fast' || providerOf(provider).comparison === 'exact',
  );
  const [first, ...others] = candidates;
  if (first === undefined) throw providerError('NONE', {});
  return others.reduce((best, one) => (one.trainUnitsPerSecond > best.trainUnitsPerSecond ? one : best), first)
    .provider;
}
