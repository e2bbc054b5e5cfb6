/** baseMaterial(): everything that a base task consists of, from its seed alone. */
import { initialState, syntheticSlice } from '#engine/data/synthetic.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { commitmentOf } from '#engine/state/state.ts';
import type { Hash } from '#protocol/ids.ts';
import { BASE_SHARD } from '#protocol/work/base-task.ts';
import { BASE_MODEL, perceptron } from './base-model.ts';
import { type CompiledTrain, compileTrain } from './step.ts';

const OPTIMIZER = { kind: 'sgd', lr: 0.05, momentum: 0.9 } as const;

export interface BaseMaterial {
  readonly graph: Uint8Array;
  readonly state: Uint8Array;
  readonly stateRoot: Hash;
  readonly data: Uint8Array;
  readonly unitsPerStep: bigint;
}

/** The same graph for every seed. */
let compiled: CompiledTrain | undefined;

function baseGraph(): CompiledTrain {
  compiled ??= compileTrain(perceptron(BASE_MODEL), {
    batch: BASE_SHARD.batch,
    loss: { kind: 'softmax-cross-entropy' },
    optimizer: OPTIMIZER,
  });
  return compiled;
}

/** What every base task computes in a step. */
export function baseStep(): { readonly graph: Uint8Array; readonly unitsPerStep: bigint } {
  const { step, units } = baseGraph();
  return { graph: step, unitsPerStep: units };
}

export function baseMaterial(seed: Hash): BaseMaterial {
  const { step, initialState: like, units } = baseGraph();
  const infos = [...like].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const state = initialState(seed, infos, (name) => name.endsWith('.momentum'));
  const { features, classes } = BASE_MODEL;
  return {
    graph: step,
    state: writeSafetensors(state),
    stateRoot: commitmentOf(state),
    data: writeSafetensors(syntheticSlice({ seed, rows: BASE_SHARD.rows, features, classes })),
    unitsPerStep: units,
  };
}
