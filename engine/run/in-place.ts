/** A session that writes results where the caller wants them, and copies none of them.
 *
 * onnxruntime-node writes into tensors that are given as fetches, but then copies each of them once more, for the object that it
 * answers. A result that JavaScript cannot hold ends its answer before the first copy, when the run itself is over: so the graph
 * gets one, an empty sequence, as its first output. Of a step that writes 128 MiB this leaves 20 ms of 160.
 */
import type { InferenceSession } from 'onnxruntime-common';
import { describeMetadata, reasonOf, runtimeError, type Session } from './runtime.ts';
import type { GraphInfo } from './shard-run.ts';
import type { Value, Values } from './values.ts';

const MARK = 'corex.in-place';
/** What the binding says of a result that is a sequence, after the run. */
const AFTER_THE_RUN = /Non tensor type is temporarily not supported/;

/** Field numbers: https://github.com/onnx/onnx/blob/v1.18.0/onnx/onnx.proto3; all lengths are below 128. */
const field = (number: number, content: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.of((number << 3) | 2, bytes.length), bytes]);
};
/** TypeProto of float32: tensor_type 1 { elem_type 1: FLOAT 1 }. */
const FLOAT = field(1, Uint8Array.of(1 << 3, 1));
const PREFIX = field(
  7,
  Buffer.concat([
    field(1, Buffer.concat([field(2, MARK), field(4, 'SequenceEmpty')])),
    field(12, Buffer.concat([field(1, MARK), field(2, field(4, field(1, FLOAT)))])),
  ]),
);

/** Concatenated messages are merged, their lists appended: https://protobuf.dev/programming-guides/encoding/#last-one-wins. */
export function withMark(graph: Uint8Array): Uint8Array {
  return Buffer.concat([PREFIX, graph]);
}

export class InPlaceSession implements Session {
  readonly info: GraphInfo;
  readonly writesInto = true;
  readonly #session: InferenceSession;
  readonly #memoryBytes: number;

  constructor(session: InferenceSession, memoryBytes: number) {
    this.#session = session;
    this.#memoryBytes = memoryBytes;
    this.info = {
      inputs: describeMetadata(session.inputMetadata),
      outputs: describeMetadata(session.outputMetadata.filter(({ name }) => name !== MARK)),
    };
  }

  async run(feeds: Values, wanted: readonly string[], into?: Values): Promise<Values> {
    const places = new Map(wanted.map((name) => [name, into?.get(name) ?? null]));
    const isPlaced = [...places.values()].every((place) => place !== null);
    const marked = isPlaced && places.size > 0 ? [[MARK, null] as const] : [];
    try {
      const results = await this.#session.run(Object.fromEntries(feeds), Object.fromEntries([...marked, ...places]));
      return new Map([...places].map(([name, place]) => [name, place ?? (results[name] as Value)]));
    } catch (error) {
      if (isPlaced && AFTER_THE_RUN.test(reasonOf(error))) return places as Values;
      throw runtimeError(error, 'STEP_FAILED', this.#memoryBytes);
    }
  }

  async read(values: Values): Promise<Values> {
    return values;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
