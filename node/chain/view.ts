/** Chain facts as of the newest confirmed block, held in memory: the read side of the chain. */
import type { DisputeView } from '#protocol/dispute/moves.ts';
import { type Address, type Epoch, type Wei, wei } from '#protocol/ids.ts';
import type { ChainView, CommitmentView, Head, JobView, RevealedVerdict } from '#protocol/ports.ts';
import type { LogSink } from './events.ts';
import { applyEvent, type ChainEvent, type ChainFacts, type Earning, noFacts, type Slash } from './projection.ts';
import type { RawLog } from './rpc.ts';

const NOWHERE: Head = { number: 0, timestamp: 0 };

export class ProjectedView implements ChainView, LogSink {
  readonly #decode: (log: RawLog) => readonly ChainEvent[];
  #facts: ChainFacts = noFacts();
  #head: Head = NOWHERE;
  #waiting: Array<(head: Head) => void> = [];

  /** @param decode what a log of the contracts says; nothing for logs that the node does not care about */
  constructor(decode: (log: RawLog) => readonly ChainEvent[]) {
    this.#decode = decode;
  }

  reset(): void {
    this.#facts = noFacts();
    this.#head = NOWHERE;
  }

  apply(log: RawLog): void {
    for (const event of this.#decode(log)) applyEvent(this.#facts, event);
  }

  reached(head: Head): void {
    this.#head = head;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(head);
  }

  head(): Head {
    return this.#head;
  }

  seed(epoch: Epoch): ReturnType<ChainView['seed']> {
    return this.#facts.seeds.get(epoch) ?? null;
  }

  commitments(epoch: Epoch): readonly CommitmentView[] {
    return [...(this.#facts.commitments.get(epoch)?.values() ?? [])];
  }

  jobs(): readonly JobView[] {
    return [...this.#facts.jobs.values()].map((job) => job.view);
  }

  job(id: bigint): JobView | null {
    return this.#facts.jobs.get(id)?.view ?? null;
  }

  claims(job: bigint): ReadonlyMap<number, Address> {
    return this.#facts.jobs.get(job)?.claims ?? new Map();
  }

  everHeld(job: bigint, shard: number, worker: Address): boolean {
    return this.#facts.jobs.get(job)?.held.get(shard)?.has(worker) ?? false;
  }

  paid(job: bigint): ReadonlySet<number> {
    return this.#facts.jobs.get(job)?.paid ?? new Set();
  }

  resets(job: bigint): ReturnType<ChainView['resets']> {
    return this.#facts.jobs.get(job)?.resets ?? [];
  }

  slashed(worker: Address): boolean {
    return this.#facts.slashed.has(worker);
  }

  settled(epoch: Epoch): boolean {
    return this.#facts.settled.has(epoch);
  }

  releasedIn(epoch: Epoch): Wei | null {
    return this.#facts.settled.get(epoch) ?? null;
  }

  reveals(epoch: Epoch): ReadonlyMap<Address, number> {
    return this.#facts.reveals.get(epoch) ?? new Map();
  }

  verdicts(epoch: Epoch, worker: Address): readonly RevealedVerdict[] {
    return this.#facts.verdicts.get(epoch)?.get(worker) ?? [];
  }

  disputes(): readonly DisputeView[] {
    return [...this.#facts.disputes.values()];
  }

  nextBlock(signal?: AbortSignal): Promise<Head> {
    if (signal?.aborted === true) return Promise.resolve(this.#head);
    return new Promise((resolve) => {
      const end = (): void => {
        signal?.removeEventListener('abort', end);
        this.#waiting = this.#waiting.filter((w) => w !== end);
        resolve(this.#head);
      };
      this.#waiting.push(end);
      signal?.addEventListener('abort', end, { once: true });
    });
  }

  /** Everything that was slashed so far, oldest first. */
  slashes(): readonly Slash[] {
    return this.#facts.slashes;
  }

  /** What an account was paid so far, oldest first. */
  earningsOf(account: Address): readonly Earning[] {
    return this.#facts.earnings.get(account) ?? [];
  }

  /** Everything that the pool released so far. */
  released(): Wei {
    return sumOf([...this.#facts.settled.values()]);
  }

  /** Fees that workers and auditors were paid so far. */
  paidFees(): Wei {
    const earnings = [...this.#facts.earnings.values()].flat();
    return sumOf(earnings.filter(({ kind }) => kind === 'fee' || kind === 'audit-fee').map(({ amount }) => amount));
  }
}

function sumOf(amounts: readonly Wei[]): Wei {
  return wei(amounts.reduce((sum: bigint, one) => sum + one, 0n));
}
