/** Which blobs a validator's samples ask of a worker: nothing else may it call missing. */
import { type Draw, sampleOffsets } from '#protocol/audit/sampling.ts';
import { cidOfDigest } from '#protocol/codec/cid.ts';
import type { Cid } from '#protocol/ids.ts';
import type { Blobs, CommitmentView } from '#protocol/ports.ts';
import { type Entry, entryAt } from '#protocol/work/commitment.ts';
import { signedProof, type WorkloadProof } from '#protocol/work/proof.ts';
import { trace } from '#protocol/work/trace.ts';
import { fetchWork } from './audit.ts';

type Reader = Pick<Blobs, 'getObject'>;

/**
 * Does this blob belong to what the seed drew for the validator: the list of proofs, a drawn proof, its inputs and their
 * outputs, its trace, or a checkpoint of that?
 * @throws BLOB_UNAVAILABLE when the worker does not serve what leads there, which it must serve as well
 */
export async function isDrawnBlob(
  blobs: Reader,
  on: CommitmentView,
  { draw, samples }: { readonly draw: Draw; readonly samples: number },
  cid: Cid,
  signal?: AbortSignal,
): Promise<boolean> {
  if (cid === cidOfDigest(on.manifest, 'dag-cbor')) return true;
  const work = await fetchWork(blobs, on, signal);
  if (work === null) return false;
  const drawn = new Set<Entry>(sampleOffsets(draw, work.units, samples).map((offset) => entryAt(work, offset).entry));
  const from = { from: [on.worker], ...(signal === undefined ? {} : { signal }) };
  for (const entry of drawn) {
    if (entry.proof === cid) return true;
    const signed = signedProof.safeParse(await blobs.getObject(entry.proof, from));
    if (signed.success && (await isBehind(blobs, signed.data.proof, cid, from))) return true;
  }
  return false;
}

async function isBehind(
  blobs: Reader,
  { traceCid, inputs }: WorkloadProof,
  cid: Cid,
  from: NonNullable<Parameters<Reader['getObject']>[1]>,
): Promise<boolean> {
  if (traceCid === cid || inputs.includes(cid)) return true;
  const parsed = trace.safeParse(await blobs.getObject(traceCid, from));
  const named = parsed.success ? parsed.data.checkpoints.flatMap(({ state, outputs }) => [state, outputs]) : [];
  if (named.includes(cid)) return true;
  for (const input of inputs) {
    const signed = signedProof.safeParse(await blobs.getObject(input, from));
    if (signed.success && signed.data.proof.output === cid) return true;
  }
  return false;
}
