/** Runs a compiled graph once, in this process, with the pinned options. */
import type { Tensor } from '#engine/graph/tensor.ts';
import { openSession } from '#engine/run/session.ts';
import { fromValue, toValue } from '#engine/run/values.ts';
import { numbersOf } from '#engine/graph/numbers.ts';

export interface Runner {
  run(feeds: ReadonlyMap<string, Tensor>): Promise<Map<string, Tensor>>;
  close(): Promise<void>;
}

export async function openRunner(graph: Uint8Array): Promise<Runner> {
  const session = await openSession(graph, { provider: 'cpu', memoryBytes: 2 ** 30 });
  const outputs = session.info.outputs.map(({ name }) => name);
  return {
    async run(feeds) {
      const values = new Map([...feeds].map(([name, tensor]) => [name, toValue(tensor)]));
      const results = await session.run(values, outputs);
      // Copies: the runtime may use its memory again.
      return new Map(
        [...results].map(([name, value]) => {
          const tensor = fromValue(value);
          return [name, { ...tensor, data: tensor.data.slice() }];
        }),
      );
    },
    close: () => session.close(),
  };
}

export async function runOnce(graph: Uint8Array, feeds: ReadonlyMap<string, Tensor>): Promise<Map<string, Tensor>> {
  const runner = await openRunner(graph);
  const results = await runner.run(feeds);
  await runner.close();
  return results;
}

export function numbersAt(tensors: ReadonlyMap<string, Tensor>, name: string): number[] {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new RangeError(`no tensor ${name} among ${[...tensors.keys()].join(', ')}`);
  return numbersOf(tensor);
}

/** The state after a step, from its results. */
export function nextState(results: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(
    [...results].flatMap(([name, tensor]) => (name.endsWith('.next') ? [[name.slice(0, -5), tensor] as const] : [])),
  );
}

/** The largest difference relative to the largest expected number. */
export function worstError(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const scale = Math.max(...expected.map(Math.abs), 1e-12);
  return Math.max(...expected.map((number, i) => Math.abs(number - (actual[i] as number)))) / scale;
}
