/** A session whose state stays on the graphics processor from step to step, through onnxruntime-node's bound outputs. */
import type { InferenceSession } from 'onnxruntime-common';
import { encodePlainGraph } from './plain-onnx.ts';
import { describeGraph, runtimeError, type Session } from './runtime.ts';
import type { GraphInfo, ValueInfo } from './shard-run.ts';
import type { Value, Values } from './values.ts';

/** Opens a graph on the device, with these options on top of the pinned ones. */
export type OpenOnDevice = (graph: Uint8Array, extra: InferenceSession.SessionOptions) => Promise<InferenceSession>;

const isOnDevice = ({ location }: Value): boolean => location === 'gpu-buffer';
/** onnxruntime-common makes no device value of float64; AdamW's powers of beta come back each step. */
const canStay = ({ name, dtype }: ValueInfo): boolean => name.endsWith('.next') && dtype === 'float32';

/** The graph that gives its inputs back: `getData` of a device value aborts the process in 1.30, a plain run's results are on the host. */
function downloadGraph(values: Values): Uint8Array {
  const entries = [...values.values()].map(({ dims }, i) => ({ dtype: 'float32' as const, shape: dims, i }));
  return encodePlainGraph({
    inputs: entries.map(({ i, ...info }) => ({ ...info, name: `d${i}` })),
    outputs: entries.map(({ i, ...info }) => ({ ...info, name: `h${i}` })),
    nodes: entries.map(({ i }) => ({ op: 'Identity', inputs: [`d${i}`], outputs: [`h${i}`] })),
  });
}

export class DeviceSession implements Session {
  readonly info: GraphInfo;
  readonly #session: InferenceSession;
  readonly #open: OpenOnDevice;
  readonly #memoryBytes: number;
  /** Ours to free: the garbage collector knows nothing of the device's memory. */
  readonly #live = new Set<Value>();
  /** By the shapes that it brings home. */
  readonly #downloads = new Map<string, InferenceSession>();

  private constructor(session: InferenceSession, open: OpenOnDevice, memoryBytes: number) {
    this.#session = session;
    this.#open = open;
    this.#memoryBytes = memoryBytes;
    this.info = describeGraph(session);
  }

  static async open(graph: Uint8Array, open: OpenOnDevice, memoryBytes: number): Promise<DeviceSession> {
    // Which outputs there are is known only when the graph is loaded.
    const plain = await open(graph, {});
    const staying = describeGraph(plain).outputs.filter(canStay);
    if (staying.length === 0) return new DeviceSession(plain, open, memoryBytes);
    await plain.release();
    const preferredOutputLocation = Object.fromEntries(staying.map(({ name }) => [name, 'gpu-buffer' as const]));
    return new DeviceSession(await open(graph, { preferredOutputLocation }), open, memoryBytes);
  }

  /** `into` has no effect on bound outputs: the runtime allocates. */
  async run(feeds: Values, wanted: readonly string[]): Promise<Values> {
    const fed = new Set(feeds.values());
    this.#free((value) => !fed.has(value));
    try {
      // All outputs: the binding finds their places by position, not by name.
      const results = await this.#session.run(Object.fromEntries(feeds));
      for (const value of Object.values(results)) if (isOnDevice(value)) this.#live.add(value);
      return new Map(wanted.map((name) => [name, results[name] as Value]));
    } catch (error) {
      throw runtimeError(error, 'STEP_FAILED', this.#memoryBytes);
    }
  }

  async read(values: Values): Promise<Values> {
    const there = new Map([...values].filter(([, value]) => isOnDevice(value)));
    if (there.size === 0) return values;
    try {
      const download = await this.#downloadFor(there);
      const found = await download.run(Object.fromEntries([...there.values()].map((value, i) => [`d${i}`, value])));
      const here = new Map([...there.keys()].map((name, i) => [name, found[`h${i}`] as Value]));
      return new Map([...values].map(([name, value]) => [name, here.get(name) ?? value]));
    } catch (error) {
      throw runtimeError(error, 'STEP_FAILED', this.#memoryBytes);
    }
  }

  async close(): Promise<void> {
    // Before the session: a value that outlives it crashes the process when it is freed.
    this.#free(() => true);
    await Promise.all([...this.#downloads.values()].map((session) => session.release()));
    await this.#session.release();
  }

  async #downloadFor(values: Values): Promise<InferenceSession> {
    const key = [...values.values()].map(({ dims }) => dims.join('x')).join(' ');
    const session = this.#downloads.get(key) ?? (await this.#open(downloadGraph(values), {}));
    this.#downloads.set(key, session);
    return session;
  }

  #free(isFree: (value: Value) => boolean): void {
    for (const value of this.#live) {
      if (!isFree(value)) continue;
      this.#live.delete(value);
      value.dispose();
    }
  }
}
