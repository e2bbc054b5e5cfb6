/** Collects what final work earned: folds audited commitments in, settles epochs, redeems market leaves, claims emission. */
import { cidOfDigest } from '#protocol/codec/cid.ts';
import { type Address, type Epoch, epoch } from '#protocol/ids.ts';
import { type Law, WORD } from '#protocol/limits.ts';
import type { Blobs, ChainView, CommitmentView, Head, Log, MarketPort, PoolPort, WorkPort } from '#protocol/ports.ts';
import { auditTimes, epochAt } from '#protocol/time/epoch.ts';
import { buildCommitment, type CommittedWork, commitment, leafPath } from '#protocol/work/commitment.ts';
import { jobOfTask } from '#protocol/work/shard.ts';
import { onEach } from '../duty.ts';
import { isOver } from '../turns.ts';

export interface CollectPorts {
  readonly view: Pick<
    ChainView,
    'claims' | 'commitments' | 'seed' | 'settled' | 'job' | 'paid' | 'resets' | 'slashed' | 'disputes'
  >;
  readonly blobs: Pick<Blobs, 'getObject'>;
  readonly work: Pick<WorkPort, 'finalize'>;
  readonly market: Pick<MarketPort, 'redeem'>;
  readonly pool: PoolPort;
  readonly log: Log;
}

export interface CollectSettings {
  readonly self: Address;
  readonly law: Law;
  /** Epochs back that are looked at; older ones are claimed by hand. */
  readonly lookback: number;
}

/** Epochs before `now`, newest first, as far back as asked. */
export function recentEpochs(now: Epoch, lookback: number): Epoch[] {
  return Array.from({ length: Math.min(now, lookback) }, (_, i) => epoch(now - 1 - i));
}

export class Collecting {
  readonly #ports: CollectPorts;
  readonly #settings: CollectSettings;
  /** Epochs that owe nothing any more. */
  readonly #claimed = new Set<Epoch>();

  constructor(ports: CollectPorts, settings: CollectSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** One turn over the recent epochs in which this worker committed. */
  async act(head: Head, signal: AbortSignal): Promise<void> {
    const now = epochAt(this.#settings.law, head.timestamp);
    if (now === null) return;
    await onEach(recentEpochs(now, this.#settings.lookback).reverse(), async (of) => {
      const mine = this.#ports.view.commitments(of).find(({ worker }) => worker === this.#settings.self);
      const drawn = this.#ports.view.seed(of);
      if (mine === undefined || drawn === null) return;
      await this.#collect(mine, auditTimes(this.#settings.law, drawn.drawnAt), head.timestamp, signal);
    });
  }

  async #collect(
    mine: CommitmentView,
    times: ReturnType<typeof auditTimes>,
    now: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { worker, epoch: of } = mine;
    if (mine.outcome === null && now >= times.revealsEnd) await this.#ports.work.finalize(worker, of);
    if (now >= times.pays && !this.#ports.view.settled(of)) await this.#ports.pool.settle();
    if (mine.outcome !== 'accepted' || this.#ports.view.slashed(worker)) return;
    if (now >= times.claimable && this.#ports.view.settled(of)) await this.#claim(mine);
    // The market pays nothing of an epoch about which a dispute is open; when it has ended well, it does.
    if (mine.marketUnits > 0n && !this.#isDisputed(mine)) await this.#redeem(mine, signal);
  }

  #isDisputed({ worker, epoch: of }: CommitmentView): boolean {
    const about = this.#ports.view.disputes().filter((dispute) => dispute.worker === worker && dispute.epoch === of);
    return about.some((dispute) => !isOver(dispute));
  }

  async #redeem(mine: CommitmentView, signal: AbortSignal): Promise<void> {
    const parsed = commitment.parse(
      await this.#ports.blobs.getObject(cidOfDigest(mine.manifest, 'dag-cbor'), { signal }),
    );
    const work = buildCommitment(parsed.entries);
    await onEach([...work.leaves.entries()], async ([index, leaf]) => {
      if (!this.#isPayable(mine, leaf)) return;
      const { entries: _, ...proven } = leaf;
      this.#ports.log.info({ task: leaf.task, word: leaf.word, epoch: mine.epoch }, 'redeeming');
      await this.#ports.market.redeem({
        worker: mine.worker,
        epoch: mine.epoch,
        leaf: proven,
        path: leafPath(work, index),
      });
    });
  }

  /** Unpaid and held, later than every reset, and, in an ordered job, with every earlier word paid. */
  #isPayable(mine: CommitmentView, leaf: CommittedWork['leaves'][number]): boolean {
    const id = jobOfTask(leaf.task);
    const job = id === null ? null : this.#ports.view.job(id);
    if (id === null || job === null || job.state !== 'open') return false;
    const paid = this.#ports.view.paid(id);
    const claims = this.#ports.view.claims(id);
    if (leaf.entries.some(({ shard }) => paid.has(shard) || claims.get(shard) !== mine.worker)) return false;
    if (this.#ports.view.resets(id).some((reset) => leaf.word >= reset.fromWord && mine.epoch <= reset.epoch))
      return false;
    return job.width === 0 || paidBelow(paid, leaf.word) === shardsBelow(job.width, leaf.word);
  }

  async #claim({ epoch: of, marketUnits }: CommitmentView): Promise<void> {
    if (this.#claimed.has(of)) return;
    const claimable = await this.#ports.pool.claimable(this.#settings.self, of);
    if (claimable.work === 0n) return;
    await this.#ports.pool.claimWork(of);
    // What market work earns grows as it is redeemed; base work is claimed at once. A zero alone proves nothing: it may be
    // the answer of an endpoint that is some blocks behind.
    if (marketUnits === 0n) this.#claimed.add(of);
  }
}

function paidBelow(paid: ReadonlySet<number>, word: number): number {
  return [...paid].filter((shard) => shard < word * WORD).length;
}

/** Shards in the words before `word` of an ordered job: slices in even words, one merge in odd ones. */
function shardsBelow(width: number, word: number): number {
  if (width === 1) return word;
  return Math.ceil(word / 2) * (width - 1) + Math.floor(word / 2);
}
