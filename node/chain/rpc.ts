/** The dozen JSON-RPC methods that the node uses, with their answers parsed at the border. */
import { z } from 'zod';
import { type Address, address, type Hash, hash } from '#protocol/ids.ts';
import type { Endpoints } from './endpoints.ts';
import { chainError } from './errors.ts';

const quantity = z.string().regex(/^0x[0-9a-f]+$/i);
const big = quantity.transform((text) => BigInt(text));
const integer = quantity.transform((text) => Number(text)).pipe(z.int().nonnegative());
const bytes = z.string().regex(/^0x([0-9a-f]{2})*$/i);
const word = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/i)
  .transform(hash);
const account = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/i)
  .transform(address);

const headerSchema = z.object({ number: integer, hash: word, timestamp: integer, baseFeePerGas: big.optional() });

const logSchema = z.object({
  address: account,
  topics: z.array(word),
  data: bytes,
  blockNumber: integer,
  blockHash: word,
  transactionHash: word,
  logIndex: integer,
});

const receiptSchema = z.object({
  status: integer,
  blockNumber: integer,
  blockHash: word,
  contractAddress: account.nullish(),
  logs: z.array(logSchema),
});

export type Header = z.infer<typeof headerSchema>;
export type RawLog = z.infer<typeof logSchema>;
export type Receipt = z.infer<typeof receiptSchema>;
export type BlockTag = number | 'latest' | 'pending';

export interface Call {
  readonly to: Address;
  readonly data: string;
  readonly from?: Address;
}

const tagOf = (tag: BlockTag) => (typeof tag === 'number' ? `0x${tag.toString(16)}` : tag);

export class Rpc {
  readonly #endpoints: Endpoints;

  constructor(endpoints: Endpoints) {
    this.#endpoints = endpoints;
  }

  async #ask<T>(schema: z.ZodType<T>, method: string, ...params: readonly unknown[]): Promise<T> {
    const answer = await this.#endpoints.send(method, params);
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const reason = parsed.error.issues.map((i) => `${i.path.join('.')} ${i.message}`).join('; ');
    throw chainError('BAD_ANSWER', { url: this.#endpoints.shown(), method, reason });
  }

  /** Null when the chain has no such block (yet, or any more). */
  header(tag: BlockTag): Promise<Header | null> {
    return this.#ask(headerSchema.nullable(), 'eth_getBlockByNumber', tagOf(tag), false);
  }

  logs(addresses: readonly Address[], fromBlock: number, toBlock: number): Promise<RawLog[]> {
    const filter = { address: addresses, fromBlock: tagOf(fromBlock), toBlock: tagOf(toBlock) };
    return this.#ask(z.array(logSchema), 'eth_getLogs', filter);
  }

  call(call: Call, tag: BlockTag = 'latest'): Promise<string> {
    return this.#ask(bytes, 'eth_call', call, tagOf(tag));
  }

  estimateGas(call: Call): Promise<bigint> {
    // On the pending state, so that a call may build on one that is sent but not mined.
    return this.#ask(big, 'eth_estimateGas', call, 'pending');
  }

  balance(of: Address, tag: BlockTag = 'latest'): Promise<bigint> {
    return this.#ask(big, 'eth_getBalance', of, tagOf(tag));
  }

  async hasCode(at: Address): Promise<boolean> {
    return (await this.#ask(bytes, 'eth_getCode', at, 'latest')) !== '0x';
  }

  /** How many transactions of the account are mined: its next nonce. */
  nonce(of: Address, tag: BlockTag = 'latest'): Promise<number> {
    return this.#ask(integer, 'eth_getTransactionCount', of, tagOf(tag));
  }

  /** What a miner is usually given on top of the base fee. */
  tip(): Promise<bigint> {
    return this.#ask(big, 'eth_maxPriorityFeePerGas');
  }

  receipt(transaction: Hash): Promise<Receipt | null> {
    return this.#ask(receiptSchema.nullable(), 'eth_getTransactionReceipt', transaction);
  }

  /** Whether the endpoint has the transaction, mined or waiting. */
  async knows(transaction: Hash): Promise<boolean> {
    return (await this.#ask(z.object({ hash: word }).nullable(), 'eth_getTransactionByHash', transaction)) !== null;
  }

  sendRaw(signed: string): Promise<Hash> {
    return this.#ask(word, 'eth_sendRawTransaction', signed);
  }

  accounts(): Promise<Address[]> {
    return this.#ask(z.array(account), 'eth_accounts');
  }

  /** Plain transfer from an account that the endpoint itself holds the key of, as development chains do. */
  sendFrom(from: Address, to: Address, value: bigint): Promise<Hash> {
    return this.#ask(word, 'eth_sendTransaction', { from, to, value: `0x${value.toString(16)}` });
  }
}
