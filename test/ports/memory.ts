/** A small world in memory: a Keep, a Blobs, two workers, and an example job with proofs of its shards. */
import { decodeCbor, encodeCbor } from '#protocol/codec/cbor.ts';
import { cidOf, digestOf, parseCid } from '#protocol/codec/cid.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import { cidOfObject } from '#protocol/codec/object.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import type { DisputeView } from '#protocol/dispute/moves.ts';
import { address, type Cid, epoch, type Hash, units, wei } from '#protocol/ids.ts';
import { type Law, MAX_BLOB, MAX_CHUNK } from '#protocol/limits.ts';
import type { Blobs, JobView, Keep } from '#protocol/ports.ts';
import { type JobSpec, type JobSpecWire, jobSpec, shardsOf, widthOf } from '#protocol/work/job.ts';
import type { WorkloadProof } from '#protocol/work/proof.ts';
import { taskOfJob, unitsOfJob } from '#protocol/work/shard.ts';
import { blobError } from '#node/blobs/errors.ts';
import { openSigner } from '#node/chain/signer.ts';

/** A Keep whose values pass through DAG-CBOR, as the real one's do. */
export function memoryKeep(): Keep {
  const rows = new Map<string, Uint8Array>();
  const read = (bytes: Uint8Array): unknown => {
    const decoded = decodeCbor(bytes, MAX_BLOB);
    if (!decoded.ok) throw decoded.error;
    return decoded.value;
  };
  return {
    get: async (key) => {
      const bytes = rows.get(key);
      return bytes === undefined ? undefined : read(bytes);
    },
    put: async (key, value) => void rows.set(key, encodeCbor(value)),
    del: async (key) => void rows.delete(key),
    list: async (prefix) =>
      [...rows]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
        .map(([key, bytes]) => [key, read(bytes)] as const),
  };
}

/** A Blobs that asks its peers for what it does not have. What is large is kept whole under its manifest's CID. */
export class MemoryBlobs implements Blobs {
  readonly peers: MemoryBlobs[] = [];
  readonly #held = new Map<Cid, Uint8Array>();

  async put(bytes: Uint8Array): Promise<Cid> {
    if (bytes.length === 0) throw blobError('EMPTY', {});
    const cid = bytes.length <= MAX_CHUNK ? cidOf(bytes, 'raw') : cidOfObject(manifestOf(bytes));
    this.#held.set(cid, bytes);
    return cid;
  }

  async putObject(value: unknown): Promise<Cid> {
    const bytes = encodeCbor(value);
    const cid = cidOf(bytes, 'dag-cbor');
    this.#held.set(cid, bytes);
    return cid;
  }

  async get(cid: Cid, options: { maxBytes?: number } = {}): Promise<Uint8Array> {
    parseCid(cid);
    const bytes =
      this.#held.get(cid) ?? this.peers.map((peer) => peer.#held.get(cid)).find((found) => found !== undefined);
    if (bytes === undefined) throw blobError('UNAVAILABLE', { cid, asked: this.peers.length });
    const limit = options.maxBytes ?? MAX_BLOB;
    if (bytes.length > limit) throw blobError('TOO_BIG', { bytes: bytes.length, limit });
    this.#held.set(cid, bytes);
    return bytes;
  }

  async getObject(cid: Cid): Promise<unknown> {
    const decoded = decodeCbor(await this.get(cid), MAX_CHUNK);
    if (!decoded.ok) throw decoded.error;
    return decoded.value;
  }

  async has(cid: Cid): Promise<boolean> {
    return this.#held.has(cid);
  }

  /** Memory forgets nothing, so nothing needs to be kept. */
  async keep(): Promise<void> {}
  async release(): Promise<void> {}
}

function manifestOf(bytes: Uint8Array): unknown {
  const chunks = Array.from({ length: Math.ceil(bytes.length / MAX_CHUNK) }, (_, i) =>
    cidOf(bytes.subarray(i * MAX_CHUNK, (i + 1) * MAX_CHUNK), 'raw'),
  );
  return { v: 1, size: bytes.length, chunks };
}

/** A hash, and a CID, that stand for `name`. */
export const hashFor = (name: string): Hash => sha256Hash(new TextEncoder().encode(name));
export const cidFor = (name: string): Cid => cidOfObject({ name });

export const ann = openSigner(`0x${'11'.repeat(32)}`);
export const bob = openSigner(`0x${'22'.repeat(32)}`);

export const DOMAIN: Domain = { chainId: 31_337, contract: address(`0x${'c0'.repeat(20)}`) };

export const LAW: Law = {
  genesis: 1_000,
  epochSeconds: 8,
  commitSeconds: 3,
  auditSeconds: 5,
  revealSeconds: 3,
  finalizeSeconds: 3,
  vestSeconds: 2,
  unbondSeconds: 54,
  claimTimeoutSeconds: 22,
  claimWindowSeconds: 80,
  disputeSeconds: 4,
  committee: 3,
  samples: 4,
  jury: 12,
  crossCheckOneIn: 1,
  crossCheckFrom: 0,
};

const slices = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ data: cidFor(`slice ${i}`), rows: 20 + i }));

/** Training on 3 slices in 4 rounds of 10 steps, a checkpoint every 4. */
export const TRAINING: JobSpecWire = {
  v: 1,
  name: 'example',
  program: 'train',
  class: 'exact',
  model: cidFor('model'),
  graph: cidFor('graph'),
  merge: cidFor('merge'),
  state: cidFor('state'),
  stateRoot: hashFor('state'),
  slices: slices(3),
  rounds: 4,
  steps: 10,
  segment: 4,
  batch: 8,
  seed: hashFor('seed'),
  units: { step: '100', merge: '7' },
};

/** Inference on 9 slices, each on its own. */
export const INFERENCE: JobSpecWire = {
  ...TRAINING,
  program: 'infer',
  merge: null,
  slices: slices(9),
  rounds: 1,
  steps: 0,
};

export const training: JobSpec = jobSpec.parse(TRAINING);
export const inference: JobSpec = jobSpec.parse(INFERENCE);

/** The job as the chain shows it. */
export function viewOf(id: bigint, wire: JobSpecWire, changes: Partial<JobView> = {}): JobView {
  const spec = jobSpec.parse(wire);
  return {
    id,
    submitter: bob.address,
    spec: digestOf(cidOfObject(wire)),
    terms: hashFor('terms'),
    shards: shardsOf(spec),
    width: widthOf(spec),
    units: unitsOfJob(spec),
    fee: wei(10n ** 18n),
    deadline: 1_000_000,
    paidUnits: units(0n),
    state: 'open',
    ...changes,
  };
}

/** Bob's accusation of Ann before a jury, about epoch 1. */
export function disputeWith(changes: Partial<DisputeView> = {}): DisputeView {
  return {
    id: 1n,
    epoch: epoch(1),
    worker: ann.address,
    challenger: bob.address,
    phase: 'jury',
    deadline: 0,
    reason: 'forged-proof',
    detail: hashFor('report'),
    segment: null,
    block: null,
    value: null,
    link: null,
    opened: {},
    ...changes,
  };
}

/** A proof of shard 0 of job 1 by Ann. */
export function proofWith(changes: Partial<WorkloadProof> = {}): WorkloadProof {
  return {
    task: taskOfJob(1n),
    shard: 0,
    worker: ann.address,
    inputs: [],
    trace: hashFor('trace'),
    traceCid: cidFor('trace'),
    output: cidFor('output'),
    outputRoot: hashFor('output'),
    units: units(1_000n),
    engine: 'test/1',
    ...changes,
  };
}
