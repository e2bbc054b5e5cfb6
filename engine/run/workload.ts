/** What a provider is measured on: a model's training step and its inference batch, on data from a seed. */
import { SeededRandom } from '#engine/data/random.ts';
import { uniform } from '#engine/data/synthetic.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { perceptron } from '#engine/train/base-model.ts';
import { compileInfer } from '#engine/train/infer.ts';
import type { TrainOptions } from '#engine/train/options.ts';
import { compileTrain } from '#engine/train/step.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import type { Load } from './measure-child.ts';

/** A graph with its inputs, and what one run of it counts for. */
export interface Task extends Load {
  readonly units: bigint;
}

export interface Workload {
  readonly name: string;
  readonly train: Task;
  readonly infer: Task;
  readonly comparison: 'exact' | 'fast';
}

const SEED = sha256Hash(new TextEncoder().encode('corex.bench.v1'));
/** Weights of uniform values below 2^-4 keep the sums of a layer of some hundred inputs near 1. */
const WEIGHT_EXPONENT = -4;
const seeded = (name: string, shape: readonly number[], exponent: number): Tensor =>
  uniform(new SeededRandom(SEED, name), shape, exponent);

/** Integers are classes or tokens: 0 and 1 are valid ones of every model. */
function dataFor(name: string, { dtype, shape }: Pick<Tensor, 'dtype' | 'shape'>): Tensor {
  if (dtype === 'float32') return seeded(name, shape, 0);
  return tensorOf(
    dtype,
    shape,
    Array.from({ length: elementCount(shape) }, (_, i) => i % 2),
  );
}

/** The state, and seeded data for all other inputs of the graph. */
function taskOf(graph: Uint8Array, state: ReadonlyMap<string, Tensor>, units: bigint): Task {
  const data = decodeModel(graph)
    .graph.inputs.filter(({ name }) => !state.has(name))
    .map(({ name, dtype, shape }) => [name, dataFor(name, { dtype, shape: shape.map(Number) })] as const);
  return { graph, inputs: new Map([...state, ...data]), units };
}

/** @throws CorexError MODEL_* */
export function workloadOf(
  model: Uint8Array,
  options: Omit<TrainOptions, 'optimizer'> & { readonly name: string; readonly comparison?: 'exact' | 'fast' },
): Workload {
  const { name, comparison = 'exact', ...rest } = options;
  const train = compileTrain(model, { ...rest, comparison, optimizer: { kind: 'sgd', lr: 2 ** -10, momentum: 0.9 } });
  const infer = compileInfer(model, { batch: rest.batch, labels: false, comparison });
  return {
    name,
    train: taskOf(train.step, train.initialState, train.units),
    infer: taskOf(infer.step, infer.state, infer.units),
    comparison,
  };
}

/** A perceptron of 669,706 weights, batch 64: large enough that a graphics card has something to do. */
export function perceptronWorkload(): Workload {
  const model = perceptron({
    features: 784,
    layers: [512, 512],
    classes: 10,
    weight: (name, shape) => seeded(name, shape, WEIGHT_EXPONENT),
  });
  return workloadOf(model, { name: 'mlp', batch: 64, loss: { kind: 'softmax-cross-entropy' } });
}
