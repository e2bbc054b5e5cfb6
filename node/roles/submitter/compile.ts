/** Turns a loaded job into its specification: graphs compiled, states and slices stored, every unit counted. */
import type { Info } from '#engine/graph/graph.ts';
import { numbersOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import type { GraphInfo } from '#engine/run/shard-run.ts';
import { readSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import { commitmentOf } from '#engine/state/state.ts';
import { compileInfer } from '#engine/train/infer.ts';
import { compileMerge } from '#engine/train/merge.ts';
import type { TrainOptions } from '#engine/train/options.ts';
import { compileTrain } from '#engine/train/step.ts';
import { hashText } from '#protocol/codec/abi.ts';
import type { Terms } from '#protocol/dispute/moves.ts';
import { CorexError, errorTable } from '#protocol/errors.ts';
import type { Cid, Hash } from '#protocol/ids.ts';
import type { Blobs, Random } from '#protocol/ports.ts';
import { type JobSpec, type JobSpecWire, jobSpec } from '#protocol/work/job.ts';
import { jobTerms } from '#verifier/dispute/job-terms.ts';
import type { LoadedJob } from '../../jobfile/load.ts';
import type { DataSlice } from '../../jobfile/slices.ts';
import type { JobFile, TrainJob } from '../../jobfile/schema.ts';
import { totalSteps } from '../../jobfile/training-schema.ts';

export const compileError = errorTable('JOB', {
  REFUSED: {
    what: (d: { file: string; key: string; reason: string }) => `${d.file}: ${d.key}: ${d.reason}`,
    todo: 'change the job file; `corex submit --help` shows a complete one',
  },
  MODEL: {
    what: (d: { file: string; model: string; reason: string; mend: string }) =>
      `${d.file}: model: ${d.model}: ${d.reason}`,
    todo: 'mend the model as the message says, and submit again; nothing was spent',
  },
  DATA_SHAPE: {
    what: (d: { file: string; tensor: string; data: string; model: string }) =>
      `${d.file}: data: ${d.tensor} is ${d.data}, the model takes ${d.model}`,
    todo: 'change `data` (features, shape) or the model so that one example fits; nothing was spent',
  },
  DATA_CLASS: {
    what: (d: { file: string; row: number; label: string; classes: number }) =>
      `${d.file}: data: row ${d.row} is of class ${d.label}, the model has classes 0 to ${d.classes - 1}`,
    todo: 'correct the targets, or set loss.ignoreIndex to the number of rows that do not count; nothing was spent',
  },
});

/** Loads a graph in a child process, to see that the runtime takes it before anybody pays for it. */
export interface GraphProbe {
  probe(graph: Uint8Array): Promise<GraphInfo>;
}

interface CompilePorts {
  readonly blobs: Pick<Blobs, 'put'>;
  readonly engine: GraphProbe;
  readonly random: Random;
}

interface Compiled {
  readonly step: Uint8Array;
  readonly merge: { readonly graph: Uint8Array; readonly units: bigint } | null;
  readonly state: ReturnType<typeof compileInfer>['state'];
  readonly units: bigint;
  /** What the loss takes; null for inference. */
  readonly output: Info | null;
}

function trainOptions(job: TrainJob, row: readonly number[] | undefined): TrainOptions {
  const { batch, loss, optimizer, clipNorm, groups, accumulate, batchNorm } = job;
  const schedule =
    job.schedule === undefined || job.schedule.kind === 'constant'
      ? job.schedule
      : { ...job.schedule, totalSteps: totalSteps(job) };
  const chosen = { batch, loss, optimizer, schedule, clipNorm, groups, accumulate, batchNorm };
  return { ...chosen, comparison: job.class, row };
}

function compileGraphs({ job, model, slices }: LoadedJob): Compiled {
  if (job.program === 'infer') {
    const { step, state, units } = compileInfer(model, {
      batch: job.batch,
      labels: job.labels,
      comparison: job.class,
    });
    return { step, state, units, merge: null, output: null };
  }
  const { step, initialState, units, output } = compileTrain(
    model,
    trainOptions(job, examplesOf(slices[0])?.get('x')?.shape.slice(1)),
  );
  const merge = job.slices > 1 ? compileMerge(initialState, job.slices) : null;
  return { step, state: initialState, units, merge, output };
}

/** Compiles and probes; whatever is wrong with the model is said with the job file's name and key. */
async function compileModel(engine: GraphProbe, loaded: LoadedJob): Promise<Compiled> {
  const { file, job } = loaded;
  try {
    const compiled = compileGraphs(loaded);
    const { inputs } = await engine.probe(compiled.step);
    checkExamples(loaded, inputs);
    checkClasses(loaded, compiled.output?.shape.at(-1) ?? 0);
    return compiled;
  } catch (error) {
    if (!(error instanceof CorexError) || !/^(MODEL|ENGINE|TRAIN)_/.test(error.code)) throw error;
    const reason = `${error.message}; ${error.todo}`;
    if (error.code.startsWith('TRAIN_')) throw compileError('REFUSED', { file, key: 'groups', reason }, error);
    throw compileError('MODEL', { file, model: job.model, reason, mend: error.todo }, error);
  }
}

const examplesOf = (slice: DataSlice | undefined): Map<string, Tensor> | undefined =>
  slice === undefined ? undefined : readSafetensors(slice.bytes);

const shown = ({ dtype, shape }: GraphInfo['inputs'][number] | Tensor): string =>
  `${dtype} [${shape.slice(1).join(', ')}]`;

/** One example of the data is one example of the model. @throws JOB_DATA_SHAPE */
function checkExamples({ file, slices }: LoadedJob, inputs: GraphInfo['inputs']): void {
  const examples = examplesOf(slices[0]);
  for (const tensor of ['x', 'y']) {
    const wanted = inputs.find(({ name }) => name === tensor);
    const given = examples?.get(tensor);
    if (wanted === undefined) continue;
    const data = given === undefined ? 'missing' : shown(given);
    if (data !== shown(wanted)) throw compileError('DATA_SHAPE', { file, tensor, data, model: shown(wanted) });
  }
}

/** A class that the model does not have would stop a step. @throws JOB_DATA_CLASS */
function checkClasses({ file, job, slices }: LoadedJob, classes: number): void {
  if (job.program !== 'train' || job.loss.kind !== 'softmax-cross-entropy') return;
  const { ignoreIndex } = job.loss;
  slices.forEach((part, slice) => {
    const y = examplesOf(part)?.get('y');
    const labels = y === undefined ? [] : numbersOf(y);
    const at = labels.findIndex((label) => label !== ignoreIndex && (label < 0 || label >= classes));
    if (at < 0) return;
    // Rows are dealt out in turn (jobfile/slices.ts).
    const row = Math.floor(at / (labels.length / part.rows)) * slices.length + slice;
    throw compileError('DATA_CLASS', { file, row, label: String(labels[at]), classes });
  });
}

/** All randomness of the job follows from this; a text in the job file makes it repeatable. */
function seedOf(job: JobFile, random: Random): Hash {
  return hashText(job.seed ?? Buffer.from(random.bytes(32)).toString('hex'));
}

/** Stores every part and lists them. @throws ENGINE_… for a model that cannot be compiled, JOB_REFUSED */
export async function compileJob(
  ports: CompilePorts,
  loaded: LoadedJob,
): Promise<{ spec: JobSpec; wire: JobSpecWire; terms: Terms; stored: Cid[] }> {
  const { job, model, slices } = loaded;
  const compiled = await compileModel(ports.engine, loaded);
  const put = (bytes: Uint8Array) => ports.blobs.put(bytes);
  const data = [];
  for (const { bytes, rows } of slices) data.push({ data: await put(bytes), rows });
  const wire: JobSpecWire = {
    v: 1,
    name: job.name,
    program: job.program,
    class: job.class,
    model: await put(model),
    graph: await put(compiled.step),
    merge: compiled.merge === null ? null : await put(compiled.merge.graph),
    state: await put(writeSafetensors(compiled.state)),
    stateRoot: commitmentOf(compiled.state),
    slices: data,
    rounds: job.program === 'train' ? job.rounds : 1,
    steps: job.program === 'train' ? job.steps : 0,
    segment: job.segment,
    batch: job.batch,
    seed: seedOf(job, ports.random),
    units: { step: compiled.units.toString(), merge: (compiled.merge?.units ?? 0n).toString() },
  };
  const parsed = jobSpec.safeParse(wire);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw compileError('REFUSED', {
      file: loaded.file,
      key: issue?.path.join('.') ?? '',
      reason: issue?.message ?? 'unreadable',
    });
  }
  const parts = [wire.model, wire.graph, wire.merge, wire.state, ...data.map((slice) => slice.data)];
  const terms = jobTerms(parsed.data, compiled.step);
  return { spec: parsed.data, wire, terms, stored: parts.filter((cid) => cid !== null).map((cid) => cid as Cid) };
}
