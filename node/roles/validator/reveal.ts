/** Reveals the verdicts that this validator committed to, once the window for verdicts has closed. */
import { CorexError } from '#protocol/errors.ts';
import type { Address, Epoch } from '#protocol/ids.ts';
import type { Law } from '#protocol/limits.ts';
import type { ChainView, CommitmentView, CourtPort, Gossip, Head, Log } from '#protocol/ports.ts';
import { auditTimes, epochAt } from '#protocol/time/epoch.ts';
import { recentEpochs } from '../compute/collect.ts';
import { onEach } from '../duty.ts';
import type { VerdictRecord, VerdictRecords } from './records.ts';

export interface RevealPorts {
  readonly view: Pick<ChainView, 'commitments' | 'seed'>;
  readonly court: Pick<CourtPort, 'revealVerdict'>;
  readonly gossip: Pick<Gossip, 'publish'>;
  readonly log: Log;
}

export interface RevealSettings {
  readonly self: Address;
  readonly law: Law;
}

/** Epochs whose reveal window can still be open. */
const LOOKBACK = 8;

export class Revealing {
  readonly #ports: RevealPorts;
  readonly #settings: RevealSettings;
  readonly #records: VerdictRecords;
  /** Decided, and the chain has no commitment to it: now that the window has closed there will be none. */
  readonly #uncommitted = new Set<string>();

  constructor(ports: RevealPorts, settings: RevealSettings, records: VerdictRecords) {
    this.#ports = ports;
    this.#settings = settings;
    this.#records = records;
  }

  async act(head: Head): Promise<void> {
    const now = epochAt(this.#settings.law, head.timestamp);
    if (now === null) return;
    for (const of of recentEpochs(now, LOOKBACK).reverse()) {
      const drawn = this.#ports.view.seed(of);
      if (drawn === null) continue;
      const { verdictsEnd, revealsEnd } = auditTimes(this.#settings.law, drawn.drawnAt);
      if (head.timestamp < verdictsEnd || head.timestamp >= revealsEnd) continue;
      await onEach(this.#ports.view.commitments(of), (on) => this.#reveal(of, on));
    }
  }

  async #reveal(of: Epoch, on: CommitmentView): Promise<void> {
    const record = await this.#records.get(of, on.worker);
    const key = `${of}/${on.worker}`;
    if (record === null || record.stage === 'revealed' || (record.stage === 'decided' && this.#uncommitted.has(key)))
      return;
    const { verdict, auditDigest, salt } = record;
    try {
      await this.#ports.court.revealVerdict({ epoch: of, worker: on.worker, verdict, auditDigest, salt });
    } catch (error) {
      // Its commitment may have been mined while this process was dead: the chain knows, the record does not.
      if (record.stage !== 'decided' || !(error instanceof CorexError) || error.code !== 'CHAIN_REVERTED') throw error;
      this.#uncommitted.add(key);
      return;
    }
    await this.#records.mark(of, on.worker, 'revealed');
    await this.#tell(of, on.worker, record);
  }

  /** The chain has the verdict; gossip carries where its evidence is. */
  async #tell(of: Epoch, worker: Address, { verdict, report }: VerdictRecord): Promise<void> {
    await this.#ports.gossip.publish('audits', { epoch: of, worker, validator: this.#settings.self, verdict, report });
  }
}
