/** The portable provider, and the only door to onnxruntime-web: ONNX Runtime's CPU kernels as WebAssembly, on one thread. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-web/wasm';
import { providerOf } from './providers.ts';
import { describeGraph, pinnedOptions, runtimeError, type Session, type SessionOptions } from './runtime.ts';
import type { GraphInfo } from './shard-run.ts';
import type { Value, Values } from './values.ts';

/** The runtime reads its settings when the first session opens. */
function prepare(): void {
  ort.env.logLevel = 'error';
  if (ort.env.wasm.wasmBinary !== undefined) return;
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  ort.env.wasm.wasmBinary = readFileSync(
    fileURLToPath(import.meta.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')),
  );
}

/** As in an engine profile. */
export function portableVersion(): string {
  return ort.env.versions.web ?? ort.env.versions.common;
}

/** Results are copied out of the WebAssembly memory by the runtime; a place costs one copy more. */
function put(result: Value, place: Value | undefined): Value {
  if (place === undefined) return result;
  const { data } = place;
  if (!ArrayBuffer.isView(data) || !ArrayBuffer.isView(result.data)) return result;
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).set(
    new Uint8Array(result.data.buffer, result.data.byteOffset, result.data.byteLength),
  );
  return place;
}

class PortableSession implements Session {
  readonly info: GraphInfo;
  readonly #session: ort.InferenceSession;
  readonly #memoryBytes: number;

  constructor(session: ort.InferenceSession, memoryBytes: number) {
    this.#session = session;
    this.#memoryBytes = memoryBytes;
    this.info = describeGraph(session);
  }

  async run(feeds: Values, wanted: readonly string[], into?: Values): Promise<Values> {
    try {
      const results = await this.#session.run(Object.fromEntries(feeds), [...wanted]);
      return new Map(wanted.map((name) => [name, put(results[name] as Value, into?.get(name))]));
    } catch (error) {
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

/**
 * There is one build of the kernels, whose vectors are 128 bits wide on every processor, and one thread: nothing is left for
 * the bits to depend on but the options, which are the same as natively.
 */
export async function openPortable(graph: Uint8Array, options: SessionOptions): Promise<Session> {
  prepare();
  const executionProviders = providerOf('portable').runtimeNames;
  const session = await ort.InferenceSession.create(graph, { ...pinnedOptions(options), executionProviders });
  return new PortableSession(session, options.memoryBytes);
}
