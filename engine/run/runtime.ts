/** What every runtime shares: the session that it opens, the options that pin its bits, and how it says that something failed. */
import type { InferenceSession } from 'onnxruntime-common';
import type { CorexError } from '#protocol/errors.ts';
import { engineError } from './errors.ts';
import type { ProviderName } from './providers.ts';
import type { GraphInfo, ValueInfo } from './shard-run.ts';
import { isDataType, type Values } from './values.ts';

export interface Session {
  readonly info: GraphInfo;
  /** Do results with a place in `into` cost no copy? Otherwise whoever runs it need not keep places. */
  readonly writesInto?: boolean;
  /**
   * @param into where results go, for those that have a place; the others get a new one
   * @throws CorexError ENGINE_STEP_FAILED, ENGINE_OUT_OF_MEMORY
   */
  run(feeds: Values, wanted: readonly string[], into?: Values): Promise<Values>;
  /** The same values where they can be read: results may lie on a device, and live there until the first run that does not take them. */
  read(values: Values): Promise<Values>;
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
  /** Leave `NAME.next` on the device where the provider can; whoever asks for it reads results with `read`. */
  readonly keepOnDevice?: boolean;
  /** Write results to their places without copies, where the runtime can; for graphs of ours, of opset 11 and later. */
  readonly inPlace?: boolean;
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
} as const satisfies InferenceSession.SessionOptions;

const COMPARISONS = {
  exact: PINNED,
  fast: { ...PINNED, graphOptimizationLevel: 'all' },
} as const satisfies Record<NonNullable<SessionOptions['comparison']>, InferenceSession.SessionOptions>;

export function pinnedOptions({ comparison = 'exact', threads = 1 }: SessionOptions): InferenceSession.SessionOptions {
  return { ...COMPARISONS[comparison], intraOpNumThreads: threads };
}

/** How the runtime, the C++ library and V8 say that memory ran out. */
const NO_MEMORY = /bad_alloc|failed to allocate|allocation failed|out of memory/i;

export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}

/** A runtime's error as ours. */
export function runtimeError(
  error: unknown,
  otherwise: 'STEP_FAILED' | 'MODEL_REFUSED',
  limitBytes: number,
): CorexError {
  const why = reasonOf(error);
  if (NO_MEMORY.test(why)) return engineError('OUT_OF_MEMORY', { limitBytes, why }, error);
  return engineError(otherwise, { why }, error);
}

export function describeMetadata(metadata: readonly InferenceSession.ValueMetadata[]): ValueInfo[] {
  return metadata.map((value) => {
    if (!value.isTensor) throw engineError('MODEL_REFUSED', { why: `${value.name} is no tensor` });
    if (!isDataType(value.type))
      throw engineError('MODEL_REFUSED', { why: `${value.name} has element type ${value.type}` });
    return { name: value.name, dtype: value.type, shape: value.shape };
  });
}

export function describeGraph(session: InferenceSession): GraphInfo {
  return { inputs: describeMetadata(session.inputMetadata), outputs: describeMetadata(session.outputMetadata) };
}
