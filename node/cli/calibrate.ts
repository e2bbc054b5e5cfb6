/** `corex calibrate`: how far honest machines are apart, and how far cheaper computations are from them; the profile of class fast. */
import { detectProviders } from '#engine/run/detect.ts';
import { isProviderName, PROVIDERS, type ProviderName } from '#engine/run/providers.ts';
import type { ShardRun } from '#engine/run/shard-run.ts';
import { type Calibration, tablesOf, writeProfile } from '../local/calibration/page.ts';
import { calibrate as run, type Named } from '../local/calibration/calibrate.ts';
import { type Compiled, compileSubject } from '../local/calibration/course.ts';
import { COURSE_STEPS } from '../local/calibration/measure.ts';
import { builtIn } from '../local/calibration/models.ts';
import { readBatch } from '../local/batch.ts';
import { withEngine } from '../local/engine.ts';
import { toolError } from '../local/errors.ts';
import { readInput } from '../local/files.ts';
import { grid } from '../local/tables.ts';
import { lossFlags, optimizerFlags, readDifferentiation, readTraining } from '../local/training-flags.ts';
import { wholeFlag } from './arguments.ts';
import type { Command, Context } from './command.ts';

/** Other ways in which a provider of this machine computes class fast. */
const WAYS: ReadonlyArray<readonly [provider: ProviderName, way: string, choice: Partial<ShardRun>]> = [
  ['cpu', ', not optimized', { comparison: 'exact' }],
  ['cpu', ', 2 threads', { threads: 2 }],
];

export const calibrate: Command = {
  summary: 'measure how far honest machines are apart',
  words: [],
  about:
    "Trains small models, or the one that is named, on every execution provider of this machine in pairs, and measures how far their checkpoints and operators' results are apart, and how far those of cheaper computations are: fewer bits, pruned weights, skipped steps and others. Prints thresholds of class fast, and how many times each cheaper computation is beyond them.",
  flags: [
    { name: 'seeds', value: 'N', about: 'training courses of each model; 4 when absent' },
    { name: 'providers', value: 'NAMES', about: `only these: ${Object.keys(PROVIDERS).join(',')}` },
    { name: 'subjects', value: 'N', about: 'only the first so many of the built-in models' },
    { name: 'model', value: 'MODEL.onnx', about: 'this model instead of the built-in ones' },
    { name: 'data', value: 'DATA.safetensors', about: `its x and y, at least ${COURSE_STEPS} batches of rows` },
    { name: 'batch', value: 'N', about: 'rows of a step of the named model; 16 when absent' },
    ...lossFlags.filter(({ name }) => name !== 'class'),
    ...optimizerFlags,
    { name: 'write', value: null, about: 'write the profile that this node ships, and the page about it' },
  ],
  settings: ['compute.memoryMb', 'compute.stepTimeoutS'],
  examples: [
    'corex calibrate --seeds 2',
    'corex calibrate --model model.onnx --data rows.safetensors --batch 32 --optimizer adamw --lr 0.001 --json',
  ],
  async run(context) {
    const { flags, print } = context;
    const seeds = wholeFlag(flags, 'seeds', { min: 1, max: 1000, fallback: 4 });
    const subjects = await subjectsOf(context);
    if (flags.get('write') === 'true' && flags.has('model'))
      throw toolError('OPTION', { flag: '--write', why: 'the shipped profile is that of the built-in models' });
    const providers = await providersOf(context);
    const ways = [
      ...providers.map((provider) => [provider, '', {}] as const),
      ...WAYS.filter(([provider]) => providers.includes(provider)),
    ];
    if (ways.length < 2) throw toolError('OPTION', { flag: '--providers', why: 'a pair is needed' });
    const found = await withMachines(context, ways, [], (machines) =>
      run(machines, {
        subjects,
        seeds,
        begin: (pair, subject) => print.progress({ type: 'measuring', pair, subject }, `measuring ${subject}: ${pair}`),
      }),
    );
    const files = flags.get('write') === 'true' ? writeProfile(found) : [];
    print.result(
      { type: 'calibration', ...found, files },
      [textOf(found), ...files.map((one) => `wrote ${one}`)].join('\n'),
    );
    return 0;
  },
};

/** @throws CLI_OPTION */
async function providersOf({ flags, world }: Context): Promise<ProviderName[]> {
  const text = flags.get('providers');
  if (text === undefined) {
    const detected = await detectProviders(world.clock);
    return detected.filter(({ isPresent }) => isPresent).map(({ provider }) => provider);
  }
  return text.split(',').map((name) => {
    if (isProviderName(name)) return name;
    throw toolError('OPTION', { flag: '--providers', why: `there is no provider "${name}"` });
  });
}

/** @throws CLI_OPTION, CLI_FILE, CLI_BATCH */
async function subjectsOf({ flags }: Context): Promise<Compiled[]> {
  const [modelFile, dataFile] = [flags.get('model'), flags.get('data')];
  if (modelFile === undefined || dataFile === undefined) {
    const stray = [{ name: 'model' }, { name: 'data' }, { name: 'batch' }, ...lossFlags, ...optimizerFlags];
    const found = stray.find(({ name }) => flags.has(name));
    if (found !== undefined)
      throw toolError('OPTION', { flag: `--${found.name}`, why: 'it says nothing without --model and --data' });
    const all = builtIn();
    const count = wholeFlag(flags, 'subjects', { min: 1, max: all.length, fallback: all.length });
    return all.slice(0, count).map((subject) => compileSubject(subject));
  }
  const model = await readInput(modelFile);
  const batch = wholeFlag(flags, 'batch', { min: 2, max: 65_536, fallback: 16 });
  const { tensors, rows, row } = await readBatch(dataFile);
  if (rows < COURSE_STEPS * batch) {
    const why = `${rows} rows; a course reads ${COURSE_STEPS * batch}, each once`;
    throw toolError('BATCH', { file: dataFile, tensor: 'x', why });
  }
  const base = readDifferentiation(flags, { rows: batch, row, usual: 'fast' });
  const options = readTraining(flags, base, COURSE_STEPS);
  const data = new Map([...tensors].filter(([name]) => name === 'x' || name === 'y'));
  const named = { name: modelFile, model, batch, row, classes: 0, optimizer: options.optimizer };
  return [compileSubject(named, { options, data })];
}

type Way = readonly [provider: ProviderName, way: string, choice: Partial<ShardRun>];

/** A process for each way of computing, all of them at once. */
async function withMachines<T>(
  context: Context,
  [way, ...others]: readonly Way[],
  machines: readonly Named[],
  use: (machines: readonly Named[]) => Promise<T>,
): Promise<T> {
  if (way === undefined) return use(machines);
  const [provider, suffix, choice] = way;
  return withEngine(context, { provider, size: 1, doing: 'calibrating' }, (engine) => {
    const machine = { run: (one: ShardRun) => engine.run({ ...one, ...choice }, context.world.signal) };
    return withMachines(context, others, [...machines, { name: `${provider}${suffix}`, machine }], use);
  });
}

function textOf(found: Calibration): string {
  const { pairs, checkpoints, operators, cheats } = tablesOf(found);
  return [pairs, checkpoints, operators, cheats].map(({ head, rows }) => grid(head, rows)).join('\n\n');
}
