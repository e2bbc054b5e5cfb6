/** `corex bench`: which execution providers run on this machine, how fast each is, and which one suits. */
import { type Detected, detectProviders, detectProvider } from '#engine/run/detect.ts';
import { type Measured, measureProvider, pickProvider } from '#engine/run/measure.ts';
import { PROVIDERS, type ProviderName } from '#engine/run/providers.ts';
import { perceptronWorkload, type Workload, workloadOf } from '#engine/run/workload.ts';
import { CorexError } from '#protocol/errors.ts';
import { providerOfFlag } from '../local/engine.ts';
import { toolError } from '../local/errors.ts';
import { readInput } from '../local/files.ts';
import { bytesText, grid } from '../local/tables.ts';
import { lossFlags, readDifferentiation } from '../local/training-flags.ts';
import { wholeFlag } from './arguments.ts';
import type { Command, Context } from './command.ts';

/** What a provider did, or why it did nothing. */
type Found = (Extract<Detected, { isPresent: true }> & Measured) | Extract<Detected, { isPresent: false }>;

interface Picked {
  readonly exact: ProviderName | null;
  readonly fast: ProviderName | null;
}

export const bench: Command = {
  summary: "measure this machine's execution providers",
  words: ['[MODEL.onnx]'],
  about:
    'Tries each execution provider of ONNX Runtime in a process of its own and measures training and inference: of a perceptron with 669,706 weights, or of the model that is named. Says which one is fastest for jobs of each class.',
  flags: [
    { name: 'provider', value: 'NAME', about: `only this one: ${Object.keys(PROVIDERS).join(', ')}` },
    { name: 'batch', value: 'N', about: 'rows of a step of the named model; 16 when absent' },
    ...lossFlags,
    { name: 'ms', value: 'N', about: 'milliseconds that each measurement takes at least; 1000 when absent' },
  ],
  settings: [],
  examples: ['corex bench', 'corex bench model.onnx --batch 32 --provider cpu --json'],
  async run(context) {
    const { flags, world, print } = context;
    const only = providerOfFlag(flags);
    const leastMs = wholeFlag(flags, 'ms', { min: 1, max: 600_000, fallback: 1000 });
    const workload = await workloadFor(context);
    const { clock } = world;
    const detected = only === null ? await detectProviders(clock) : [await detectProvider(only, clock)];
    const found: Found[] = [];
    for (const one of detected) {
      if (one.isPresent) print.progress({ type: 'measuring', provider: one.provider }, `measuring ${one.provider}`);
      found.push(await measured(context, one, workload, leastMs));
    }
    const picked = picksOf(found.filter((one) => one.isPresent));
    const unitsPerStep = Number(workload.train.units);
    const result = {
      type: 'bench',
      model: workload.name,
      class: workload.comparison,
      unitsPerStep,
      providers: found,
      picked,
    };
    print.result(result, textOf(workload, found, picked));
    return 0;
  },
};

async function workloadFor({ words, flags }: Context): Promise<Workload> {
  const [file] = words;
  if (file === undefined) {
    const stray = [{ name: 'batch' }, ...lossFlags].find(({ name }) => flags.has(name));
    if (stray === undefined) return perceptronWorkload();
    throw toolError('OPTION', { flag: `--${stray.name}`, why: 'it says nothing without MODEL.onnx' });
  }
  const batch = wholeFlag(flags, 'batch', { min: 1, max: 65_536, fallback: 16 });
  const { comparison = 'exact', ...options } = readDifferentiation(flags, { rows: batch });
  return workloadOf(await readInput(file), { name: file, ...options, comparison });
}

/** A provider may be there and lack what this one model needs. */
async function measured({ world }: Context, found: Detected, workload: Workload, leastMs: number): Promise<Found> {
  if (!found.isPresent) return found;
  const { provider } = found;
  try {
    return { ...found, ...(await measureProvider(provider, workload, { clock: world.clock, leastMs })) };
  } catch (error) {
    if (!(error instanceof CorexError)) throw error;
    return { provider, isPresent: false, code: error.code, why: error.message, todo: error.todo };
  }
}

function picksOf(figures: ReadonlyArray<Extract<Found, { isPresent: true }>>): Picked {
  const pick = (comparison: 'exact' | 'fast'): ProviderName | null => {
    try {
      return pickProvider(figures, comparison);
    } catch (error) {
      // Only one was measured, and it is not of that class.
      if (error instanceof CorexError) return null;
      throw error;
    }
  };
  return { exact: pick('exact'), fast: pick('fast') };
}

const giga = (perSecond: number): string => (perSecond / 1e9).toFixed(2);

function textOf({ name, comparison, train }: Workload, found: readonly Found[], { exact, fast }: Picked): string {
  const rows = found.flatMap((one) =>
    one.isPresent
      ? [
          [
            one.provider,
            one.trainStepsPerSecond.toFixed(1),
            giga(one.trainUnitsPerSecond),
            one.inferBatchesPerSecond.toFixed(1),
            giga(one.inferUnitsPerSecond),
            bytesText(one.memoryBytes),
            one.device ?? '',
          ],
        ]
      : [],
  );
  const head = ['provider', 'steps/s', 'train G/s', 'batches/s', 'infer G/s', 'memory', 'device'];
  const absent = found.flatMap((one) =>
    one.isPresent ? [] : [`  ${one.provider} is not usable: ${one.why.split('\n')[0]}\n    → ${one.todo}`],
  );
  const picks = [`exact: ${exact ?? 'none of these'}`, `fast: ${fast ?? 'none of these'}`].join(', ');
  return [
    `${name}, class ${comparison}: ${train.units.toLocaleString('en')} floating-point operations a training step; G/s are 10^9 of them a second`,
    '',
    grid(head, rows),
    ...(absent.length === 0 ? [] : ['', ...absent]),
    '',
    `fastest for jobs of class ${picks}`,
  ].join('\n');
}
