/** Accepted work of each worker, by kind and tier, for good. ComputeCredential.sol is the master. */
import type { Address, Epoch, Units } from '../ids.ts';
import { RATES } from './score.ts';

export interface Credential {
  readonly epochs: number;
  readonly first: number;
  readonly last: number;
  /** Units by tier. */
  readonly base: readonly bigint[];
  readonly market: readonly bigint[];
}

const NO_UNITS: readonly bigint[] = RATES.map(() => 0n);
const NOTHING: Credential = { epochs: 0, first: 0, last: 0, base: NO_UNITS, market: NO_UNITS };

export class CredentialBook {
  readonly #records = new Map<Address, Credential>();

  of(worker: Address): Credential {
    return this.#records.get(worker) ?? NOTHING;
  }

  record(worker: Address, of: Epoch, tier: number, work: { readonly base: bigint; readonly market: Units }): void {
    const mine = this.of(worker);
    this.#records.set(worker, {
      epochs: mine.epochs + 1,
      // Commitments may be finalized in any order.
      first: mine.epochs === 0 || of < mine.first ? of : mine.first,
      last: of > mine.last ? of : mine.last,
      base: mine.base.map((sum, i) => (i === tier ? sum + work.base : sum)),
      market: mine.market.map((sum, i) => (i === tier ? sum + work.market : sum)),
    });
  }
}
