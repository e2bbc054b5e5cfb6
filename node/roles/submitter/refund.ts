/** Takes back what the escrow of a job still holds, once its deadline has passed and nobody can be paid from it any more. */
import { CorexError } from '#protocol/errors.ts';
import type { Address } from '#protocol/ids.ts';
import type { Law } from '#protocol/limits.ts';
import type { ChainView, Head, JobView, Log, MarketPort } from '#protocol/ports.ts';
import { onEach } from '../duty.ts';

export interface RefundPorts {
  readonly view: Pick<ChainView, 'jobs'>;
  readonly market: Pick<MarketPort, 'refund'>;
  readonly log: Log;
}

export interface RefundSettings {
  readonly self: Address;
  readonly law: Pick<Law, 'claimTimeoutSeconds'>;
}

export class Refunding {
  readonly #ports: RefundPorts;
  readonly #settings: RefundSettings;
  /** When a job that was refused is asked for again: the market waits for disputes, whoever they are against. */
  readonly #next = new Map<bigint, number>();

  constructor(ports: RefundPorts, settings: RefundSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** One turn over this account's jobs whose deadline, and the time of a claim after it, are over. */
  async act({ timestamp }: Head): Promise<void> {
    const { self, law } = this.#settings;
    const isDue = ({ id, submitter, state, deadline }: JobView) =>
      submitter === self &&
      state === 'open' &&
      timestamp >= Math.max(deadline + law.claimTimeoutSeconds, this.#next.get(id) ?? 0);
    await onEach(this.#ports.view.jobs().filter(isDue), async ({ id }) => {
      this.#next.set(id, timestamp + law.claimTimeoutSeconds);
      await this.#refund(id);
    });
  }

  async #refund(job: bigint): Promise<void> {
    try {
      await this.#ports.market.refund(job);
      this.#ports.log.info({ job: job.toString() }, 'job refunded');
    } catch (error) {
      if (!(error instanceof CorexError) || error.details['error'] !== 'NotRefundable') throw error;
    }
  }
}
