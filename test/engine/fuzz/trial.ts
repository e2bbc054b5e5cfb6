/** The way of one untrusted file through a node: read, let in, compiled, estimated, and run for a step in another process. */
import { checkGraph } from '#engine/graph/check.ts';
import type { DeclaredValue } from '#engine/graph/graph.ts';
import { checkMemory } from '#engine/graph/memory.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { admit, admitStep } from '#engine/onnx/admit.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import type { EnginePool } from '#engine/run/pool.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { compileInfer } from '#engine/train/infer.ts';
import { compileTrain } from '#engine/train/step.ts';
import { withTap } from '#engine/train/tap.ts';
import { countUnits } from '#engine/train/units.ts';
import { hashText } from '#protocol/codec/abi.ts';
import { CorexError } from '#protocol/errors.ts';

export const BATCH = 2;
const SEED = hashText('corex.fuzz.data');

/** What became of a file in one use: `ran`, or a code with who said it. */
export interface Outcome {
  readonly use: Use;
  readonly stage: 'refused' | 'child' | 'ran';
  readonly code: string;
  readonly message: string;
}

export const USES = ['read', 'train', 'infer', 'step', 'probe'] as const;
export type Use = (typeof USES)[number];

interface Runnable {
  readonly kind: 'train' | 'infer';
  readonly step: Uint8Array;
  readonly state: ReadonlyMap<string, Tensor>;
}

/** What the trials of a run share; the clock is the caller's. */
export interface TrialDeps {
  readonly pool: EnginePool;
  readonly memoryBytes: number;
  /** Called around everything that happens in this process, so that its time can be told from that of the child. */
  timed<T>(work: () => T): T;
}

/** Anything but an error of ours is a defect, and so is one without a reason. */
export function outcomeOf(use: Use, stage: 'refused' | 'child', error: unknown): Outcome {
  if (!(error instanceof CorexError) || error.message.length < 10) throw error;
  return { use, stage, code: error.code, message: error.message };
}

/** Rows of small whole numbers: they are classes, tokens and floats alike. */
function column({ dtype, shape }: DeclaredValue): Tensor {
  const sizes = shape.map((size) => (typeof size === 'number' ? size : 1));
  const count = sizes.reduce((product, size) => product * size, 1);
  return tensorOf(
    dtype,
    sizes,
    Array.from({ length: count }, (_, i) => i % 2),
  );
}

/** Largest slice that a trial makes; beyond it the data would be the bomb, and data comes from the file's author too. */
const MOST_DATA_BYTES = 2 ** 24;

async function run({ kind, step, state }: Runnable, deps: TrialDeps): Promise<void> {
  const data = deps.timed(() => {
    const { graph } = decodeModel(step);
    checkGraph(graph);
    checkMemory(graph, deps.memoryBytes);
    const columns = graph.inputs.filter(({ name }) => name === 'x' || name === 'y');
    checkMemory(
      { ...graph, inputs: columns, outputs: [], values: [], nodes: [], initializers: new Map() },
      MOST_DATA_BYTES,
    );
    return writeSafetensors(new Map(columns.map((value) => [value.name, column(value)])));
  });
  await deps.pool.run({
    kind,
    graph: step,
    state: deps.timed(() => writeSafetensors(state)),
    data,
    batch: BATCH,
    firstStep: 0,
    steps: 1,
    segment: 1,
    seed: SEED,
  });
}

async function attempt(use: Use, deps: TrialDeps, prepare: () => Runnable): Promise<Outcome> {
  let runnable: Runnable;
  try {
    runnable = deps.timed(prepare);
  } catch (error) {
    return outcomeOf(use, 'refused', error);
  }
  try {
    await run(runnable, deps);
    return { use, stage: 'ran', code: 'ran', message: '' };
  } catch (error) {
    const isOurs = error instanceof CorexError && error.code.startsWith('MODEL_');
    return outcomeOf(use, isOurs ? 'refused' : 'child', error);
  }
}

/** A file from outside as a model. */
export async function tryModel(bytes: Uint8Array, deps: TrialDeps): Promise<Outcome[]> {
  try {
    deps.timed(() => decodeModel(bytes));
  } catch (error) {
    return [outcomeOf('read', 'refused', error)];
  }
  const train = await attempt('train', deps, () => {
    admit(bytes, 'train');
    const optimizer = { kind: 'sgd', lr: 0.01, momentum: 0.9 } as const;
    const { step, initialState } = compileTrain(bytes, {
      batch: BATCH,
      loss: { kind: 'softmax-cross-entropy' },
      optimizer,
    });
    return { kind: 'train', step, state: initialState };
  });
  const infer = await attempt('infer', deps, () => {
    admit(bytes, 'infer');
    return { kind: 'infer', ...compileInfer(bytes, { batch: BATCH, labels: true, comparison: 'fast' }) };
  });
  return [train, infer];
}

/** A file from outside as a step graph that somebody else compiled. */
export async function tryStep(
  bytes: Uint8Array,
  state: ReadonlyMap<string, Tensor>,
  deps: TrialDeps,
): Promise<Outcome> {
  return attempt('step', deps, () => {
    admitStep(bytes);
    countUnits(bytes);
    withTap(bytes, 1);
    return { kind: 'train', step: bytes, state };
  });
}

/** Bytes that were refused, shown to the runtime all the same: the process that loads them is there to be lost. */
export async function tryProbe(bytes: Uint8Array, { pool }: TrialDeps): Promise<Outcome> {
  try {
    await pool.probe(bytes);
    return { use: 'probe', stage: 'ran', code: 'ran', message: '' };
  } catch (error) {
    return outcomeOf('probe', 'child', error);
  }
}
