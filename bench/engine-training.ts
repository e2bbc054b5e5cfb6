/** What the engine's benchmarks execute: a perceptron of a given size under AdamW, on random rows. */
import { uniform } from '#engine/data/synthetic.ts';
import { SeededRandom } from '#engine/data/random.ts';
import { byteLength, type Tensor } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import type { ShardRun } from '#engine/run/shard-run.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { perceptron } from '#engine/train/base-model.ts';
import { compileTrain } from '#engine/train/step.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';

export const SEED = sha256Hash(new TextEncoder().encode('corex.bench'));
const ADAMW = { kind: 'adamw', lr: 0.001 } as const;

export interface TrainingSize {
  readonly features: number;
  readonly layers: readonly number[];
  readonly classes: number;
  readonly batch: number;
}

export interface Training {
  readonly run: ShardRun;
  readonly parameters: number;
  /** Bytes that a step cannot do without: the state, a gradient for each weight, and what the forward pass computes. */
  readonly bytes: { readonly state: number; readonly gradients: number; readonly activations: number };
}

const seeded = (name: string, shape: readonly number[]): Tensor => uniform(new SeededRandom(SEED, name), shape, -5);

/** Nothing larger than a weight is drawn twice: the seeded stream is slow. */
export function repeated(name: string, shape: readonly number[]): Tensor {
  const data = new Uint8Array(byteLength('float32', shape));
  const part = seeded(name, [Math.min(2 ** 16, data.length / 4)]).data;
  for (let at = 0; at < data.length; at += part.length) data.set(part.subarray(0, data.length - at), at);
  return { dtype: 'float32', shape, data };
}

/** @param counts steps, and steps between checkpoints */
export function training(size: TrainingSize, counts: { readonly steps: number; readonly segment: number }): Training {
  const { batch, features, classes } = size;
  const loss = { kind: 'softmax-cross-entropy' } as const;
  const { step, initialState } = compileTrain(perceptron({ ...size, weight: repeated }), {
    batch,
    loss,
    optimizer: ADAMW,
  });
  const rows = 4 * batch;
  const y = new BigInt64Array(rows).map((_, row) => BigInt(row % classes));
  const data = new Map<string, Tensor>([
    ['x', repeated('x', [rows, features])],
    ['y', { dtype: 'int64', shape: [rows], data: new Uint8Array(y.buffer) }],
  ]);
  const state = writeSafetensors(initialState);
  const weights = size.layers.concat(classes).reduce((sum, width, i) => {
    const before = i === 0 ? features : (size.layers[i - 1] as number);
    return sum + (before + 1) * width;
  }, 0);
  const activations = decodeModel(step).graph.values.filter(
    ({ name, shape }) => name.startsWith('forward.') && shape[0] === batch,
  );
  return {
    run: {
      kind: 'train',
      graph: step,
      state,
      data: writeSafetensors(data),
      batch,
      firstStep: 0,
      seed: SEED,
      ...counts,
    },
    parameters: weights,
    bytes: {
      state: state.length,
      gradients: 4 * weights,
      activations: activations.reduce((sum, { dtype, shape }) => sum + byteLength(dtype, shape as number[]), 0),
    },
  };
}
