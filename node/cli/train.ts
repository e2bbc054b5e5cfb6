/** `corex train --local`: a whole job file on this machine, before anybody is paid for it. */
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import type { ProviderName } from '#engine/run/providers.ts';
import { stateRootOf } from '#engine/state/state.ts';
import { withWeights } from '#engine/train/weights.ts';
import { type ShardPlan, unitsOfJob } from '#protocol/work/shard.ts';
import { readExamples } from '../jobfile/data.ts';
import { type LoadedJob, loadJob } from '../jobfile/load.ts';
import { readJobFile } from '../jobfile/parse.ts';
import { sliceExamples } from '../jobfile/slices.ts';
import { processesFor, providerFlag, providerFor, threadsFlag, threadsOf, withEngine } from '../local/engine.ts';
import { toolError } from '../local/errors.ts';
import { writeOutput } from '../local/files.ts';
import { type LocalPorts, type LocalResult, runLocally } from '../local/local-job.ts';
import { type Evaluation, evaluationOf } from '../roles/submitter/outputs.ts';
import type { Command, Context } from './command.ts';
import { usableFolder } from './job-progress.ts';
import { columns } from './print.ts';

/** Milliseconds between two lines of progress. */
const SHOW_MS = 1000;

export const train: Command = {
  summary: 'run a whole job on this machine',
  words: ['JOB.yaml'],
  about:
    'Runs every slice, round and merge of a job file here, as the network would: for class exact the result has the same bits. Takes the same files as corex submit, of inference too, and needs no chain, no account and no CXT.',
  flags: [
    { name: 'local', value: null, about: 'on this machine; nothing else is offered' },
    threadsFlag,
    providerFlag,
    { name: 'evaluate', value: 'JOB.yaml', about: 'then run this inference job with the trained model' },
    {
      name: 'out',
      value: 'DIR',
      about: 'write trained.onnx and state.safetensors (inference: outputs.safetensors) here',
    },
  ],
  settings: ['compute.memoryMb', 'compute.stepTimeoutS', 'compute.provider', 'compute.threads'],
  examples: [
    'corex train examples/digits/train.yaml --local --evaluate examples/digits/infer.yaml --out examples/digits',
    'corex train job.yaml --local --threads 4 --json',
  ],
  async run(context) {
    const { flags, words, print, world } = context;
    const [file = ''] = words;
    if (flags.get('local') !== 'true') throw toolError('ONLY_LOCAL', { file });
    const loaded = await loadJob(await readJobFile(file));
    const evaluation = flags.get('evaluate');
    const heldOut = evaluation === undefined ? null : await readEvaluation(evaluation, loaded);
    const out = flags.get('out');
    const folder = out === undefined ? null : await usableFolder(out);
    const began = world.clock.now();
    const result = await runJob(context, loaded);
    const seconds = (world.clock.now() - began) / 1000;
    const files = filesOf(loaded, result);
    const trained = files.get('trained.onnx');
    const judged = heldOut === null || trained === undefined ? null : await heldOut(trained);
    const counted = evaluationOf((judged === null ? result : await runJob(context, judged)).outputs);
    const written = folder === null ? [] : [...files.keys()].map((name) => join(folder, name));
    if (folder !== null) for (const [name, bytes] of files) await writeOutput(join(folder, name), bytes);
    const provider = providerFor(context, loaded.job.class);
    const facts = {
      name: loaded.job.name,
      ...factsOf(result),
      provider,
      seconds,
      ...(counted === null ? {} : counted),
    };
    print.result({ type: 'trained', ...facts, files: written }, textOf(facts, counted, written));
    return 0;
  },
};

/** Read before training begins, so that a mistake in it costs no training. */
async function readEvaluation(path: string, trained: LoadedJob): Promise<(model: Uint8Array) => LoadedJob> {
  const read = await readJobFile(path);
  if (read.job.program !== 'infer' || trained.job.program !== 'train')
    throw toolError('OPTION', { flag: '--evaluate', why: 'an inference job is expected, after a training job' });
  const slices = sliceExamples(read, await readExamples(read));
  return (model) => ({ file: read.file, job: read.job, model, slices });
}

async function runJob(context: Context, loaded: LoadedJob): Promise<LocalResult> {
  const threads = threadsOf(context);
  const { random, signal } = context.world;
  const size = Math.min(loaded.slices.length, processesFor(threads));
  const done = reporter(context, loaded);
  const provider = providerFor(context, loaded.job.class);
  return withEngine(context, { provider, size, doing: `running ${loaded.job.name}` }, (engine) =>
    runLocally({ engine, random, threads, signal, done }, loaded),
  );
}

/** A line each second at most, and one at the end of each round. */
function reporter({ print, world }: Context, { job, slices }: LoadedJob): LocalPorts['done'] {
  let shown = world.clock.now();
  let losses: number[] = [];
  const rounds = job.program === 'train' ? job.rounds : 1;
  const say = (plan: ShardPlan, steps: number, loss: number | null, what: string) => {
    shown = world.clock.now();
    const round = plan.round + 1;
    const text = [
      rounds > 1 ? `round ${round}/${rounds}, ${what}` : what,
      ...(loss === null ? [] : [`loss ${loss.toPrecision(6)}`]),
    ];
    print.progress(
      { type: 'progress', kind: plan.kind, round, rounds, slice: plan.slice, steps, of: plan.steps, loss },
      text.join(', '),
    );
  };
  return (plan, { steps, loss }) => {
    if (steps === plan.steps && loss !== null) losses.push(loss);
    const isRound = plan.kind === 'merge' || (plan.kind === 'train' && slices.length === 1 && steps === plan.steps);
    if (isRound) {
      const mean = losses.reduce((sum, one) => sum + one, 0) / losses.length;
      say(
        plan,
        steps,
        losses.length === 0 ? null : mean,
        plan.kind === 'merge' ? `${slices.length} slices merged` : 'done',
      );
      losses = [];
    } else if (world.clock.now() - shown >= SHOW_MS) {
      say(plan, steps, loss, `slice ${(plan.slice ?? 0) + 1}/${slices.length}, step ${steps}/${plan.steps}`);
    }
  };
}

function filesOf({ model }: LoadedJob, { state, outputs }: LocalResult): Map<string, Uint8Array> {
  if (state === null) return new Map([['outputs.safetensors', writeSafetensors(outputs)]]);
  return new Map([
    ['state.safetensors', state],
    ['trained.onnx', withWeights(model, readSafetensors(state))],
  ]);
}

interface Facts {
  readonly name: string;
  readonly program: 'train' | 'infer';
  readonly class: 'exact' | 'fast';
  readonly units: string;
  readonly provider: ProviderName;
  readonly seconds: number;
  readonly stateRoot?: string | null;
  readonly rounds?: number;
}

function factsOf({ spec, state }: LocalResult): Omit<Facts, 'name' | 'provider' | 'seconds'> {
  const { program, rounds } = spec;
  const common = { program, class: spec.class, units: unitsOfJob(spec).toString() };
  return state === null ? common : { ...common, rounds, stateRoot: stateRootOf(state) };
}

function textOf(facts: Facts, counted: Evaluation | null, files: readonly string[]): string {
  const { name, program, provider, units, seconds, stateRoot, rounds } = facts;
  const perSecond = (Number(units) / Math.max(seconds, 0.001) / 1e9).toFixed(2);
  const rows: Array<readonly [string, string]> = [
    ['job', `${name} (${program}, class ${facts.class}) on ${provider}`],
    ['work', `${units} floating-point operations in ${seconds.toFixed(1)} s, ${perSecond} G/s`],
  ];
  if (rounds !== undefined) rows.push(['rounds', String(rounds)], ['state root', stateRoot ?? '']);
  if (counted !== null)
    rows.push(['accuracy', `${counted.accuracy.toFixed(4)} (${counted.correct} of ${counted.rows} rows)`]);
  if (facts.class === 'exact' && provider !== 'cpu')
    rows.push(['note', `these are the bits of ${provider}; the network's are those of cpu`]);
  return [columns(rows), ...files.map((file) => `  wrote ${file}`)].join('\n');
}
