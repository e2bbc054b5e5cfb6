/** Gathers everything that one proof needs to be checked without a network into one file. */
import { encodeCbor } from '#protocol/codec/cbor.ts';
import { cidOf } from '#protocol/codec/cid.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import { type Address, type Cid, type Epoch, epoch, type Hash } from '#protocol/ids.ts';
import { MAX_BLOB } from '#protocol/limits.ts';
import type { Blobs, ChainView } from '#protocol/ports.ts';
import { beaconOfBase } from '#protocol/work/base-task.ts';
import type { Entry } from '#protocol/work/commitment.ts';
import { proofDigest, type SignedProof, signedProof, type WorkloadProof } from '#protocol/work/proof.ts';
import { jobOfTask } from '#protocol/work/shard.ts';
import { judgeProof, type LawfulProof } from '#verifier/rules.ts';
import { intoBundle } from './bundle-blobs.ts';
import { type PutBlock, writeCar, type Written } from './car-file.ts';
import { bundleError } from './errors.ts';
import { factsToWire, type Holder, type StatedFacts } from './facts.ts';

type Reads = Pick<Blobs, 'get' | 'getObject'>;

export interface GatherPorts {
  readonly blobs: Reads;
  readonly view: Pick<ChainView, 'job' | 'seed' | 'everHeld'>;
  /** The epoch whose base task this is; null when it is none. */
  readonly epochOf: (task: Hash) => Epoch | null;
}

/** Everything that is read from `blobs` is also put. */
function recording(blobs: Reads, put: PutBlock): Reads {
  const bundle = intoBundle(put);
  return {
    get: async (cid, options) => {
      const bytes = await blobs.get(cid, options);
      await bundle.put(bytes);
      return bytes;
    },
    getObject: async (cid, options) => {
      const value = await blobs.getObject(cid, options);
      await bundle.putObject(value);
      return value;
    },
  };
}

/** A proof that names itself: what its leaf in a commitment would say. */
export function entryOf(domain: Domain, cid: Cid, { task, shard, units, ...rest }: WorkloadProof): Entry {
  return { task, shard, units, proof: cid, digest: proofDigest(domain, { task, shard, units, ...rest }) };
}

async function readProof(blobs: Reads, cid: Cid, from: readonly Address[]): Promise<SignedProof> {
  const parsed = signedProof.safeParse(await blobs.getObject(cid, { from }));
  if (!parsed.success) throw bundleError('NO_PROOF', { cid });
  return parsed.data;
}

async function statedFacts(ports: GatherPorts, domain: Domain, cid: Cid, proof: WorkloadProof): Promise<StatedFacts> {
  const { blobs, view } = ports;
  const id = jobOfTask(proof.task);
  if (id === null) {
    const epoch = ports.epochOf(proof.task);
    const before = epoch === null ? null : beaconOfBase(epoch);
    const seed = before === null ? null : (view.seed(before)?.seed ?? null);
    return { domain, proof: cid, epoch, seed, job: null, holders: [] };
  }
  const named: Holder[] = [{ shard: proof.shard, worker: proof.worker }];
  for (const input of proof.inputs) {
    const { shard, worker } = (await readProof(blobs, input, [proof.worker])).proof;
    named.push({ shard, worker });
  }
  const holders = named.filter(({ shard, worker }) => view.everHeld(id, shard, worker));
  return { domain, proof: cid, epoch: null, seed: null, job: view.job(id), holders };
}

/** What the execution of all segments reads, beyond what the rules have read. */
async function readRest(blobs: Reads, { proof, source, trace, inputs }: LawfulProof): Promise<void> {
  const from = [proof.worker, ...inputs.map(({ worker }) => worker), ...source.from];
  const parts = [
    source.graph,
    source.data,
    source.start?.state ?? null,
    ...trace.checkpoints.flatMap(({ state, outputs }) => [state, outputs]),
    ...(source.plan.kind === 'merge' ? inputs.map(({ output }) => output) : []),
  ];
  const cids = parts.filter((part): part is Cid => typeof part === 'string');
  for (const cid of new Set(cids)) await blobs.get(cid, { from, maxBytes: MAX_BLOB });
}

/**
 * A proof that breaks a rule is gathered as far as the rule reads it: whoever opens the bundle sees the same fault.
 * @throws BUNDLE_NO_PROOF, BUNDLE_NOT_WRITTEN, BLOB_UNAVAILABLE when a part is served by nobody
 */
export async function gatherProof(
  ports: GatherPorts,
  of: { readonly domain: Domain; readonly proof: Cid; readonly from: readonly Address[] },
  file: string,
): Promise<Written & { readonly signed: SignedProof }> {
  const signed = await readProof(ports.blobs, of.proof, of.from);
  const { proof } = signed;
  const facts = await statedFacts(ports, of.domain, of.proof, proof);
  const bytes = encodeCbor(factsToWire(facts));
  const root = { cid: cidOf(bytes, 'dag-cbor'), bytes };
  const by = { worker: proof.worker, epoch: facts.epoch ?? epoch(0) };
  const written = await writeCar(file, root, async (put) => {
    const blobs = recording(ports.blobs, put);
    const entry = entryOf(of.domain, of.proof, proof);
    const judged = await judgeProof({ blobs, view: ports.view }, of.domain, entry, by);
    if (judged.fault === null) await readRest(blobs, judged.lawful);
  });
  return { ...written, signed };
}
