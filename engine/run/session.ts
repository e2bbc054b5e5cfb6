/** A loaded graph, whichever runtime computes it; and the only door to onnxruntime-node, with pinned options. */
import * as ort from 'onnxruntime-node';
import { CorexError } from '#protocol/errors.ts';
import { engineError } from './errors.ts';
import { PROVIDERS, type ProviderName } from './providers.ts';
import type { GraphInfo, ValueInfo } from './shard-run.ts';
import { isDataType, type Values } from './values.ts';

export interface Session {
  readonly info: GraphInfo;
  /**
   * @param into where results go, for those that have a place; the others get a new one
   * @throws CorexError ENGINE_STEP_FAILED, ENGINE_OUT_OF_MEMORY
   */
  run(feeds: Values, wanted: readonly string[], into?: Values): Promise<Values>;
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly provider: ProviderName;
  /** Only for the error's text; the process has the limit. */
  readonly memoryBytes: number;
  /** `exact`, the default: bits that repeat. `fast`: the runtime rewrites the graph as it likes, results are near. */
  readonly comparison?: 'exact' | 'fast';
  /** Threads inside an operator, 1 if not given. */
  readonly threads?: number;
}

/**
 * What makes bits repeatable (DESIGN section 5): the graph as written, one operator at a time.
 * The profile's name stands for these options too: changing one makes another engine.
 */
const PINNED = {
  graphOptimizationLevel: 'disabled',
  executionMode: 'sequential',
  interOpNumThreads: 1,
  logSeverityLevel: 3,
} as const satisfies ort.InferenceSession.SessionOptions;

const COMPARISONS = {
  exact: PINNED,
  fast: { ...PINNED, graphOptimizationLevel: 'all' },
} as const satisfies Record<NonNullable<SessionOptions['comparison']>, ort.InferenceSession.SessionOptions>;

/** How the runtime, the C++ library and V8 say that memory ran out. */
const NO_MEMORY = /bad_alloc|failed to allocate|allocation failed|out of memory/i;

export function runtimeVersion(): string {
  return ort.env.versions.node ?? ort.env.versions.common;
}

/** A runtime's error as ours. */
export function runtimeError(error: unknown, otherwise: 'STEP_FAILED' | 'MODEL_REFUSED', limitBytes: number) {
  const why = (error instanceof Error ? error.message : String(error)).slice(0, 500);
  if (NO_MEMORY.test(why)) return engineError('OUT_OF_MEMORY', { limitBytes, why }, error);
  return engineError(otherwise, { why }, error);
}

export function describe(metadata: readonly ort.InferenceSession.ValueMetadata[]): ValueInfo[] {
  return metadata.map((value) => {
    if (!value.isTensor) throw engineError('MODEL_REFUSED', { why: `${value.name} is no tensor` });
    if (!isDataType(value.type))
      throw engineError('MODEL_REFUSED', { why: `${value.name} has element type ${value.type}` });
    return { name: value.name, dtype: value.type, shape: value.shape };
  });
}

class NativeSession implements Session {
  readonly info: GraphInfo;
  readonly #session: ort.InferenceSession;
  readonly #memoryBytes: number;

  constructor(session: ort.InferenceSession, memoryBytes: number) {
    this.#session = session;
    this.#memoryBytes = memoryBytes;
    this.info = { inputs: describe(session.inputMetadata), outputs: describe(session.outputMetadata) };
  }

  async run(feeds: Values, wanted: readonly string[], into?: Values): Promise<Values> {
    // null: the runtime allocates.
    const places = wanted.map((name) => [name, into?.get(name) ?? null] as const);
    try {
      const results = await this.#session.run(Object.fromEntries(feeds), Object.fromEntries(places));
      return new Map(places.map(([name, place]) => [name, place ?? (results[name] as ort.Tensor)]));
    } catch (error) {
      throw runtimeError(error, 'STEP_FAILED', this.#memoryBytes);
    }
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

async function openNative(graph: Uint8Array, options: SessionOptions): Promise<Session> {
  const { provider, memoryBytes, comparison = 'exact', threads = 1 } = options;
  const pinned = { ...COMPARISONS[comparison], intraOpNumThreads: threads };
  const executionProviders = PROVIDERS[provider].runtimeNames;
  return new NativeSession(await ort.InferenceSession.create(graph, { ...pinned, executionProviders }), memoryBytes);
}

/** @throws CorexError ENGINE_MODEL_REFUSED, ENGINE_OUT_OF_MEMORY */
export async function openSession(graph: Uint8Array, options: SessionOptions): Promise<Session> {
  const provider: string = options.provider;
  try {
    // Loaded here only, so that nobody else pays for its WebAssembly.
    if (provider === 'portable') return await (await import('./portable.ts')).openPortable(graph, options);
    return await openNative(graph, options);
  } catch (error) {
    if (error instanceof CorexError) throw error;
    throw runtimeError(error, 'MODEL_REFUSED', options.memoryBytes);
  }
}
