/** Who holds which shards of one word, since when, and which are paid. TaskMarket.sol is the master. */
import type { Address } from '../ids.ts';

interface Part {
  readonly mask: bigint;
  readonly claimedAt: number;
}

const NO_PART: Part = { mask: 0n, claimedAt: 0 };

export class WordClaims {
  readonly #all: bigint;
  readonly #parts = new Map<Address, Part>();
  /** Who claimed the word as a whole holds it as a whole, what it held before included. */
  #whole: { readonly holder: Address; readonly claimedAt: number } | null = null;
  #taken = 0n;
  #paid = 0n;

  /** @param all bits of the word that stand for shards */
  constructor(all: bigint) {
    this.#all = all;
  }

  get paid(): bigint {
    return this.#paid;
  }

  freeOf(mask: bigint): bigint {
    return this.#whole === null ? mask & ~this.#taken : 0n;
  }

  grant(worker: Address, granted: bigint, now: number): void {
    if (granted === this.#all) {
      this.#whole = { holder: worker, claimedAt: now };
      return;
    }
    this.#taken |= granted;
    this.#parts.set(worker, { mask: this.#partOf(worker).mask | granted, claimedAt: now });
  }

  heldBy(worker: Address): bigint {
    if (this.#whole === null) return this.#partOf(worker).mask;
    return this.#whole.holder === worker ? this.#all : 0n;
  }

  /** When the worker last claimed of this word. */
  claimedAt(worker: Address): number {
    return this.#whole?.holder === worker ? this.#whole.claimedAt : this.#partOf(worker).claimedAt;
  }

  /** @param mask of what the worker holds */
  release(worker: Address, mask: bigint): void {
    const [held, claimedAt] = [this.heldBy(worker), this.claimedAt(worker)];
    if (this.#whole?.holder === worker) [this.#whole, this.#taken] = [null, this.#all];
    this.#taken &= ~mask;
    this.#parts.set(worker, { mask: held & ~mask, claimedAt });
  }

  /** @returns whether the word is paid as a whole by it */
  pay(mask: bigint): boolean {
    this.#paid |= mask;
    return this.#paid === this.#all;
  }

  #partOf(worker: Address): Part {
    return this.#parts.get(worker) ?? NO_PART;
  }
}
