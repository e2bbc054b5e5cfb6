/** Turns a loaded job into its specification: graphs compiled, states and slices stored, every unit counted. */
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { commitmentOf } from '#engine/state/state.ts';
import { compileInfer } from '#engine/train/infer.ts';
import { compileMerge } from '#engine/train/merge.ts';
import { compileTrain } from '#engine/train/step.ts';
import { hashText } from '#protocol/codec/abi.ts';
import { errorTable } from '#protocol/errors.ts';
import type { Cid, Hash } from '#protocol/ids.ts';
import type { Blobs, Random } from '#protocol/ports.ts';
import { type JobSpec, type JobSpecWire, jobSpec } from '#protocol/work/job.ts';
import type { LoadedJob } from '../../jobfile/load.ts';
import type { JobFile } from '../../jobfile/schema.ts';

export const compileError = errorTable('JOB', {
  REFUSED: {
    what: (d: { file: string; key: string; reason: string }) => `${d.file}: ${d.key}: ${d.reason}`,
    todo: 'change the job file; `corex submit --help` shows a complete one',
  },
});

interface CompilePorts {
  readonly blobs: Pick<Blobs, 'put'>;
  /** Loads a graph in a child process, to see that the runtime takes it before anybody pays for it. */
  readonly engine: { probe(graph: Uint8Array): Promise<unknown> };
  readonly random: Random;
}

interface Compiled {
  readonly step: Uint8Array;
  readonly merge: { readonly graph: Uint8Array; readonly units: bigint } | null;
  readonly state: ReturnType<typeof compileInfer>['state'];
  readonly units: bigint;
}

function compileGraphs(job: JobFile, model: Uint8Array): Compiled {
  if (job.program === 'infer') {
    const { step, state, units } = compileInfer(model, { batch: job.batch, labels: job.labels });
    return { step, state, units, merge: null };
  }
  const { step, initialState, units } = compileTrain(model, { batch: job.batch, loss: job.loss, optimizer: job.optimizer });
  const merge = job.slices > 1 ? compileMerge(initialState, job.slices) : null;
  return { step, state: initialState, units, merge };
}

/** All randomness of the job follows from this; a text in the job file makes it repeatable. */
function seedOf(job: JobFile, random: Random): Hash {
  return hashText(job.seed ?? Buffer.from(random.bytes(32)).toString('hex'));
}

/** Stores every part and lists them. @throws ENGINE_… for a model that cannot be compiled, JOB_REFUSED */
export async function compileJob(ports: CompilePorts, loaded: LoadedJob): Promise<{ spec: JobSpec; wire: JobSpecWire; stored: Cid[] }> {
  const { job, model, slices } = loaded;
  const compiled = compileGraphs(job, model);
  await ports.engine.probe(compiled.step);
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
    throw compileError('REFUSED', { file: loaded.file, key: issue?.path.join('.') ?? '', reason: issue?.message ?? 'unreadable' });
  }
  const parts = [wire.model, wire.graph, wire.merge, wire.state, ...data.map((slice) => slice.data)];
  return { spec: parsed.data, wire, stored: parts.filter((cid) => cid !== null).map((cid) => cid as Cid) };
}
