/** Runs what this node holds: market shards whose inputs stand, and base tasks of the epoch while there is nothing else. */
import { CorexError } from '#protocol/errors.ts';
import type { Address, Epoch } from '#protocol/ids.ts';
import type { Law } from '#protocol/limits.ts';
import type { Blobs, ChainView, Gossip, Head, Log } from '#protocol/ports.ts';
import { epochAt } from '#protocol/time/epoch.ts';
import { baseTask } from '#protocol/work/base-task.ts';
import { proofToWire } from '#protocol/work/proof.ts';
import { planShard, taskOfJob } from '#protocol/work/shard.ts';
import { findSource, jobSource } from '#verifier/shard-run.ts';
import type { JobBook, OpenJob } from '../job-book.ts';
import type { ProofIndex, StandingProof } from '../proof-index.ts';
import type { MakeProof, ShardOrder } from './prove.ts';
import type { Shelf } from './shelf.ts';

export interface WorkPorts {
  readonly view: Pick<ChainView, 'claims' | 'job' | 'seed' | 'slashed' | 'paid'>;
  readonly blobs: Pick<Blobs, 'get' | 'getObject'>;
  readonly gossip: Pick<Gossip, 'publish'>;
  readonly log: Log;
  readonly prove: MakeProof;
}

export interface WorkSettings {
  readonly self: Address;
  readonly law: Law;
  /** Shards executed at once. */
  readonly workers: number;
  /** Base shards of one epoch, at most. */
  readonly baseTasks: number;
}

interface WorkMemory {
  readonly book: JobBook;
  readonly index: ProofIndex;
  readonly shelf: Shelf;
}

/** A shard that cannot be executed here is left to its deadline after this many tries. */
const MAX_TRIES = 3;

export class Working {
  readonly #ports: WorkPorts;
  readonly #settings: WorkSettings;
  readonly #memory: WorkMemory;
  readonly #running = new Map<string, Promise<void>>();
  readonly #tries = new Map<string, number>();

  constructor(ports: WorkPorts, settings: WorkSettings, memory: WorkMemory) {
    this.#ports = ports;
    this.#settings = settings;
    this.#memory = memory;
  }

  /** One turn: starts what is ready, up to the number of workers; market shards first. */
  async act(head: Head, signal: AbortSignal): Promise<void> {
    const now = epochAt(this.#settings.law, head.timestamp);
    if (now === null || this.#ports.view.slashed(this.#settings.self)) return;
    for (const job of await this.#memory.book.open(signal)) {
      for (const order of await this.#readyOrders(job, now)) this.#begin(order, signal);
    }
    await this.#baseWork(now, signal);
  }

  /** Resolves when nothing is running. */
  async settle(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  /** Shards that this node holds, has not proven on the inputs that stand, and whose inputs are there. */
  async #readyOrders(job: OpenJob, now: Epoch): Promise<ShardOrder[]> {
    const { self } = this.#settings;
    const paid = this.#ports.view.paid(job.view.id);
    const held = [...this.#ports.view.claims(job.view.id)].filter(
      ([shard, holder]) => holder === self && !paid.has(shard),
    );
    const orders: ShardOrder[] = [];
    for (const [shard] of held.sort(([a], [b]) => a - b)) {
      if (this.#memory.index.standing(job.view.id, job.spec, shard) !== null) continue;
      const inputs = await this.#standingInputs(job, shard);
      if (inputs === null) continue;
      const ref = { task: taskOfJob(job.view.id), shard, epoch: now, worker: self };
      orders.push({ ref, source: jobSource(job.spec, shard, [job.view.submitter]), inputs });
    }
    return orders;
  }

  /** The proofs that stand for a shard's inputs; asks the holders of those that are missing. */
  async #standingInputs(job: OpenJob, shard: number): Promise<StandingProof[] | null> {
    const { index } = this.#memory;
    const inputs = planShard(job.spec, shard).inputs;
    const found = inputs.map((input) => index.standing(job.view.id, job.spec, input));
    const missing = inputs.filter((_, i) => found[i] === null);
    if (missing.length > 0) await Promise.all(missing.map((input) => index.enquire(job.view.id, input)));
    const standing = inputs.map((input) => index.standing(job.view.id, job.spec, input));
    const complete = standing.filter((proof) => proof !== null);
    return complete.length === inputs.length ? complete : null;
  }

  async #baseWork(now: Epoch, signal: AbortSignal): Promise<void> {
    const task = baseTask(now);
    const done = this.#memory.shelf.count(task);
    for (
      let shard = done;
      shard < this.#settings.baseTasks && this.#running.size < this.#settings.workers;
      shard += 1
    ) {
      const ref = { task, shard, epoch: now, worker: this.#settings.self };
      const source = await findSource(this.#ports, ref, signal);
      if (source !== null) this.#begin({ ref, source, inputs: [] }, signal);
    }
  }

  #begin(order: ShardOrder, signal: AbortSignal): void {
    const key = [order.ref.task, order.ref.shard, ...order.inputs.map(({ cid }) => cid)].join('/');
    const tries = this.#tries.get(key) ?? 0;
    if (this.#running.has(key) || this.#running.size >= this.#settings.workers || tries >= MAX_TRIES) return;
    this.#tries.set(key, tries + 1);
    const run = this.#execute(order, signal).finally(() => this.#running.delete(key));
    this.#running.set(key, run);
  }

  async #execute(order: ShardOrder, signal: AbortSignal): Promise<void> {
    const { task, shard } = order.ref;
    try {
      const signed = await this.#ports.prove(order, signal);
      await this.#memory.shelf.add(signed);
      await this.#memory.index.add(signed);
      this.#ports.log.info(
        { task, shard, kind: order.source.plan.kind, units: signed.proof.units.toString() },
        'shard proven',
      );
      await this.#ports.gossip.publish('proofs', { proof: proofToWire(signed) });
    } catch (error) {
      if (signal.aborted) return;
      const code = error instanceof CorexError ? error.code : undefined;
      this.#ports.log.warn({ task, shard, code, err: error }, 'shard not executed');
    }
  }
}
