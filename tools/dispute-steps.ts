/** One step of a graph on the runtime with every value in sight, and its program. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prune } from '#engine/graph/prune.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { NEXT } from '#engine/run/aliasing.ts';
import { operatorValues } from '#engine/run/observe.ts';
import { openSession } from '#engine/run/session.ts';
import { fromValue, toValue, type Value } from '#engine/run/values.ts';
import { importSafetensors } from '#engine/state/safetensors.ts';
import { compileTrain } from '#engine/train/step.ts';
import { widthOf } from '#protocol/dispute/access.ts';
import { compileProgram, type Program } from '#verifier/dispute/compile.ts';
import type { ReadElement } from '#verifier/dispute/gather.ts';

const LOSS = { kind: 'softmax-cross-entropy' } as const;
const ADAMW = { kind: 'adamw', lr: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 } as const;
const MEMORY = 2 ** 30;

type Tensors = ReadonlyMap<string, Tensor>;

export interface SeenStep {
  readonly program: Program;
  /** Bytes of each value by its number. */
  readonly values: readonly Uint8Array[];
  /** Operator that makes each value, by its number; inputs and initializers have none. */
  readonly operators: ReadonlyArray<string | undefined>;
  readonly read: ReadElement;
}

/** Copies of every output, step after step, each from the state that the one before left. @returns the last one's, and what it was fed */
async function ran(graph: Uint8Array, feeds: Tensors, steps: number): Promise<{ fed: Tensors; results: Tensors }> {
  const session = await openSession(graph, { provider: 'cpu', memoryBytes: MEMORY });
  const names = session.info.outputs.map(({ name }) => name);
  let fed = feeds;
  let results = new Map<string, Tensor>();
  for (let step = 0; step < steps; step++) {
    const next = [...results].filter(([name]) => name.endsWith(NEXT));
    fed = new Map([...fed, ...next.map(([name, tensor]) => [name.slice(0, -NEXT.length), tensor] as const)]);
    const seen = await session.run(new Map([...fed].map(([name, tensor]) => [name, toValue(tensor)])), names);
    results = new Map([...seen].map(([name, value]) => [name, copied(value)]));
  }
  await session.close();
  return { fed, results };
}

function copied(value: Value): Tensor {
  const tensor = fromValue(value);
  return { ...tensor, data: tensor.data.slice() };
}

/** Looks at the last of some steps: every operator's value is an output. */
export async function seeStep(graph: Uint8Array, feeds: Tensors, steps = 1): Promise<SeenStep> {
  const model = decodeModel(graph);
  const program = compileProgram(graph);
  const outputs = operatorValues(model.graph);
  const shown = prune({ ...model.graph, outputs, values: [] });
  const { fed, results } = await ran(encodeModel({ opset: model.opset, graph: shown }), feeds, steps);
  const values = program.values.map(({ name }) => {
    const tensor = fed.get(name) ?? model.graph.initializers.get(name) ?? results.get(name);
    if (tensor === undefined) throw new RangeError(`no value ${name}`);
    return tensor.data;
  });
  const made = new Map(model.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node.op] as const)));
  const read: ReadElement = (source, position) => {
    const width = widthOf(program.values[source]?.dtype ?? 'uint8');
    const bytes = values[source]?.subarray(position * width, (position + 1) * width);
    if (bytes?.length !== width) throw new RangeError(`value ${source} has no element ${position}`);
    return bytes;
  };
  return { program, values, operators: program.values.map(({ name }) => made.get(name)), read };
}

/** Step graph of a reference model under AdamW and what it begins from; null where its folder is not there. */
export function referenceStep(folder: string): { graph: Uint8Array; feeds: Tensors } | null {
  const file = join(folder, 'forward.onnx');
  if (!existsSync(file)) return null;
  const expected = importSafetensors(readFileSync(join(folder, 'expected.safetensors')));
  const [x, y] = [expected.get('x'), expected.get('y')];
  if (x === undefined || y === undefined) throw new RangeError(`there is no x and y in ${folder}`);
  const { step, initialState } = compileTrain(readFileSync(file), {
    batch: x.shape[0] ?? 1,
    loss: LOSS,
    optimizer: ADAMW,
  });
  return { graph: step, feeds: new Map([...initialState, ['x', x], ['y', y]]) };
}
