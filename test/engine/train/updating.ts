/** Runs the update of a training step on its own: gradients are fed in instead of computed. */
import { SeededRandom } from '#engine/data/random.ts';
import { GraphBuilder } from '#engine/graph/build.ts';
import { type Node, OPSET } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import type { UpdateOptions } from '#engine/train/options.ts';
import { addUpdate } from '#engine/train/update.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import type { Named } from './plain-update.ts';
import { nextState, numbersAt, openRunner } from './running.ts';

export type Shapes = Readonly<Record<string, readonly number[]>>;

/** Uniform in [-1, 1), exact in float32. */
export function randomNumbers(seed: string, count: number): number[] {
  const random = new SeededRandom(sha256Hash(Buffer.from(seed)), 'test');
  return Array.from({ length: count }, () => random.signed(24) / 2 ** 23);
}

export function randomNamed(seed: string, shapes: Shapes): Map<string, number[]> {
  return new Map(
    Object.entries(shapes).map(([name, shape]) => [name, randomNumbers(`${seed}/${name}`, elementCount(shape))]),
  );
}

export interface Update {
  readonly graph: Uint8Array;
  readonly nodes: readonly Node[];
  readonly state: ReadonlyMap<string, Tensor>;
}

/** @param silent weights that get no gradient */
export function compileUpdate(weights: Named, shapes: Shapes, options: UpdateOptions, silent: string[] = []): Update {
  const b = new GraphBuilder();
  const tensors = new Map(
    [...weights].map(([name, numbers]) => [name, tensorOf('float32', shapes[name] ?? [], numbers)] as const),
  );
  for (const [name, tensor] of tensors) b.input(name, tensor);
  const learning = [...tensors].filter(([name]) => !silent.includes(name));
  const gradients = new Map(learning.map(([name, tensor]) => [name, b.input(`gradient.${name}`, tensor)]));
  const kept = addUpdate(b, tensors, gradients, options);
  const graph = b.finish('update');
  return { graph: encodeModel({ opset: OPSET, graph }), nodes: graph.nodes, state: new Map([...tensors, ...kept]) };
}

/** One step for each of the gradients. @returns the state after each */
export async function runUpdates(update: Update, shapes: Shapes, gradients: readonly Named[]) {
  const runner = await openRunner(update.graph);
  const states: Array<ReadonlyMap<string, Tensor>> = [];
  let state = update.state;
  for (const slopes of gradients) {
    const fed = [...slopes].map(
      ([name, numbers]) => [`gradient.${name}`, tensorOf('float32', shapes[name] ?? [], numbers)] as const,
    );
    state = nextState(await runner.run(new Map([...state, ...fed])));
    states.push(state);
  }
  await runner.close();
  return states;
}

export const numbersOfAll = (state: ReadonlyMap<string, Tensor>, names: Iterable<string>): Map<string, number[]> =>
  new Map([...names].map((name) => [name, numbersAt(state, name)]));
