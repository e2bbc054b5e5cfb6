/** Frees shards for others: those of slashed workers at once, those that nobody delivers or serves once the claim has lapsed. */
import { hashWords } from '#protocol/codec/abi.ts';
import { lapsesAt } from '#protocol/economy/lapses.ts';
import { CorexError } from '#protocol/errors.ts';
import type { Address } from '#protocol/ids.ts';
import { type Law, WORD } from '#protocol/limits.ts';
import type { ChainView, Head, Log, MarketPort } from '#protocol/ports.ts';
import { epochAt } from '#protocol/time/epoch.ts';
import { planShard } from '#protocol/work/shard.ts';
import type { OpenJob } from '../job-book.ts';
import { isOver } from '../turns.ts';
import { recentEpochs } from './collect.ts';

export interface ReleasePorts {
  readonly view: Pick<ChainView, 'claims' | 'slashed' | 'paid' | 'commitments' | 'disputes'>;
  readonly market: Pick<MarketPort, 'releaseShards' | 'waitsUntil'>;
  readonly log: Log;
}

interface ReleaseSettings {
  readonly self: Address;
  readonly law: Law;
}

/** Why a claim is freed. */
type Ground = 'slashed' | 'lapsed';

/** Anyone may free a lapsed claim; each waits its own few seconds, so that seldom two pay for it. */
const SPREAD_S = 8;
/** Epochs in which a worker that did not serve its data is remembered. */
const LOOKBACK = 8;
/** Once may be an outage, and what was delivered then is committed again. Who withholds is refused again. */
const OUTAGES = 2;

const keyOf = (shard: number, holder: Address): string => `${shard}/${holder}`;

const shardsIn = ({ word, mask }: { readonly word: number; readonly mask: bigint }): number[] =>
  Array.from({ length: WORD }, (_, bit) => bit).flatMap((bit) =>
    (mask >> BigInt(bit)) & 1n ? [word * WORD + bit] : [],
  );

/** Of one job. */
export class Releasing {
  readonly #ports: ReleasePorts;
  readonly #settings: ReleaseSettings;
  /** When each claim was first seen here, in seconds of chain time: never before it was made, so what lapses here has lapsed. */
  readonly #since = new Map<string, number>();
  /** When a dispute against somebody was last seen open. */
  readonly #busy = new Map<Address, number>();
  /** When its inputs were missing last: nobody has to deliver what could not be begun. */
  readonly #ready = new Map<string, number>();
  /** Who let a claim of a job lapse: those wait for nothing any more, or they would hold one word after the other. */
  readonly #lapsedBefore = new Set<Address>();

  constructor(ports: ReleasePorts, settings: ReleaseSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** @param isDelivered does a proof of its holder stand for the shard? Then it is left alone, unless its data is not served */
  async act(job: OpenJob, head: Head, isDelivered: (shard: number) => boolean): Promise<void> {
    const { view } = job;
    const paid = this.#ports.view.paid(view.id);
    const unserved = this.#unserved(head);
    for (const { worker } of this.#ports.view.disputes().filter((dispute) => !isOver(dispute)))
      this.#busy.set(worker, head.timestamp);
    const parts = new Map<string, { holder: Address; word: number; mask: bigint; ground: Ground }>();
    for (const [shard, holder] of this.#ports.view.claims(view.id)) {
      if (paid.has(shard)) continue;
      const key = keyOf(shard, holder);
      if (planShard(job.spec, shard).inputs.some((input) => !isDelivered(input))) this.#ready.set(key, head.timestamp);
      const lapsed = this.#hasLapsed(this.#since, key, head, this.#busy.get(holder));
      const begun = this.#hasLapsed(this.#ready, key, head);
      const isOthers = holder !== this.#settings.self;
      const isLeft = !isDelivered(shard) || unserved.has(holder);
      const isDue = isOthers && lapsed && isLeft && (begun || (await this.#hasLapsedBefore(view.id, holder)));
      const ground = this.#ports.view.slashed(holder) ? 'slashed' : isDue ? 'lapsed' : null;
      if (ground === null) continue;
      const word = Math.floor(shard / WORD);
      const mask = parts.get(`${holder}/${word}`)?.mask ?? 0n;
      parts.set(`${holder}/${word}`, { holder, word, ground, mask: mask | (1n << BigInt(shard % WORD)) });
    }
    for (const { ground, ...part } of parts.values()) {
      this.#ports.log.info({ job: view.id.toString(), holder: part.holder, word: part.word, ground }, 'freeing shards');
      await this.#release({ job: view.id, ...part }, head);
    }
  }

  /** A holder that took more of the word later has its whole part for longer: the market refuses, and this node waits once more. */
  async #release(part: { job: bigint; word: number; mask: bigint; holder: Address }, head: Head): Promise<void> {
    try {
      await this.#ports.market.releaseShards(part);
    } catch (error) {
      if (!(error instanceof CorexError) || error.code !== 'CHAIN_REVERTED') throw error;
      for (const shard of shardsIn(part)) this.#since.set(keyOf(shard, part.holder), head.timestamp);
    }
  }

  async #hasLapsedBefore(job: bigint, holder: Address): Promise<boolean> {
    if (this.#lapsedBefore.has(holder)) return true;
    if ((await this.#ports.market.waitsUntil(job, holder)) === 0) return false;
    this.#lapsedBefore.add(holder);
    return true;
  }

  /** @param busyUntil nothing is paid to whom a dispute is about, so its claims wait for the end of it */
  #hasLapsed(times: Map<string, number>, key: string, head: Head, busyUntil = 0): boolean {
    const { self, law } = this.#settings;
    const since = times.get(key) ?? head.timestamp;
    times.set(key, since);
    const turn = Number(BigInt(hashWords([self, since])) % BigInt(SPREAD_S));
    return head.timestamp >= lapsesAt(since, busyUntil, law) + turn;
  }

  #unserved(head: Head): ReadonlySet<Address> {
    const now = epochAt(this.#settings.law, head.timestamp);
    if (now === null) return new Set();
    const commitments = recentEpochs(now, LOOKBACK).flatMap((of) => [...this.#ports.view.commitments(of)]);
    const outages = new Map<Address, number>();
    for (const { worker, outcome } of commitments)
      if (outcome === 'unavailable') outages.set(worker, (outages.get(worker) ?? 0) + 1);
    return new Set([...outages].filter(([, count]) => count >= OUTAGES).map(([worker]) => worker));
  }
}
