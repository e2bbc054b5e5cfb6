/** Gradients of a model on one batch, and what some steps on it make of the weights, computed in an engine process. */
import { numbersOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import type { ShardResult, ShardRun } from '#engine/run/shard-run.ts';
import { readSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import { concatenate } from '#engine/state/state.ts';
import type { TrainOptions } from '#engine/train/options.ts';
import { compileGradients, compileTrain } from '#engine/train/step.ts';
import { hashText } from '#protocol/codec/abi.ts';
import type { Executor } from '#verifier/replay.ts';
import { type Batch, checkClasses, columnsFor } from './batch.ts';
import { repeatedSlice, stepsAtOnce } from './repeated.ts';
import type { Differentiation } from './training-flags.ts';

export interface Ports {
  readonly engine: Executor;
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** A repeated command draws the same dropout masks. */
const SEED = hashText('corex gradients');

type Chosen = Pick<ShardRun, 'kind' | 'graph' | 'state' | 'data' | 'batch' | 'steps' | 'seed'>;

function execute({ engine, threads, signal }: Ports, chosen: Chosen, comparison: 'exact' | 'fast' | undefined) {
  const { steps } = chosen;
  const run = { ...chosen, firstStep: 0, segment: steps, threads, comparison: comparison ?? 'exact' };
  return engine.run(run, signal);
}

/** Results of the whole run: one segment, hence one file. */
function outputsOf({ checkpoints }: ShardResult): Map<string, Tensor> {
  const bytes = checkpoints[0]?.outputs;
  return bytes === undefined || bytes === null ? new Map() : readSafetensors(bytes);
}

/** @returns `logits`, `loss` and `grad.NAME` of every weight. @throws MODEL_…, ENGINE_…, CLI_BATCH */
export async function differentiateOn(
  ports: Ports,
  model: Uint8Array,
  batch: Batch,
  options: Differentiation,
): Promise<Map<string, Tensor>> {
  const { graph, weights } = compileGradients(model, options);
  const { outputs } = decodeModel(graph).graph;
  const data = writeSafetensors(columnsFor(graph, batch));
  if (options.loss.kind === 'softmax-cross-entropy') {
    const logits = outputs.find(({ name }) => name === 'logits');
    checkClasses(batch, Number(logits?.shape.at(-1)), options.loss.ignoreIndex);
  }
  const state = writeSafetensors(weights);
  const result = await execute(
    ports,
    { kind: 'infer', graph, state, data, batch: batch.rows, steps: 1, seed: SEED },
    options.comparison,
  );
  const gathered = outputsOf(result);
  // An engine gathers the results of many steps in one tensor; of a single step only the shape differs.
  return new Map(
    outputs.flatMap(({ name, shape }) => {
      const tensor = gathered.get(name);
      return tensor === undefined ? [] : [[name, { ...tensor, shape: shape.map(Number) }] as const];
    }),
  );
}

/** @returns `losses` before each step, and `param.NAME` after the last. @throws MODEL_…, ENGINE_…, CLI_BATCH */
export async function trainOn(
  ports: Ports,
  model: Uint8Array,
  batch: Batch,
  options: TrainOptions & { readonly steps: number },
): Promise<Map<string, Tensor>> {
  const { step: graph, initialState } = compileTrain(model, options);
  const columns = columnsFor(graph, batch);
  const { rows } = batch;
  let state = writeSafetensors(initialState);
  const losses: Uint8Array[] = [];
  for (let done = 0; done < options.steps; ) {
    const steps = Math.min(options.steps - done, stepsAtOnce(columns));
    const seed = hashText(`corex gradients, from step ${done}`);
    const data = repeatedSlice(columns, { rows, steps, seed });
    const chosen = { kind: 'train', graph, state, data, batch: rows, steps, seed } as const;
    const result = await execute(ports, chosen, options.comparison);
    state = result.checkpoints.at(-1)?.state ?? state;
    losses.push(outputsOf(result).get('loss')?.data ?? new Uint8Array());
    done += steps;
  }
  const { initializers } = decodeModel(model).graph;
  const trained = [...readSafetensors(state)].filter(([name]) => initializers.has(name));
  return new Map([
    ...trained.map(([name, tensor]) => [`param.${name}`, tensor] as const),
    ['losses', concatenate('float32', [], losses)] as const,
  ]);
}

export interface Norm {
  readonly name: string;
  readonly shape: readonly number[];
  /** Square root of the sum of squares. */
  readonly norm: number;
  readonly largest: number;
}

export function normsOf(tensors: ReadonlyMap<string, Tensor>): Norm[] {
  return [...tensors]
    .filter(([name]) => name.startsWith('grad.'))
    .map(([name, tensor]) => {
      const numbers = numbersOf(tensor);
      const squares = numbers.reduce((sum, value) => sum + value * value, 0);
      const largest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return { name: name.slice('grad.'.length), shape: tensor.shape, norm: Math.sqrt(squares), largest };
    });
}
