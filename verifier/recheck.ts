/** Executes a segment again and sets what came out beside what was committed, tensor by tensor: for people who want to see the margin. */
import { numbersOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import type { ShardRun } from '#engine/run/shard-run.ts';
import { readSafetensors, type Tensors } from '#engine/state/safetensors.ts';
import { stateRootOf } from '#engine/state/state.ts';
import type { Cid } from '#protocol/ids.ts';
import { MAX_BLOB } from '#protocol/limits.ts';
import { segmentSteps } from '#protocol/work/shard.ts';
import { NO_OUTPUTS } from '#protocol/work/trace.ts';
import { segmentStart, type ReplayPorts } from './replay.ts';
import type { Fault, LawfulProof } from './rules.ts';
import { prepareRun } from './shard-run.ts';

/** Files of a segment's end: its state and its results; null where there is none. */
export interface Ends {
  readonly state: Uint8Array | null;
  readonly outputs: Uint8Array | null;
}

/** The tensor that differs most, by the largest difference over the largest number that was committed. */
export interface Difference {
  readonly tensor: string;
  /** Infinite where type or shape differ, or one side is no number. */
  readonly relative: number;
}

/** Decides for a class whose bytes differ from machine to machine. */
export interface Bounds {
  /** @returns null where there is no profile for the run: nothing follows then */
  compare(
    run: ShardRun,
    committed: Ends,
    found: Ends,
  ): Promise<{ readonly holds: boolean; readonly margin: string } | null>;
}

export interface RecheckPorts extends ReplayPorts {
  readonly bounds?: Bounds;
}

export interface SegmentCheck {
  readonly segment: number;
  readonly firstStep: number;
  readonly steps: number;
  readonly fault: Fault | null;
  /** Whether the comparison says anything: other bytes of a class without bounds say nothing. */
  readonly decided: boolean;
  readonly tensors: number;
  readonly bytes: number;
  /** One entry a tensor that differs, the largest first; empty for the same bytes. */
  readonly differences: readonly Difference[];
  /** What the bounds say, where they decided. */
  readonly bounded: string | null;
}

/** The committed file, or the fault that it is not what its root says. */
async function committedFile(
  blobs: ReplayPorts['blobs'],
  entry: { readonly cid: Cid | null; readonly root: string },
  signal?: AbortSignal,
): Promise<Uint8Array | null | Fault> {
  if (entry.cid === null) return entry.root === NO_OUTPUTS ? null : 'bad-trace';
  const bytes = await blobs.get(entry.cid, { maxBytes: MAX_BLOB, ...(signal === undefined ? {} : { signal }) });
  return stateRootOf(bytes) === entry.root ? bytes : 'wrong-checkpoint';
}

/** @throws BLOB_…, BUNDLE_…, ENGINE_… when the segment cannot be run: nothing follows from that */
export async function recheckSegment(
  ports: RecheckPorts,
  lawful: LawfulProof,
  segment: number,
  signal?: AbortSignal,
): Promise<SegmentCheck> {
  const { plan } = lawful.source;
  const { first, steps } = segmentSteps(plan, segment);
  const at = { segment, firstStep: first, steps, decided: true, tensors: 0, bytes: 0, differences: [], bounded: null };
  const start = await segmentStart(ports, lawful, segment, signal);
  if (typeof start === 'string') return { ...at, fault: start };
  const entry = lawful.trace.checkpoints[segment + 1];
  if (entry === undefined) return { ...at, fault: 'bad-trace' };
  // Inference leaves the state as it was, which the start has shown already.
  const state =
    plan.kind === 'infer'
      ? null
      : await committedFile(ports.blobs, { cid: entry.state, root: entry.stateRoot }, signal);
  if (typeof state === 'string') return { ...at, fault: state };
  const outputs = await committedFile(ports.blobs, { cid: entry.outputs, root: entry.outputsRoot }, signal);
  if (typeof outputs === 'string') return { ...at, fault: outputs };
  const run = await prepareRun(ports.blobs, lawful.source, { start, segment }, signal);
  const { checkpoints } = await ports.engine.run(run, signal);
  const found = { state: checkpoints[0]?.state ?? null, outputs: checkpoints[0]?.outputs ?? null };
  return { ...at, ...(await judgeEnds(ports, lawful, run, { state, outputs }, found)) };
}

async function judgeEnds(
  ports: RecheckPorts,
  lawful: LawfulProof,
  run: ShardRun,
  committed: Ends,
  found: Ends,
): Promise<Pick<SegmentCheck, 'fault' | 'decided' | 'tensors' | 'bytes' | 'differences' | 'bounded'>> {
  const tensors = tensorsOf(committed);
  const size = {
    tensors: tensors.size,
    bytes: [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0),
  };
  const isSame = isSameFile(committed.state, found.state) && isSameFile(committed.outputs, found.outputs);
  if (isSame) return { ...size, fault: null, decided: true, differences: [], bounded: null };
  const differences = differencesOf(tensors, tensorsOf(found));
  if (lawful.source.comparison === 'exact')
    return { ...size, fault: 'wrong-result', decided: true, differences, bounded: null };
  const said = (await ports.bounds?.compare(run, committed, found)) ?? null;
  if (said === null) return { ...size, fault: null, decided: false, differences, bounded: null };
  return { ...size, fault: said.holds ? null : 'wrong-result', decided: true, differences, bounded: said.margin };
}

function isSameFile(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}

/** Results may have names of tensors of the state. */
function tensorsOf({ state, outputs }: Ends): Tensors {
  const named = (file: Uint8Array | null, prefix: string) =>
    file === null ? [] : [...readSafetensors(file)].map(([name, tensor]) => [`${prefix}${name}`, tensor] as const);
  return new Map([...named(state, ''), ...named(outputs, 'result ')]);
}

function differencesOf(committed: Tensors, found: Tensors): Difference[] {
  const names = new Set([...committed.keys(), ...found.keys()]);
  return [...names]
    .map((tensor) => ({ tensor, relative: relativeOf(committed.get(tensor), found.get(tensor)) }))
    .filter(({ relative }) => relative !== 0)
    .sort((a, b) => b.relative - a.relative);
}

/** Over the largest number, not each its own: what cancels to nearly nothing has no digits to compare. */
function relativeOf(committed: Tensor | undefined, found: Tensor | undefined): number {
  if (committed === undefined || found === undefined) return Number.POSITIVE_INFINITY;
  if (committed.dtype !== found.dtype || `${committed.shape}` !== `${found.shape}`) return Number.POSITIVE_INFINITY;
  if (Buffer.compare(committed.data, found.data) === 0) return 0;
  const [a, b] = [numbersOf(committed), numbersOf(found)];
  let largest = 0;
  let apart = 0;
  a.forEach((x, i) => {
    const y = b[i] ?? Number.NaN;
    if (Object.is(x, y)) return;
    largest = Math.max(largest, Math.abs(x));
    apart = Math.max(apart, Number.isNaN(x - y) ? Number.POSITIVE_INFINITY : Math.abs(x - y));
  });
  for (const x of a) if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x));
  return largest === 0 ? Number.POSITIVE_INFINITY : apart / largest;
}
