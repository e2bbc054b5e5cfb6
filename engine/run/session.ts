/** Opens a graph with whichever runtime its provider needs; the only door to onnxruntime-node. */
import * as ort from 'onnxruntime-node';
import { CorexError } from '#protocol/errors.ts';
import { whyNoCuda } from './cuda.ts';
import { DeviceSession } from './device-state.ts';
import { InPlaceSession, withMark } from './in-place.ts';
import { providerError } from './provider-errors.ts';
import { type ProviderName, providerOf } from './providers.ts';
import { describeGraph, pinnedOptions, reasonOf, runtimeError, type Session, type SessionOptions } from './runtime.ts';
import type { GraphInfo } from './shard-run.ts';
import type { Values } from './values.ts';
import { webgpuFor } from './webgpu.ts';

export type { Session, SessionOptions } from './runtime.ts';

export function runtimeVersion(): string {
  return ort.env.versions.node ?? ort.env.versions.common;
}

/** `onnxruntime-1.30.0`, `onnxruntime-web-1.30.0`: the first part of an engine's name. */
export async function runtimeName(provider: ProviderName): Promise<string> {
  if (providerOf(provider).runtime === 'onnxruntime-node') return `onnxruntime-${runtimeVersion()}`;
  return `onnxruntime-web-${(await import('./portable.ts')).portableVersion()}`;
}

class NativeSession implements Session {
  readonly info: GraphInfo;
  readonly #session: ort.InferenceSession;
  readonly #memoryBytes: number;

  constructor(session: ort.InferenceSession, memoryBytes: number) {
    this.#session = session;
    this.#memoryBytes = memoryBytes;
    this.info = describeGraph(session);
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

  async read(values: Values): Promise<Values> {
    return values;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

async function openNative(graph: Uint8Array, options: SessionOptions): Promise<Session> {
  const { provider, memoryBytes, keepOnDevice = false, inPlace = false } = options;
  const { runtimeNames, settings, keepsState } = providerOf(provider);
  Object.assign(process.env, settings);
  const executionProviders = provider === 'webgpu' ? [webgpuFor(graph)] : runtimeNames;
  const pinned = { ...pinnedOptions(options), executionProviders };
  if (keepOnDevice && keepsState) {
    const open = (bytes: Uint8Array, extra: ort.InferenceSession.SessionOptions) =>
      ort.InferenceSession.create(bytes, { ...pinned, ...extra });
    return DeviceSession.open(graph, open, memoryBytes);
  }
  if (inPlace) {
    // The arena keeps what any step once needed, in blocks of powers of two; without it a step is as fast.
    const lean = { ...pinned, enableCpuMemArena: false };
    return new InPlaceSession(await ort.InferenceSession.create(withMark(graph), lean), memoryBytes);
  }
  return new NativeSession(await ort.InferenceSession.create(graph, pinned), memoryBytes);
}

/** Where in the runtime's source, which helps nobody here. */
const ASSERTION = /^.* was false\. /s;

/** A model is not to blame for a provider that is not there. */
function openError(error: unknown, { provider, memoryBytes }: SessionOptions): CorexError {
  if (error instanceof CorexError) return error;
  const why = reasonOf(error);
  if (providerOf(provider).missing?.test(why) !== true) return runtimeError(error, 'MODEL_REFUSED', memoryBytes);
  if (provider === 'cuda') return providerError('NO_CUDA', { why: whyNoCuda() ?? why }, error);
  if (provider === 'webgpu') return providerError('NO_GPU', { why: why.replace(ASSERTION, '').trim() }, error);
  return providerError('UNUSABLE', { provider, why }, error);
}

/** @throws CorexError ENGINE_MODEL_REFUSED, ENGINE_OUT_OF_MEMORY, PROVIDER_NO_CUDA, PROVIDER_NO_GPU */
export async function openSession(graph: Uint8Array, options: SessionOptions): Promise<Session> {
  try {
    // Loaded here only, so that nobody else pays for its WebAssembly.
    if (options.provider === 'portable') return await (await import('./portable.ts')).openPortable(graph, options);
    return await openNative(graph, options);
  } catch (error) {
    throw openError(error, options);
  }
}
