/** Drawing seeds: the round that the law names for an epoch is fetched when it has appeared, and submitted if nobody has. */
import type { Address, Epoch } from '#protocol/ids.ts';
import type { Law } from '#protocol/limits.ts';
import type { BeaconPort, ChainView, Head, RoundsPort } from '#protocol/ports.ts';
import { type BeaconChain, roundOf, timeOf } from '#protocol/time/beacon.ts';
import { epochAt } from '#protocol/time/epoch.ts';
import { recentEpochs } from '../compute/collect.ts';
import { onEach } from '../duty.ts';
import { turnOf } from './conclude.ts';

export interface DrawPorts {
  readonly view: Pick<ChainView, 'head' | 'seed'>;
  readonly beacon: BeaconPort;
  readonly rounds: RoundsPort;
}

export interface DrawSettings {
  readonly self: Address;
  readonly law: Law;
  readonly beacon: BeaconChain;
  readonly lookback: number;
}

export class Drawing {
  readonly #ports: DrawPorts;
  readonly #settings: DrawSettings;

  constructor(ports: DrawPorts, settings: DrawSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  async act(head: Head, signal: AbortSignal): Promise<void> {
    const { law, lookback } = this.#settings;
    const now = epochAt(law, head.timestamp);
    if (now === null) return;
    await onEach(recentEpochs(now, lookback).reverse(), (of) => this.#draw(of, head.timestamp, signal));
  }

  async #draw(of: Epoch, now: number, signal: AbortSignal): Promise<void> {
    const { self, law, beacon } = this.#settings;
    const { view, rounds } = this.#ports;
    if (view.seed(of) !== null) return;
    const round = roundOf(law, beacon, of);
    if (now < timeOf(beacon, round) + turnOf(self, of, law.committee)) return;
    const signature = await rounds.signature(round, signal);
    // While it was fetched, somebody else may have paid for it.
    if (view.seed(of) === null) await this.#ports.beacon.draw(of, signature);
  }
}
