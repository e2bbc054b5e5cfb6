/** One graph on the runtime, against what the arithmetic of the verifier predicts of its elements. */
import { GraphBuilder } from '#engine/graph/build.ts';
import { OPSET } from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { openSession } from '#engine/run/session.ts';
import { toValue } from '#engine/run/values.ts';
import type { Numbers } from './adjudicate-numbers.ts';

export interface Trial {
  readonly op: string;
  /** Adds the operator. @returns its result's name */
  build(b: GraphBuilder): string;
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Does the sign of a zero depend on where in memory operands begin, or on a vector's last lanes? */
  readonly hasLooseZero?: boolean;
  /** The element at this place, in row-major order. */
  predict(at: number): number | bigint | boolean;
}

export interface Tally {
  readonly op: string;
  readonly elements: number;
  /** Sentences about the first ones. */
  readonly wrong: readonly string[];
  readonly wrongs: number;
}

const MEMORY_BYTES = 2 ** 30;
const SHOWN = 3;

async function resultOf({ build, feeds }: Trial): Promise<ArrayLike<number | bigint>> {
  const b = new GraphBuilder();
  b.output(build(b), 'y');
  const model = encodeModel({ opset: OPSET, graph: b.finish('trial') });
  const session = await openSession(model, { provider: 'cpu', memoryBytes: MEMORY_BYTES, threads: 1 });
  try {
    const values = new Map(Object.entries(feeds).map(([name, tensor]) => [name, toValue(tensor)]));
    const data = (await session.run(values, ['y'])).get('y')?.data;
    if (!ArrayBuffer.isView(data) || data instanceof DataView)
      throw new RangeError('the result is no tensor of numbers');
    return data as ArrayLike<number | bigint>;
  } finally {
    await session.close();
  }
}

const shown = (value: number | bigint | undefined): string => (Object.is(value, -0) ? '-0' : String(value));

/** @param samples at most so many elements of the result, all of them if it has no more */
export async function tried(trial: Trial, numbers: Numbers, samples: number): Promise<Tally> {
  const result = await resultOf(trial);
  const count = Math.min(samples, result.length);
  const wrong: string[] = [];
  let wrongs = 0;
  for (let i = 0; i < count; i++) {
    const at = count === result.length ? i : numbers.below(result.length);
    const predicted = trial.predict(at);
    const expected = typeof predicted === 'boolean' ? Number(predicted) : predicted;
    // The two zeros differ, any NaN is any other.
    const found = result[at];
    if (Object.is(found, expected) || (trial.hasLooseZero === true && found === 0 && expected === 0)) continue;
    wrongs++;
    if (wrong.length < SHOWN) wrong.push(`${trial.op}[${at}] is ${shown(found)}, predicted ${shown(expected)}`);
  }
  return { op: trial.op, elements: count, wrong, wrongs };
}
