/** What a running node does for `corex proof`: finds the proof that is meant, and writes its bundle. */
import { parseCid } from '#protocol/codec/cid.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import type { Address, Cid, Hash } from '#protocol/ids.ts';
import { type Law, WORD } from '#protocol/limits.ts';
import type { Blobs, ChainView, JobView } from '#protocol/ports.ts';
import { epochAt } from '#protocol/time/epoch.ts';
import { epochOfBase } from '#protocol/work/base-task.ts';
import type { JobSpec } from '#protocol/work/job.ts';
import { hasShard } from '#protocol/work/shard.ts';
import type { ProofWritten } from '../api/ports.ts';
import type { ProofIndex } from '../roles/proof-index.ts';
import { bundleError } from './errors.ts';
import { gatherProof } from './gather.ts';

export interface ExportPorts {
  readonly blobs: Pick<Blobs, 'get' | 'getObject'>;
  readonly view: Pick<ChainView, 'head' | 'job' | 'seed' | 'everHeld'>;
  readonly index: Pick<ProofIndex, 'standing'>;
  /** A job and its specification. */
  readonly find: (id: string) => Promise<{ readonly job: JobView; readonly spec: JobSpec }>;
}

/** The proof by its name, or the one that stands for a shard. @throws BUNDLE_NOT_DELIVERED, CID_MALFORMED */
async function proofOf({ find, index }: ExportPorts, of: string): Promise<{ cid: Cid; from: Address[] }> {
  const [id = '', number] = of.split('/');
  if (number === undefined) return { cid: parseCid(of), from: [] };
  const { job, spec } = await find(id);
  const shard = Number(number);
  const isThere = hasShard(spec, Math.floor(shard / WORD), shard % WORD);
  const found = isThere ? index.standing(job.id, spec, shard) : null;
  if (found === null) throw bundleError('NOT_DELIVERED', { job: id, shard });
  return { cid: found.cid, from: [found.signed.proof.worker] };
}

/** @param of JOB/SHARD, or the CID of a signed proof */
export async function exportProof(
  ports: ExportPorts,
  facts: { readonly law: Law; readonly domain: Domain },
  of: string,
  file: string,
): Promise<ProofWritten> {
  const { blobs, view } = ports;
  const { cid, from } = await proofOf(ports, of);
  const now = epochAt(facts.law, view.head().timestamp);
  const epochOf = (task: Hash) => (now === null ? null : epochOfBase(task, now));
  const { signed, blocks, bytes } = await gatherProof(
    { blobs, view, epochOf },
    { domain: facts.domain, proof: cid, from },
    file,
  );
  const { task, shard, worker, units } = signed.proof;
  return { file, proof: cid, task, shard, worker, units: units.toString(), blocks, bytes };
}
