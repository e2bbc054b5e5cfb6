/** A step that the law refuses, by the name of the contract's error: the books refuse what the contracts refuse. */

export class Refusal extends RangeError {
  /** Name of the Solidity error, or `Panic`. */
  readonly error: string;

  constructor(error: string) {
    super(`the law refuses: ${error}`);
    this.name = 'Refusal';
    this.error = error;
  }
}

/** @throws Refusal unless the condition holds */
export function demand(condition: boolean, error: string): asserts condition {
  if (!condition) throw new Refusal(error);
}
