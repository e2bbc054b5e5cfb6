/** Takes shards: which free shards this node asks the market for. */
import type { Address } from '#protocol/ids.ts';
import { type Law, WORD } from '#protocol/limits.ts';
import type { Head, MarketPort, StakePort } from '#protocol/ports.ts';
import type { JobSpec } from '#protocol/work/job.ts';
import { planJob, type ShardPlan } from '#protocol/work/shard.ts';
import type { JobBook, OpenJob } from '../job-book.ts';
import type { ProofIndex } from '../proof-index.ts';
import { Releasing, type ReleasePorts } from './release.ts';

interface ClaimPorts extends ReleasePorts {
  readonly market: Pick<MarketPort, 'claimShards' | 'releaseShards' | 'waitsUntil'>;
  readonly stake: Pick<StakePort, 'stakeOf' | 'minimum'>;
}

export interface ClaimSettings {
  readonly self: Address;
  readonly law: Law;
  /** Shards held and not yet delivered, at most. */
  readonly capacity: number;
  /** Classes of jobs that this node's engine serves. */
  readonly classes: ReadonlySet<JobSpec['class']>;
}

const wordOf = (shard: number): number => Math.floor(shard / WORD);
const bitOf = (shard: number): bigint => 1n << BigInt(shard % WORD);

/** One request to the market. */
export interface ClaimRequest {
  readonly job: bigint;
  readonly word: number;
  readonly mask: bigint;
  readonly limit: number;
}

/** In an ordered job nothing is claimed further ahead than the word after the one that is being made. */
function lastWord(job: OpenJob, frontier: ShardPlan): number {
  return job.view.width === 0 ? Number.POSITIVE_INFINITY : wordOf(frontier.index) + 1;
}

/**
 * Free shards of the first word that is not delivered yet, or of the word after it, so that a claim is mined while its
 * inputs are being made. A third of what is free at most: others want work too, and the contract grants each its own.
 */
export function chooseShards(
  job: OpenJob,
  plans: readonly ShardPlan[],
  claims: ReadonlyMap<number, Address>,
  isDelivered: (shard: number) => boolean,
  room: number,
): ClaimRequest | null {
  const frontier = plans.find((plan) => !isDelivered(plan.index));
  if (frontier === undefined || room <= 0) return null;
  const free = plans.filter((plan) => !claims.has(plan.index) && wordOf(plan.index) <= lastWord(job, frontier));
  const [first] = free;
  if (first === undefined) return null;
  const word = wordOf(first.index);
  const inWord = free.filter((plan) => wordOf(plan.index) === word);
  const mask = inWord.reduce((bits, plan) => bits | bitOf(plan.index), 0n);
  return { job: job.view.id, word, mask, limit: Math.max(1, Math.min(room, Math.floor(inWord.length / 3))) };
}

export class Claiming {
  readonly #ports: ClaimPorts;
  readonly #settings: ClaimSettings;
  readonly #book: JobBook;
  readonly #index: ProofIndex;
  /** By job: what it remembers of a job's claims ends with the job. */
  readonly #releasing = new Map<bigint, Releasing>();
  /** Until when this node claims nothing in a job, as the market said when it was last asked. */
  readonly #until = new Map<bigint, number>();

  constructor(ports: ClaimPorts, settings: ClaimSettings, book: JobBook, index: ProofIndex) {
    this.#ports = ports;
    this.#settings = settings;
    this.#book = book;
    this.#index = index;
  }

  /** One turn: frees what others do not deliver, then asks for what this node has room for. */
  async act(head: Head, signal: AbortSignal): Promise<void> {
    const { self } = this.#settings;
    if (this.#ports.view.slashed(self)) return;
    const { classes } = this.#settings;
    const open = (await this.#book.open(signal)).filter(({ view }) => head.timestamp < view.deadline);
    const jobs = open.filter(({ spec }) => classes.has(spec.class));
    this.#forgetAllBut(jobs);
    for (const job of jobs) await this.#releasingOf(job).act(job, head, this.#deliveredOf(job));
    let room = this.#settings.capacity - jobs.reduce((sum, job) => sum + this.#undelivered(job), 0);
    if (room <= 0 || jobs.length === 0 || !(await this.#mayClaim())) return;
    for (const job of jobs) {
      const request = this.#choose(job, room);
      if (request === null || (await this.#waitsIn(job.view.id, head))) continue;
      await this.#ports.market.claimShards(request);
      room -= request.limit;
    }
  }

  #forgetAllBut(jobs: readonly OpenJob[]): void {
    const open = new Set(jobs.map(({ view }) => view.id));
    for (const kept of [this.#releasing, this.#until])
      for (const id of [...kept.keys()]) if (!open.has(id)) kept.delete(id);
  }

  #releasingOf({ view: { id } }: OpenJob): Releasing {
    const known = this.#releasing.get(id) ?? new Releasing(this.#ports, this.#settings);
    this.#releasing.set(id, known);
    return known;
  }

  async #mayClaim(): Promise<boolean> {
    const [staked, minimum] = await Promise.all([
      this.#ports.stake.stakeOf(this.#settings.self),
      this.#ports.stake.minimum(),
    ]);
    return staked >= minimum;
  }

  /** Who let a claim of the job lapse waits, and the market refuses it until then. */
  async #waitsIn(job: bigint, head: Head): Promise<boolean> {
    if (head.timestamp < (this.#until.get(job) ?? 0)) return true;
    const until = await this.#ports.market.waitsUntil(job, this.#settings.self);
    this.#until.set(job, until);
    return head.timestamp < until;
  }

  #choose(job: OpenJob, room: number): ClaimRequest | null {
    return chooseShards(job, planJob(job.spec), this.#ports.view.claims(job.view.id), this.#deliveredOf(job), room);
  }

  /** Shards that this node holds and that can run now or next; those that wait behind a reset take no room. */
  #undelivered(job: OpenJob): number {
    const isDelivered = this.#deliveredOf(job);
    const waiting = planJob(job.spec).filter((plan) => !isDelivered(plan.index));
    const [frontier] = waiting;
    if (frontier === undefined) return 0;
    const claims = this.#ports.view.claims(job.view.id);
    const mine = waiting.filter((plan) => claims.get(plan.index) === this.#settings.self);
    return mine.filter((plan) => wordOf(plan.index) <= lastWord(job, frontier)).length;
  }

  #deliveredOf(job: OpenJob): (shard: number) => boolean {
    const paid = this.#ports.view.paid(job.view.id);
    return (shard) => paid.has(shard) || this.#index.standing(job.view.id, job.spec, shard) !== null;
  }
}
