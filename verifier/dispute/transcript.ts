/** What a segment computes, value by value: the log of a dispute, and the bytes behind each of its roots. */
import type { Graph } from '#engine/graph/graph.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import type { ShardResult, ShardRun } from '#engine/run/shard-run.ts';
import { readSafetensors } from '#engine/state/safetensors.ts';
import type { Short } from '#protocol/dispute/moves.ts';
import { fineRoot, short } from '#protocol/dispute/short.ts';
import { errorTable } from '#protocol/errors.ts';
import type { Executor } from '../replay.ts';

export const transcriptError = errorTable('TRANSCRIPT', {
  INCOMPLETE: {
    what: (d: { value: string; step: number }) => `the engine did not show ${d.value} of step ${d.step}`,
    todo: 'report it with the job: its graph has a value whose type or shape it does not declare',
  },
});

/** One side's own view of a segment. */
export interface Transcript {
  readonly steps: number;
  /** Values of a step. */
  readonly values: number;
  /** Short fine root of each value, docs/disputes.md. */
  readonly log: readonly Short[];
  /** Bytes of the value at this position of the log, computed again where they are not at hand. */
  bytesOf(position: number): Promise<Uint8Array>;
}

/** Names of a step's values in the order of its program: inputs, initializers, what the nodes put out. */
export function valueNames({ inputs, initializers, nodes }: Graph): string[] {
  const made = nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''));
  return [...inputs.map(({ name }) => name), ...initializers.keys(), ...made];
}

/** Values whose bytes are kept: an element's operands are a handful. */
const KEPT_VALUES = 8;

/** What was recorded, and how more of it is computed. */
interface Recorded {
  readonly executor: Executor;
  /** Runs of one step each. */
  readonly runs: readonly ShardRun[];
  readonly graph: Graph;
  readonly log: readonly Short[];
  readonly signal: AbortSignal | undefined;
}

/** Values of a step that are computed together. */
interface Batch {
  readonly names: Set<string>;
  readonly computed: Promise<ReadonlyMap<string, Uint8Array> | undefined>;
}

class Recording implements Transcript {
  readonly steps: number;
  readonly values: number;
  readonly log: readonly Short[];
  readonly #executor: Executor;
  readonly #runs: readonly ShardRun[];
  readonly #graph: Graph;
  readonly #names: readonly string[];
  readonly #signal: AbortSignal | undefined;
  /** What is asked for and not yet computed, by step. */
  readonly #batches = new Map<number, Batch>();
  /** The one used last at the end. */
  readonly #kept = new Map<number, Uint8Array>();

  constructor(of: Recorded) {
    this.#executor = of.executor;
    this.#runs = of.runs;
    this.#graph = of.graph;
    this.#names = valueNames(of.graph);
    this.#signal = of.signal;
    this.steps = of.runs.length;
    this.values = this.#names.length;
    this.log = of.log;
  }

  async bytesOf(position: number): Promise<Uint8Array> {
    const step = Math.floor(position / this.values);
    const name = this.#names[position % this.values];
    const run = this.#runs[step];
    if (run === undefined || name === undefined) throw new RangeError(`the log has no position ${position}`);
    const bytes =
      this.#kept.get(position) ??
      this.#graph.initializers.get(name)?.data ??
      readSafetensors(run.state).get(name)?.data ??
      (await this.#compute(step, name));
    this.#kept.delete(position);
    this.#kept.set(position, bytes);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_VALUES && oldest !== undefined) this.#kept.delete(oldest);
    return bytes;
  }

  /** With whatever else is asked for at the same time: a step is computed once for all of it. */
  async #compute(step: number, name: string): Promise<Uint8Array> {
    const batch = this.#batches.get(step) ?? this.#batchOf(step);
    batch.names.add(name);
    const bytes = (await batch.computed)?.get(name);
    if (bytes === undefined) throw transcriptError('INCOMPLETE', { value: name, step });
    return bytes;
  }

  #batchOf(step: number): Batch {
    const names = new Set<string>();
    const computed = Promise.resolve().then(async () => {
      this.#batches.delete(step);
      const observe = { step: 0, values: [], bytes: [...names] };
      const run = { ...(this.#runs[step] as ShardRun), observe };
      return (await this.#executor.run(run, this.#signal)).observedBytes;
    });
    const batch = { names, computed };
    this.#batches.set(step, batch);
    return batch;
  }
}

/** Shorts of one step's values, in order. */
function shortsOf(
  names: readonly string[],
  constants: ReadonlyMap<string, Short>,
  result: ShardResult,
  step: number,
): Short[] {
  const seen = new Map((result.observed ?? []).map(({ name, digest }) => [name, short(digest)] as const));
  return names.map((name) => {
    const found = constants.get(name) ?? seen.get(name);
    if (found === undefined) throw transcriptError('INCOMPLETE', { value: name, step });
    return found;
  });
}

/**
 * Executes a segment of a training shard step by step.
 * @param run of this segment, as `prepareRun` makes it
 * @param signal calls off what is computed later, too
 * @throws ENGINE_…, TRANSCRIPT_INCOMPLETE
 */
export async function recordTranscript(executor: Executor, run: ShardRun, signal?: AbortSignal): Promise<Transcript> {
  const { graph } = decodeModel(run.graph);
  const names = valueNames(graph);
  const constants = new Map([...graph.initializers].map(([name, { data }]) => [name, short(fineRoot(data))] as const));
  const shown = names.filter((name) => !constants.has(name));
  const runs: ShardRun[] = [];
  const log: Short[] = [];
  const { tap: _tap, observe: _observe, ...plain } = run;
  let state = run.state;
  for (let step = 0; step < run.steps; step++) {
    const one = { ...plain, state, firstStep: run.firstStep + step, steps: 1, segment: 1 };
    const result = await executor.run({ ...one, observe: { step: 0, values: shown, tree: 'fine' } }, signal);
    const end = result.checkpoints[0]?.state ?? null;
    if (end === null) throw transcriptError('INCOMPLETE', { value: 'the state', step });
    log.push(...shortsOf(names, constants, result, step));
    runs.push(one);
    state = end;
  }
  return new Recording({ executor, runs, graph, log, signal });
}
