/** What a validator does around its verdicts: closes what it judged, collects its pay. */
import { hashWords } from '#protocol/codec/abi.ts';
import type { Address, Epoch } from '#protocol/ids.ts';
import type { Law } from '#protocol/limits.ts';
import type {
  ChainView,
  CommitmentView,
  CourtPort,
  Head,
  Log,
  MarketPort,
  PoolPort,
  WorkPort,
} from '#protocol/ports.ts';
import { auditTimes, epochAt } from '#protocol/time/epoch.ts';
import { recentEpochs } from '../compute/collect.ts';
import { onEach } from '../duty.ts';
import type { VerdictRecords } from './records.ts';

export interface ConcludePorts {
  readonly view: Pick<ChainView, 'commitments' | 'seed' | 'settled' | 'slashed'>;
  readonly work: Pick<WorkPort, 'finalize'>;
  readonly court: Pick<CourtPort, 'claimBounty'>;
  readonly market: Pick<MarketPort, 'claimAuditFee' | 'auditFee'>;
  readonly pool: PoolPort;
  readonly log: Log;
}

export interface ConcludeSettings {
  readonly self: Address;
  readonly law: Law;
  readonly lookback: number;
}

/** Anyone may draw or conclude; each waits its own few seconds, so that seldom two pay for the same call. */
export function turnOf(self: Address, of: Epoch, seconds: number): number {
  return Number(BigInt(hashWords([self, of])) % BigInt(seconds));
}

export class Concluding {
  readonly #ports: ConcludePorts;
  readonly #settings: ConcludeSettings;
  readonly #records: VerdictRecords;
  readonly #rewarded = new Set<string>();
  /** Epochs whose emission for audits this validator has, or has none of. */
  readonly #claimed = new Set<Epoch>();
  /** When the fees of a worker's epoch were asked for last: they grow with what the worker redeems, for as long as it may. */
  readonly #asked = new Map<string, number>();

  constructor(ports: ConcludePorts, settings: ConcludeSettings, records: VerdictRecords) {
    this.#ports = ports;
    this.#settings = settings;
    this.#records = records;
  }

  async act(head: Head): Promise<void> {
    const { law, lookback } = this.#settings;
    const now = epochAt(law, head.timestamp);
    if (now === null) return;
    await onEach(recentEpochs(now, lookback).reverse(), async (of) => {
      const drawn = this.#ports.view.seed(of);
      if (drawn !== null) await this.#close(of, auditTimes(law, drawn.drawnAt), head.timestamp);
    });
  }

  async #close(of: Epoch, times: ReturnType<typeof auditTimes>, now: number): Promise<void> {
    if (now < times.revealsEnd) return;
    await onEach(this.#ports.view.commitments(of), (on) => this.#conclude(on, times, now));
    if (now < times.pays) return;
    const judged = this.#ports.view.commitments(of).length > 0;
    if (judged && !this.#ports.view.settled(of) && now >= times.pays + turnOf(this.#settings.self, of, 3))
      await this.#ports.pool.settle();
    if (now >= times.claimable && this.#ports.view.settled(of)) await this.#collect(of, now);
  }

  /** A fault that this validator found it concludes at once; other commitments only when their workers leave them. */
  async #conclude(on: CommitmentView, times: ReturnType<typeof auditTimes>, now: number): Promise<void> {
    if (on.outcome !== null) return;
    const record = await this.#records.get(on.epoch, on.worker);
    const found = record?.verdict === 'fault';
    const left = now >= (times.revealsEnd + times.pays) / 2 + turnOf(this.#settings.self, on.epoch, 3);
    if (found || left) await this.#ports.work.finalize(on.worker, on.epoch);
  }

  async #collect(of: Epoch, now: number): Promise<void> {
    const { self, law } = this.#settings;
    if (!this.#claimed.has(of)) {
      if ((await this.#ports.pool.claimable(self, of)).audit > 0n) await this.#ports.pool.claimAudit(of);
      this.#claimed.add(of);
    }
    for (const on of this.#ports.view.commitments(of)) {
      const isSlashed = this.#ports.view.slashed(on.worker);
      const hasFees = on.outcome === 'accepted' && on.marketUnits > 0n;
      const key = `${of}/${on.worker}`;
      if ((!isSlashed && !hasFees) || now < (this.#asked.get(key) ?? 0) + law.epochSeconds) continue;
      this.#asked.set(key, now);
      const record = await this.#records.get(of, on.worker);
      if (record === null) continue;
      if (record.verdict === 'fault' && isSlashed) await this.#bounty(of, on.worker);
      if ((await this.#ports.market.auditFee(on.worker, of, self)) > 0n)
        await this.#ports.market.claimAuditFee(on.worker, of);
    }
  }

  async #bounty(of: Epoch, worker: Address): Promise<void> {
    const key = `${of}/${worker}`;
    if (this.#rewarded.has(key)) return;
    this.#rewarded.add(key);
    await this.#ports.court.claimBounty(of, worker);
  }
}
