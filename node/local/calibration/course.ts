/** A training course of one subject and seed: its graph, start and data, and segments of it on any machine. */
import { initialState, syntheticSlice } from '#engine/data/synthetic.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { operatorValues } from '#engine/run/observe.ts';
import type { ShardResult, ShardRun } from '#engine/run/shard-run.ts';
import { prune } from '#engine/graph/prune.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { readSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import type { TrainOptions } from '#engine/train/options.ts';
import { compileTrain } from '#engine/train/step.ts';
import { hashText } from '#protocol/codec/abi.ts';
import type { Hash } from '#protocol/ids.ts';
import { isWeight } from '#verifier/bounded/scale.ts';
import { comparisonsIn } from '#verifier/bounded/ties.ts';
import type { Subject } from './models.ts';

export type Tensors = ReadonlyMap<string, Tensor>;

/** Anything that executes runs: an engine process, or sessions of this one. */
export interface Machine {
  run(run: ShardRun): Promise<Pick<ShardResult, 'checkpoints'>>;
}

/** A subject, compiled. */
export interface Compiled {
  readonly name: string;
  readonly graph: Uint8Array;
  /** Every float32 value of a step as an output, and what operator makes it. */
  readonly shown: { readonly graph: Uint8Array; readonly ops: ReadonlyMap<string, string> };
  readonly initial: Tensors;
  readonly batch: number;
  readonly comparisons: number;
  /** Rows for so many steps, each of which is read once. */
  data(seed: Hash, steps: number): Tensors;
  /** Of the model's own weights where they are given. */
  readonly isTrained: boolean;
}

/** The same graph with what its operators make as its outputs; `NAME.next` would be no result. */
function showAll(bytes: Uint8Array): Compiled['shown'] {
  const { opset, graph } = decodeModel(bytes);
  const values = operatorValues(graph).filter(({ name, dtype }) => dtype === 'float32' && !name.endsWith('.next'));
  const names = new Set(values.map(({ name }) => name));
  const shown = prune({ ...graph, outputs: values, values: graph.values.filter(({ name }) => !names.has(name)) });
  const ops = graph.nodes.flatMap(({ op, outputs }) => outputs.map((name) => [name, op] as const));
  return { graph: encodeModel({ opset, graph: shown }), ops: new Map(ops.filter(([name]) => names.has(name))) };
}

/** Of a model of the user's: its own weights, loss and data. */
export interface Own {
  readonly options: TrainOptions;
  readonly data: Tensors;
}

export function compileSubject({ name, model, batch, row, optimizer, classes }: Subject, own?: Own): Compiled {
  const loss = { kind: 'softmax-cross-entropy' } as const;
  const options = own?.options ?? { batch, row, loss, optimizer };
  const { step, initialState: initial } = compileTrain(model, { ...options, comparison: 'fast' });
  const features = row.reduce((product, size) => product * size, 1);
  return {
    name,
    graph: step,
    shown: showAll(step),
    initial,
    batch,
    comparisons: comparisonsIn(step),
    isTrained: own !== undefined,
    data(seed, steps) {
      if (own !== undefined) return own.data;
      const made = syntheticSlice({ seed, rows: steps * batch, features, classes });
      const x = made.get('x') as Tensor;
      return new Map([...made, ['x', { ...x, shape: [steps * batch, ...row] }]]);
    },
  };
}

/** A segment, honest or not, goes from one state to the next. */
export interface Course {
  readonly of: Compiled;
  readonly seed: Hash;
  readonly start: Tensors;
  readonly data: Tensors;
}

/** Weights of rank 2 and more are drawn; everything else is as the compiler made it. */
export function courseOf(of: Compiled, name: string, steps: number): Course {
  const seed = hashText(`corex calibrate ${name}`);
  const infos = [...of.initial].map(([key, { dtype, shape }]) => ({ name: key, dtype, shape }));
  const drawn = initialState(seed, infos);
  const start = [...of.initial].map(([key, tensor]) => {
    const isDrawn = !of.isTrained && tensor.shape.length > 1 && isWeight(key, tensor, of.initial);
    return [key, isDrawn ? (drawn.get(key) as Tensor) : tensor] as const;
  });
  return { of, seed, start: new Map(start), data: of.data(seed, steps) };
}

/** Where in the course. */
export interface Stretch {
  readonly firstStep: number;
  readonly steps: number;
}

const runOf = ({ of, seed, data }: Course, state: Tensors, { firstStep, steps }: Stretch) => ({
  state: writeSafetensors(state),
  data: writeSafetensors(data),
  batch: of.batch,
  firstStep,
  steps,
  segment: steps,
  seed,
  comparison: 'fast' as const,
});

/** @returns the state at the end, and the results on the way */
export async function advance(machine: Machine, course: Course, state: Tensors, stretch: Stretch) {
  const run = { ...runOf(course, state, stretch), kind: 'train', graph: course.of.graph } as const;
  const [end] = (await machine.run(run)).checkpoints;
  const read = (bytes: Uint8Array | null | undefined): Tensors => (bytes ? readSafetensors(bytes) : new Map());
  return { state: read(end?.state), outputs: read(end?.outputs) };
}

/** What the operators make of the first batch in this state. */
export async function lookInside(machine: Machine, course: Course, state: Tensors): Promise<Tensors> {
  const stretch = { firstStep: 0, steps: 1 };
  const run = { ...runOf(course, state, stretch), kind: 'infer', graph: course.of.shown.graph } as const;
  const { inputs } = decodeModel(run.graph).graph;
  const needed = new Map([...state].filter(([name]) => inputs.some((input) => input.name === name)));
  const [end] = (await machine.run({ ...run, state: writeSafetensors(needed) })).checkpoints;
  return end?.outputs ? readSafetensors(end.outputs) : new Map();
}
