/** A number's history by epoch: what it was from which epoch on. OpenZeppelin's Checkpoints, as StakeRegistry.sol uses it. */

interface Checkpoint {
  readonly from: number;
  value: bigint;
}

export class Checkpoints {
  readonly #all: Checkpoint[] = [];

  latest(): bigint {
    return this.#all.at(-1)?.value ?? 0n;
  }

  /** @param from never below an earlier one: time does not run back */
  push(from: number, value: bigint): void {
    const last = this.#all.at(-1);
    if (last?.from === from) last.value = value;
    else this.#all.push({ from, value });
  }

  /** The value that counts in an epoch. */
  at(epoch: number): bigint {
    return this.#all.findLast(({ from }) => from <= epoch)?.value ?? 0n;
  }
}
