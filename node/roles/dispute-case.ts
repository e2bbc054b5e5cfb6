/** What a dispute's game is about, rebuilt from the chain and the worker's blobs: so a restart forgets nothing. */
import type { Domain } from '#protocol/codec/typed-data.ts';
import { cidOfDigest } from '#protocol/codec/cid.ts';
import type { DisputeView, Terms } from '#protocol/dispute/moves.ts';
import type { Address, Cid, Epoch, Hash } from '#protocol/ids.ts';
import { MAX_BLOB } from '#protocol/limits.ts';
import type { Blobs, ChainView, CommitmentView } from '#protocol/ports.ts';
import { type Entry, placeOf } from '#protocol/work/commitment.ts';
import { stateRootOf } from '#engine/state/state.ts';
import { fetchWork } from '#verifier/audit.ts';
import type { Side } from '#verifier/dispute/side.ts';
import { recordTranscript } from '#verifier/dispute/transcript.ts';
import { compileProgram } from '#verifier/dispute/compile.ts';
import { type Executor, segmentStart } from '#verifier/replay.ts';
import { judgeProof, type LawfulProof, type RulePorts } from '#verifier/rules.ts';
import { prepareRun } from '#verifier/shard-run.ts';

export interface CasePorts {
  readonly view: RulePorts['view'] & Pick<ChainView, 'commitments'>;
  readonly blobs: Pick<Blobs, 'get' | 'getObject'>;
  readonly engine: Executor;
}

/** A segment of a shard in somebody's commitment. */
export interface Named {
  readonly epoch: Epoch;
  readonly worker: Address;
  readonly segment: { readonly task: Hash; readonly shard: number; readonly index: number };
}

/** A game's segment and the lawful proof around it. */
export interface DisputeCase {
  readonly on: CommitmentView;
  readonly entry: Entry;
  readonly lawful: LawfulProof;
  readonly index: number;
}

export const commitmentOf = (view: Pick<ChainView, 'commitments'>, of: Pick<Named, 'epoch' | 'worker'>) =>
  view.commitments(of.epoch).find(({ worker }) => worker === of.worker) ?? null;

export function namedBy({ epoch, worker, segment }: DisputeView): Named | null {
  return segment === null ? null : { epoch, worker, segment };
}

/** @returns null when the commitment has no such proof, or it is not lawful: then it is not a game. @throws BLOB_UNAVAILABLE */
export async function findCase(
  ports: CasePorts,
  domain: Domain,
  named: Named,
  signal?: AbortSignal,
): Promise<DisputeCase | null> {
  const on = commitmentOf(ports.view, named);
  const work = on === null ? null : await fetchWork(ports.blobs, on, signal);
  const entry = work === null ? null : (placeOf(work, named.segment)?.entry ?? null);
  if (on === null || entry === null) return null;
  const judged = await judgeProof(ports, domain, entry, on, signal);
  return judged.fault === null ? { on, entry, lawful: judged.lawful, index: named.segment.index } : null;
}

/** Blobs that a game needs to its end. */
export function blobsOf({ on, entry, lawful, index }: DisputeCase): Cid[] {
  const { proof, trace, source } = lawful;
  const ends = [trace.checkpoints[index], trace.checkpoints[index + 1]].map((checkpoint) => checkpoint?.state ?? null);
  const parts = [source.graph, source.data, source.start?.state ?? null, ...ends].filter(
    (part) => typeof part === 'string',
  );
  return [cidOfDigest(on.manifest, 'dag-cbor'), entry.proof, proof.traceCid, ...proof.inputs, ...(parts as Cid[])];
}

/** The committed end of the segment. @returns null when the blob is not the state that the trace names */
export async function committedEnd(
  blobs: Pick<Blobs, 'get'>,
  { lawful, index }: DisputeCase,
  signal?: AbortSignal,
): Promise<Uint8Array | null> {
  const end = lawful.trace.checkpoints[index + 1];
  if (end === undefined || end.state === null) return null;
  const options = { from: [lawful.proof.worker], maxBytes: MAX_BLOB, ...(signal === undefined ? {} : { signal }) };
  const state = await blobs.get(end.state, options);
  return stateRootOf(state) === end.stateRoot ? state : null;
}

/** Executes the segment again and keeps every value's root. @returns null when a checkpoint is not what the trace says of it */
export async function sideOf(ports: CasePorts, of: DisputeCase, signal?: AbortSignal): Promise<Side | null> {
  const { lawful, index } = of;
  const start = await segmentStart(ports, lawful, index, signal);
  if (typeof start === 'string' || !('state' in start)) return null;
  const end = await committedEnd(ports.blobs, of, signal);
  if (end === null) return null;
  const run = await prepareRun(ports.blobs, lawful.source, { start, segment: index }, signal);
  const { instructions } = compileProgram(run.graph);
  const own = await recordTranscript(ports.engine, run, signal);
  return { own, program: instructions, ends: { start: start.state, end } };
}

/** What is posted of the computations: of jobs by their submitters, of base tasks by the protocol. */
export interface TermsBook {
  /** Null where the specification cannot be had, or its posting says otherwise. */
  termsOf(task: Hash, signal?: AbortSignal): Promise<Terms | null>;
}
