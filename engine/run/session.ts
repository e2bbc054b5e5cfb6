/** The only door to onnxruntime-node: sessions with pinned options, and tensors in and out without needless copies. */
import * as ort from 'onnxruntime-node';
import { bytesPerElement, type DataType, elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { engineError } from './errors.ts';
import { PROVIDERS, type ProviderName } from './providers.ts';
import type { GraphInfo, ValueInfo } from './shard-run.ts';

/** A value that the runtime can read; outputs are fed back as inputs as they are. */
export type Value = ort.Tensor;
export type Values = ReadonlyMap<string, Value>;

/**
 * What makes bits repeatable (DESIGN section 5): the graph as written, one operator at a time, one thread.
 * The profile's name stands for these options too: changing one makes another engine.
 */
const PINNED = {
  graphOptimizationLevel: 'disabled',
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
} as const satisfies ort.InferenceSession.SessionOptions;

const DATA_TYPES = new Set<string>(Object.keys(bytesPerElement));
const isDataType = (text: string): text is DataType => DATA_TYPES.has(text);
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 500);
/** How the runtime, the C++ library and V8 say that memory ran out. */
const NO_MEMORY = /bad_alloc|failed to allocate|allocation failed|out of memory/i;

export function runtimeVersion(): string {
  return ort.env.versions.node ?? ort.env.versions.common;
}

/** The runtime reads elements in place, so they must lie on their natural boundary; only misplaced bytes are copied. */
function inPlace(bytes: Uint8Array, width: number): Uint8Array {
  return bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
}

export function toValue({ dtype, shape, data }: Tensor): Value {
  const { buffer, byteOffset } = inPlace(data, bytesPerElement[dtype]);
  const count = elementCount(shape);
  switch (dtype) {
    case 'float32':
      return new ort.Tensor('float32', new Float32Array(buffer, byteOffset, count), shape);
    case 'float64':
      return new ort.Tensor('float64', new Float64Array(buffer, byteOffset, count), shape);
    case 'int64':
      return new ort.Tensor('int64', new BigInt64Array(buffer, byteOffset, count), shape);
    case 'int32':
      return new ort.Tensor('int32', new Int32Array(buffer, byteOffset, count), shape);
    case 'uint8':
      return new ort.Tensor('uint8', new Uint8Array(buffer, byteOffset, count), shape);
    case 'bool':
      return new ort.Tensor('bool', new Uint8Array(buffer, byteOffset, count), shape);
  }
}

/** A view of the runtime's value, not a copy. */
export function fromValue(value: Value): Tensor {
  const { type, data, dims } = value;
  if (!isDataType(type) || !ArrayBuffer.isView(data))
    throw engineError('BAD_GRAPH', { why: `a result has element type ${type}` });
  return { dtype: type, shape: dims, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

function describe(metadata: readonly ort.InferenceSession.ValueMetadata[]): ValueInfo[] {
  return metadata.map((value) => {
    if (!value.isTensor) throw engineError('MODEL_REFUSED', { why: `${value.name} is no tensor` });
    if (!isDataType(value.type))
      throw engineError('MODEL_REFUSED', { why: `${value.name} has element type ${value.type}` });
    return { name: value.name, dtype: value.type, shape: value.shape };
  });
}

/** One loaded graph. */
export class Session {
  readonly info: GraphInfo;
  readonly #session: ort.InferenceSession;
  readonly #memoryBytes: number;

  constructor(session: ort.InferenceSession, memoryBytes: number) {
    this.#session = session;
    this.#memoryBytes = memoryBytes;
    this.info = { inputs: describe(session.inputMetadata), outputs: describe(session.outputMetadata) };
  }

  /** @throws CorexError ENGINE_STEP_FAILED, ENGINE_OUT_OF_MEMORY */
  async run(feeds: Values, wanted: readonly string[]): Promise<Values> {
    try {
      const results = await this.#session.run(Object.fromEntries(feeds), [...wanted]);
      return new Map(wanted.map((name) => [name, results[name] as Value]));
    } catch (error) {
      const why = reasonOf(error);
      if (NO_MEMORY.test(why)) throw engineError('OUT_OF_MEMORY', { limitBytes: this.#memoryBytes, why }, error);
      throw engineError('STEP_FAILED', { why }, error);
    }
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

export interface SessionOptions {
  readonly provider: ProviderName;
  /** Only for the error's text; the process has the limit. */
  readonly memoryBytes: number;
}

/** @throws CorexError ENGINE_MODEL_REFUSED */
export async function openSession(graph: Uint8Array, { provider, memoryBytes }: SessionOptions): Promise<Session> {
  try {
    const options = { ...PINNED, executionProviders: PROVIDERS[provider].runtimeNames };
    const session = await ort.InferenceSession.create(graph, options);
    return new Session(session, memoryBytes);
  } catch (error) {
    const why = reasonOf(error);
    if (NO_MEMORY.test(why)) throw engineError('OUT_OF_MEMORY', { limitBytes: memoryBytes, why }, error);
    throw engineError('MODEL_REFUSED', { why }, error);
  }
}
