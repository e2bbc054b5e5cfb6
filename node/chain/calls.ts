/** Typed calls of the contracts: reads go to the chain, writes through the outbox with their meaning. */
import type { Interface } from 'ethers';
import { z } from 'zod';
import type { Address } from '#protocol/ids.ts';
import { type ContractName, contractNames } from './bindings.ts';
import { chainError } from './errors.ts';
import { refusal } from './endpoints.ts';
import type { Done } from './kept-transactions.ts';
import type { Outbox } from './outbox.ts';
import type { Revert } from './reverts.ts';
import type { BlockTag, Rpc } from './rpc.ts';

export type Addresses = Readonly<Record<ContractName, Address>>;
export type Interfaces = Readonly<Record<ContractName, Interface>>;

export interface Write {
  readonly contract: ContractName;
  readonly method: string;
  readonly args: readonly unknown[];
  /** What distinguishes this call from others of the same method. */
  readonly meaning: ReadonlyArray<string | number | bigint>;
  /** Whether it can succeed only once ever. */
  readonly once: boolean;
}

export interface CallsPorts {
  readonly rpc: Rpc;
  readonly outbox: Outbox;
  readonly revertOf: (data: string | null, reason: string) => Revert;
}

export class Calls {
  readonly addresses: Addresses;
  readonly interfaces: Interfaces;
  readonly #ports: CallsPorts;

  constructor(addresses: Addresses, interfaces: Interfaces, ports: CallsPorts) {
    this.addresses = addresses;
    this.interfaces = interfaces;
    this.#ports = ports;
  }

  write({ contract, method, args, meaning, once }: Write): Promise<Done> {
    return this.#ports.outbox.submit({
      key: [contract, method, ...meaning].join('/'),
      once,
      to: this.addresses[contract],
      data: this.interfaces[contract].encodeFunctionData(method, args),
      call: `${contract}.${method}`,
    });
  }

  /** The one value that a view function returns. */
  async read<T>(
    schema: z.ZodType<T>,
    contract: ContractName,
    method: string,
    args: readonly unknown[] = [],
    tag?: BlockTag,
  ): Promise<T> {
    const [value] = await this.readAll(z.tuple([schema]), contract, method, args, tag);
    return value;
  }

  /** All values that a view function returns. */
  async readAll<T>(
    schema: z.ZodType<T>,
    contract: ContractName,
    method: string,
    args: readonly unknown[] = [],
    tag?: BlockTag,
  ): Promise<T> {
    const face = this.interfaces[contract];
    const to = this.addresses[contract];
    try {
      const answer = await this.#ports.rpc.call({ to, data: face.encodeFunctionData(method, args) }, tag);
      return schema.parse(face.decodeFunctionResult(method, answer).toArray());
    } catch (cause) {
      const refused = refusal(cause);
      if (refused?.kind !== 'reverted') throw cause;
      const revert = this.#ports.revertOf(refused.data, refused.reason);
      throw chainError('REVERTED', { call: `${contract}.${method}`, ...revert }, cause);
    }
  }

  /** Logs of one transaction, for what a call returned by event. */
  async logsOf(done: Done) {
    return (await this.#ports.rpc.receipt(done.transaction))?.logs ?? [];
  }
}

/** Shapes of what the contracts return. */
export const amount = z.bigint().nonnegative();
export const flag = z.boolean();

export function contractAddresses(addresses: Addresses): Address[] {
  return contractNames.map((name) => addresses[name]);
}
