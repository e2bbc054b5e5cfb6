/** The job specification: everything that fixes a job's computation before anyone is assigned. */
import { z } from 'zod';
import { cidField, countField, hashField, unitsField } from '../codec/fields.ts';
import { MAX_CHECKPOINTS, MAX_SLICES, MAX_WORDS } from '../limits.ts';

const sliceSpec = z.strictObject({
  /** Safetensors file with `x` and, where the program needs it, `y`. */
  data: cidField,
  rows: countField(2 ** 31).min(1),
});

/**
 * DAG-CBOR, addressed by its sha2-256 digest on chain (TaskMarket.postJob `spec`).
 * The canonical ONNX bytes behind `graph` are the specification of one step (DESIGN section 5).
 */
export const jobSpec = z
  .strictObject({
    v: z.literal(1),
    name: z.string().min(1).max(80),
    program: z.enum(['train', 'infer']),
    class: z.enum(['exact', 'fast']),
    /** The submitter's forward model, for whoever wants the result as a model; nobody needs it to run or check the work. */
    model: cidField,
    /** Canonical step graph. */
    graph: cidField,
    /** Graph that averages the slices' states; null where nothing is merged. */
    merge: cidField.nullable(),
    /** Initial state and its commitment. */
    state: cidField,
    stateRoot: hashField,
    slices: z.array(sliceSpec).min(1).max(MAX_SLICES),
    rounds: countField(MAX_WORDS / 2).min(1),
    /** Local steps a round; for inference 0: a slice takes as many batches as its rows need. */
    steps: countField(2 ** 20),
    /** Steps between two checkpoints. */
    segment: countField(2 ** 20).min(1),
    batch: countField(2 ** 20).min(1),
    /** Fixes the order of the rows. */
    seed: hashField,
    units: z.strictObject({ step: unitsField, merge: unitsField }),
  })
  .refine((job) => job.program === 'infer' || job.steps > 0, { path: ['steps'], error: 'a training round has steps' })
  .refine((job) => (job.merge !== null) === (job.program === 'train' && job.slices.length > 1), {
    path: ['merge'],
    error: 'a job has a merge exactly when it trains on several slices',
  })
  .refine((job) => job.program === 'train' || job.rounds === 1, { path: ['rounds'], error: 'inference has one round' })
  .refine((job) => job.slices.every((slice) => checkpointsOf(job, slice.rows) <= MAX_CHECKPOINTS), {
    path: ['segment'],
    error: `a shard has at most ${MAX_CHECKPOINTS} checkpoints`,
  });

export type JobSpec = z.output<typeof jobSpec>;
/** As written to DAG-CBOR. */
export type JobSpecWire = z.input<typeof jobSpec>;

interface Shape {
  readonly program: 'train' | 'infer';
  readonly slices: readonly unknown[];
  readonly rounds: number;
  readonly steps: number;
  readonly segment: number;
  readonly batch: number;
}

/** Shards of one round: the slices, and their merge where there are several; 0 when shards are independent. */
export function widthOf(job: Pick<Shape, 'program' | 'slices'>): number {
  if (job.program === 'infer') return 0;
  return job.slices.length === 1 ? 1 : job.slices.length + 1;
}

export function shardsOf(job: Pick<Shape, 'program' | 'slices' | 'rounds'>): number {
  return job.program === 'infer' ? job.slices.length : job.rounds * widthOf(job);
}

function checkpointsOf(job: Shape, rows: number): number {
  const steps = job.program === 'infer' ? Math.ceil(rows / job.batch) : job.steps;
  return Math.ceil(steps / job.segment) + 1;
}
