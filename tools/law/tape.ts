/** The form in which histories reach Solidity: a row of numbers, each as its length in bytes and its bytes, big-endian. */

export class Tape {
  readonly #parts: Buffer[] = [];

  number(value: bigint | number): this {
    const hex = BigInt(value).toString(16);
    const bytes =
      value === 0n || value === 0 ? Buffer.alloc(0) : Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
    if (bytes.length > 32) throw new RangeError(`not a uint256: ${value}`);
    this.#parts.push(Buffer.from([bytes.length]), bytes);
    return this;
  }

  numbers(values: readonly (bigint | number)[]): this {
    for (const value of values) this.number(value);
    return this;
  }

  bytes(data: Uint8Array): this {
    this.number(data.length);
    this.#parts.push(Buffer.from(data));
    return this;
  }

  end(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
