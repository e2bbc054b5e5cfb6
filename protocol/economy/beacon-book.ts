/** Which epochs have their seed, and since when: all deadlines of an audit count from there. Beacon.sol is the master. */
import type { Epoch, Hash } from '../ids.ts';
import { type BeaconChain, roundOf, timeOf } from '../time/beacon.ts';
import { type AuditTimes, auditTimes } from '../time/epoch.ts';
import type { Moment } from './moment.ts';
import { demand } from './refusal.ts';

interface Draw {
  readonly seed: Hash;
  readonly at: number;
}

export class BeaconBook {
  readonly #moment: Moment;
  readonly #chain: BeaconChain;
  readonly #draws = new Map<Epoch, Draw>();

  constructor(moment: Moment, chain: BeaconChain) {
    this.#moment = moment;
    this.#chain = chain;
  }

  /** @param seed of the signature of the epoch's round, see time/beacon.ts */
  draw(of: Epoch, seed: Hash): void {
    demand(!this.#draws.has(of), 'AlreadyDrawn');
    demand(this.#moment.time >= this.drawableFrom(of), 'TooEarly');
    this.#draws.set(of, { seed, at: this.#moment.time });
  }

  drawableFrom(of: Epoch): number {
    return timeOf(this.#chain, roundOf(this.#moment.law, this.#chain, of));
  }

  drawOf(of: Epoch): Draw | undefined {
    return this.#draws.get(of);
  }

  /** Null until the seed is drawn. */
  timesOf(of: Epoch): AuditTimes | null {
    const drawn = this.#draws.get(of);
    return drawn === undefined ? null : auditTimes(this.#moment.law, drawn.at);
  }
}
