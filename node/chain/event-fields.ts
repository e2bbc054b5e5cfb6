/** Arguments of an event by name, each checked to be of the kind that its reader expects. */
import { type Result, getBytes } from 'ethers';
import { z } from 'zod';
import { type Address, address, type Epoch, epoch } from '#protocol/ids.ts';
import type { ChainEvent } from './projection.ts';

export class Fields {
  readonly #args: Result;

  constructor(args: Result) {
    this.#args = args;
  }

  big(name: string): bigint {
    return z.bigint().parse(this.#args.getValue(name));
  }

  number(name: string): number {
    return Number(this.big(name));
  }

  text(name: string): string {
    return z.string().parse(this.#args.getValue(name));
  }

  flag(name: string): boolean {
    return z.boolean().parse(this.#args.getValue(name));
  }

  bytes(name: string): Uint8Array {
    return getBytes(this.text(name));
  }

  account(name: string): Address {
    return address(this.text(name));
  }

  epoch(): Epoch {
    return epoch(this.number('epoch'));
  }
}

/** What an event says. */
export type Row = (f: Fields) => ChainEvent;
