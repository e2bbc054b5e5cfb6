/** A committee over one committed base task: members with a blob store each, gossip between them, and a worker that serves whom it likes. */
import type { EnginePool } from '#engine/run/pool.ts';
import { blobError } from '#node/blobs/errors.ts';
import { openSigner } from '#node/chain/signer.ts';
import { HintBook } from '#node/roles/validator/hint-book.ts';
import { Looking } from '#node/roles/validator/look.ts';
import { VerdictRecords } from '#node/roles/validator/records.ts';
import { sampleOffsets, segmentAt } from '#protocol/audit/sampling.ts';
import { decodeCbor, encodeCbor } from '#protocol/codec/cbor.ts';
import { cidOfDigest } from '#protocol/codec/cid.ts';
import type { Address, Cid, PeerName } from '#protocol/ids.ts';
import type { Law } from '#protocol/limits.ts';
import type { Blobs, Gossip, Head } from '#protocol/ports.ts';
import { TOPICS } from '#protocol/wire/topics.ts';
import { commitment } from '#protocol/work/commitment.ts';
import { signedProof } from '#protocol/work/proof.ts';
import { trace } from '#protocol/work/trace.ts';
import { ann, cidFor, DOMAIN, hashFor, LAW, MemoryBlobs, memoryKeep } from '#test/ports/memory.ts';
import { auditWorker } from '#verifier/audit.ts';
import { findSource } from '#verifier/shard-run.ts';
import { type DisputeWorld, DRAWN, disputeWorld, EPOCH, quiet, SHARD, TASK } from '../dispute-world.ts';

/** Of the window's 24 seconds: told from 3, listened until 6, asked until 16. */
export const law: Law = { ...LAW, auditSeconds: 24, samples: 1 };

type Handler = Parameters<Gossip['subscribe']>[1];

const peerOf = (who: Address): PeerName => `peer of ${who}` as PeerName;

export interface Member {
  readonly self: Address;
  readonly looking: Looking;
  readonly hints: HintBook;
  readonly records: VerdictRecords;
  readonly kept: Set<Cid>;
  readonly store: MemoryBlobs;
}

export interface Committee {
  readonly world: DisputeWorld;
  /** The first draws the segment that nobody else draws. */
  readonly members: readonly Member[];
  /** State that only the first member's sample needs. */
  readonly drawn: Cid;
  /** A state that nobody drew. */
  readonly other: Cid;
  readonly committed: Address[];
  /** To whom the worker does not serve `drawn`: at all, or never ends doing so. */
  readonly refuses: Set<Address>;
  readonly stalls: Set<Address>;
  /** All members see a block at this second of the window. */
  block(second: number): Promise<void>;
  say(from: Address, missing: Cid, more?: object): Promise<string[]>;
  verdicts(): Promise<Array<string | null>>;
}

/** States of the checkpoints, and which segment a validator draws. */
async function readWork({ on, blobs }: DisputeWorld) {
  const listed = commitment.parse(await blobs.ann.getObject(cidOfDigest(on.manifest, 'dag-cbor')));
  const [entry] = listed.entries;
  const { proof } = signedProof.parse(await blobs.ann.getObject(entry?.proof ?? cidFor('no proof')));
  const states = trace.parse(await blobs.ann.getObject(proof.traceCid)).checkpoints.map(({ state }) => state as Cid);
  const nothing = { view: { job: () => null, seed: () => null }, blobs: blobs.ann };
  const source = await findSource(nothing, { task: TASK, shard: SHARD, epoch: EPOCH, worker: ann.address });
  if (source === null) throw new RangeError('there is no such base shard');
  const segmentOf = (validator: Address): number => {
    const draw = { seed: hashFor(`seed ${EPOCH}`), worker: ann.address, validator };
    return segmentAt(source.plan, sampleOffsets(draw, on.units, 1)[0] ?? 0n);
  };
  return { states, segmentOf };
}

/** One validator that draws segment 2, and others that draw the first or the second. */
function namesFor(segmentOf: (validator: Address) => number, count: number): Address[] {
  const names = Array.from(
    { length: 60 },
    (_, i) => openSigner(`0x${(i + 300).toString(16).padStart(64, '0')}`).address,
  );
  const first = names.find((name) => segmentOf(name) === 2);
  const rest = names.filter((name) => segmentOf(name) < 2).slice(0, count - 1);
  if (first === undefined || rest.length < count - 1) throw new RangeError('too few names');
  return [first, ...rest];
}

export async function committee(pool: EnginePool, count = 3): Promise<Committee> {
  const world = await disputeWorld(pool);
  const { states, segmentOf } = await readWork(world);
  const names = namesFor(segmentOf, count);
  const drawn = states[2] as Cid;
  const [refuses, stalls, committed] = [new Set<Address>(), new Set<Address>(), [] as Address[]];
  const stores = new Map(names.map((name) => [name, new MemoryBlobs()]));
  const handlers = new Map<Address, Handler>();
  let now = DRAWN;
  let waiting: Array<() => void> = [];
  let stalled = 0;
  const mine = (): void => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  const view = {
    ...world.view,
    head: (): Head => ({ number: now, timestamp: now }),
    // Nobody waits for an audit that stands still.
    nextBlock: () =>
      new Promise<Head>((resolve) => {
        const wake = (): void => resolve(view.head());
        if (stalled > 0) setImmediate(wake);
        else waiting.push(wake);
      }),
  };

  /** Peers of one call: whoever is named, the worker with what it serves to this member. */
  const blobsOf = (self: Address, store: MemoryBlobs, kept: Set<Cid>) => {
    const ask = async <T>(cid: Cid, options: Parameters<Blobs['get']>[1], get: () => Promise<T>): Promise<T> => {
      const { from = [], signal } = options ?? {};
      const isHeld = await store.has(cid);
      const others = from.flatMap((who) => stores.get(who) ?? []);
      const isElsewhere = (await Promise.all(others.map((other) => other.has(cid)))).includes(true);
      if (cid === drawn && stalls.has(self) && !isHeld && !isElsewhere) {
        stalled += 1;
        mine();
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
        stalled -= 1;
        throw blobError('ABORTED', { cid });
      }
      const isServed = from.includes(ann.address) && !(cid === drawn && refuses.has(self));
      store.peers.splice(0, store.peers.length, ...others, ...(isServed ? [world.blobs.ann] : []));
      return get();
    };
    return {
      get: (cid: Cid, options?: Parameters<Blobs['get']>[1]) => ask(cid, options, () => store.get(cid, options)),
      getObject: (cid: Cid, options?: Parameters<Blobs['getObject']>[1]) =>
        ask(cid, options, () => store.getObject(cid)),
      putObject: (value: unknown) => store.putObject(value),
      keep: async (cid: Cid) => void kept.add(cid),
    };
  };

  const deliver = async (from: Address, message: unknown): Promise<string[]> => {
    const decoded = decodeCbor(encodeCbor(message), TOPICS.missing.maxBytes);
    if (!decoded.ok) throw decoded.error;
    const others = [...handlers].filter(([who]) => who !== from);
    return Promise.all(others.map(([, handle]) => handle(decoded.value, peerOf(from))));
  };

  const member = (self: Address): Member => {
    const store = stores.get(self) ?? new MemoryBlobs();
    const kept = new Set<Cid>();
    const ports = {
      view,
      blobs: blobsOf(self, store, kept),
      engine: pool,
      audit: auditWorker,
      court: {
        onCommittee: async ({ validator }: { validator: Address }) => names.includes(validator),
        commitVerdict: async () => {
          committed.push(self);
          return { transaction: hashFor('sent'), block: 1 };
        },
      },
      gossip: {
        publish: async (_: unknown, message: unknown) => void (await deliver(self, message)),
        subscribe: (_: unknown, handler: Handler) => {
          handlers.set(self, handler);
          return () => void handlers.delete(self);
        },
      },
      peers: { peersOf: (who: Address) => [peerOf(who)] },
      random: { bytes: (length: number) => new Uint8Array(length).fill(5) },
      log: quiet,
    };
    const settings = { self, law, domain: DOMAIN };
    const records = new VerdictRecords(memoryKeep());
    const hints = new HintBook(ports, settings);
    hints.listen();
    return { self, looking: new Looking(ports, settings, records, hints), hints, records, kept, store };
  };

  const members = names.map(member);
  const never = new AbortController().signal;
  return {
    world,
    members,
    drawn,
    other: states[3] as Cid,
    committed,
    refuses,
    stalls,
    block: async (second) => {
      now = DRAWN + second;
      for (const { looking } of members) await looking.act({ number: now, timestamp: now }, never);
      mine();
    },
    say: (from, missing, more = {}) =>
      deliver(from, { epoch: EPOCH, worker: ann.address, validator: from, missing, served: false, ...more }),
    verdicts: () =>
      Promise.all(members.map(async ({ records }) => (await records.get(EPOCH, ann.address))?.verdict ?? null)),
  };
}
