/** Transactions that survive a kill: kept with their nonce before they are sent, followed until confirmed, never sent twice. */
import type { Address, Hash } from '#protocol/ids.ts';
import type { Log, Signer } from '#protocol/ports.ts';
import { refusal } from './endpoints.ts';
import { chainError } from './errors.ts';
import { bumpFees, gasLimit, quoteFees } from './fees.ts';
import type { Done, KeptTransactions, Row } from './kept-transactions.ts';
import type { Revert } from './reverts.ts';
import type { Receipt, Rpc } from './rpc.ts';
import { type Signed, signTransaction } from './transaction.ts';

export interface Submission {
  /** What it means; the same meaning joins the one under way, and with `once` also the one that is done. */
  readonly key: string;
  readonly once: boolean;
  readonly to: Address;
  readonly data: string;
  /** Contract and function, for people. */
  readonly call: string;
}

export interface OutboxPorts {
  readonly rpc: Rpc;
  readonly kept: KeptTransactions;
  readonly signer: Signer;
  readonly log: Log;
  readonly revertOf: (data: string | null, reason: string) => Revert;
}

export interface OutboxSettings {
  readonly chainId: number;
  /** Blocks without being mined after which the fee is raised. */
  readonly stuckBlocks: number;
}

interface Entry {
  row: Row;
  readonly settled: PromiseWithResolvers<Done>;
}

export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #settings: OutboxSettings;
  readonly #pending = new Map<number, Entry>();
  readonly #byMeaning = new Map<string, Promise<Done>>();
  /** Tail of the serial queue: one submission at a time takes a nonce. */
  #tail: Promise<unknown> = Promise.resolve();
  #confirmed = 0;
  #stopped = false;

  constructor(ports: OutboxPorts, settings: OutboxSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** Takes up what an earlier run left; the next `pump` sends it again or sees it mined. */
  async resume(): Promise<void> {
    const { kept, log } = this.#ports;
    const rows = await kept.rows();
    // From the end, what was never sent and can no longer succeed gives its nonce back.
    for (let last = rows.at(-1); last !== undefined; last = rows.at(-1)) {
      if (!(await this.#hopeless(last))) break;
      log.warn({ call: last.call, meaning: last.key }, 'a kept transaction can no longer succeed, dropping it');
      await kept.dropRow(last.nonce);
      rows.pop();
    }
    for (const row of rows) this.#follow(row);
    if (rows.length > 0) log.info({ transactions: rows.length }, 'resuming kept transactions');
  }

  /** Resolves when mined and confirmed. @throws CHAIN_REVERTED, CHAIN_NO_GAS, CHAIN_UNREACHABLE (nothing was spent), CHAIN_STOPPED */
  submit(submission: Submission): Promise<Done> {
    const running = this.#byMeaning.get(submission.key);
    if (running !== undefined) return running;
    return this.#remember(submission.key, this.#begin(submission));
  }

  /** Looks after everything under way; called when the confirmed head moved. */
  async pump(confirmed: number): Promise<void> {
    this.#confirmed = confirmed;
    if (this.#pending.size === 0) return;
    const mined = await this.#ports.rpc.nonce(this.#ports.signer.address);
    const entries = [...this.#pending.values()].sort((a, b) => a.row.nonce - b.row.nonce);
    for (const entry of entries) await this.#look(entry, mined);
  }

  /** Rejects whoever still waits; the transactions stay kept. Resolves when nothing is being written. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#tail;
    for (const { row, settled } of this.#pending.values()) settled.reject(chainError('STOPPED', { call: row.call }));
    this.#pending.clear();
  }

  async #begin(submission: Submission): Promise<Done> {
    const done = submission.once ? await this.#ports.kept.done(submission.key) : null;
    if (done !== null) return done;
    const entry = await this.#serially(() => this.#send(submission));
    return entry.settled.promise;
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#tail.then(work);
    this.#tail = next.catch(() => {});
    return next;
  }

  async #send(submission: Submission): Promise<Entry> {
    const { key, once, to, data, call } = submission;
    const { rpc, kept, signer } = this.#ports;
    if (this.#stopped) throw chainError('STOPPED', { call });
    const gas = gasLimit(await this.#estimate(submission));
    const fees = await quoteFees(rpc);
    const [have, mined] = await Promise.all([rpc.balance(signer.address), rpc.nonce(signer.address)]);
    if (have < gas * fees.maxFee) throw this.#noGas(call, have, gas * fees.maxFee);
    const nonce = Math.max(mined, ...[...this.#pending.keys()].map((n) => n + 1));
    const offer = { gas: `${gas}`, maxFee: `${fees.maxFee}`, tip: `${fees.tip}`, sentAt: this.#confirmed };
    const unsigned: Row = { nonce, key, once, to, data, call, ...offer, hashes: [] };
    const signed = await this.#sign(unsigned);
    const row = { ...unsigned, hashes: [signed.hash] };
    await kept.putRow(row);
    const entry = this.#follow(row);
    await this.#broadcast(entry, signed.raw);
    return entry;
  }

  /** Runs the call without spending anything. */
  async #estimate({ to, data, call }: Pick<Submission, 'to' | 'data' | 'call'>): Promise<bigint> {
    const { rpc, signer } = this.#ports;
    try {
      return await rpc.estimateGas({ from: signer.address, to, data });
    } catch (cause) {
      const refused = refusal(cause);
      if (refused?.kind === 'reverted') throw this.#reverted(call, refused.data, refused.reason);
      if (refused?.kind === 'no-funds') throw this.#noGas(call, await rpc.balance(signer.address), 1n);
      throw cause;
    }
  }

  #sign({ nonce, to, data, gas, maxFee, tip }: Row): Promise<Signed> {
    const fees = { maxFee: BigInt(maxFee), tip: BigInt(tip) };
    const { chainId } = this.#settings;
    return signTransaction(this.#ports.signer, { chainId, nonce, to, data, gas: BigInt(gas), fees });
  }

  /** Hands the signed bytes to an endpoint. What fails here is tried again by `pump`, unless it can never be taken. */
  async #broadcast(entry: Entry, raw: string): Promise<void> {
    const { rpc, log, signer } = this.#ports;
    const { call, nonce } = entry.row;
    try {
      await rpc.sendRaw(raw);
      log.debug({ call, nonce }, 'transaction sent');
    } catch (cause) {
      const refused = refusal(cause);
      if (refused?.kind === 'no-funds' && entry.row.hashes.length === 1) {
        await this.#giveUp(entry, this.#noGas(call, await rpc.balance(signer.address), 1n));
      } else if (refused?.kind !== 'known') {
        log.warn({ call, nonce, reason: refused?.reason ?? String(cause) }, 'transaction not taken, trying again');
      }
    }
  }

  #follow(row: Row): Entry {
    const entry: Entry = { row, settled: Promise.withResolvers<Done>() };
    entry.settled.promise.catch(() => {});
    this.#pending.set(row.nonce, entry);
    if (!this.#byMeaning.has(row.key)) this.#remember(row.key, entry.settled.promise);
    return entry;
  }

  #remember(key: string, promise: Promise<Done>): Promise<Done> {
    this.#byMeaning.set(key, promise);
    const forget = () => {
      if (this.#byMeaning.get(key) === promise) this.#byMeaning.delete(key);
    };
    promise.then(forget, forget);
    return promise;
  }

  async #look(entry: Entry, mined: number): Promise<void> {
    const { rpc } = this.#ports;
    const { row } = entry;
    for (const transaction of row.hashes.toReversed()) {
      const receipt = await rpc.receipt(transaction);
      if (receipt === null) continue;
      if (receipt.blockNumber <= this.#confirmed) await this.#settle(entry, transaction, receipt);
      return;
    }
    const waited = this.#confirmed - row.sentAt;
    if (mined > row.nonce) {
      // Somebody else used the nonce with the same key. A late receipt is more likely at first.
      if (waited >= this.#settings.stuckBlocks) await this.#replaceNonce(entry);
      return;
    }
    const newest = row.hashes.at(-1);
    if (newest !== undefined && !(await rpc.knows(newest))) {
      await this.#broadcast(entry, (await this.#sign(row)).raw);
    } else if (waited >= this.#settings.stuckBlocks) {
      await this.#raise(entry);
    }
  }

  async #settle(entry: Entry, transaction: Hash, receipt: Receipt): Promise<void> {
    const { rpc, kept, signer } = this.#ports;
    const { key, once, nonce, to, data, call } = entry.row;
    if (receipt.status !== 1) {
      let why = this.#reverted(call, null, 'it failed when it was mined');
      try {
        await rpc.call({ from: signer.address, to, data }, receipt.blockNumber);
      } catch (cause) {
        const refused = refusal(cause);
        if (refused?.kind === 'reverted') why = this.#reverted(call, refused.data, refused.reason);
      }
      await this.#giveUp(entry, why);
      return;
    }
    const done: Done = { transaction, block: receipt.blockNumber };
    if (once) await kept.putDone(key, done);
    await kept.dropRow(nonce);
    this.#pending.delete(nonce);
    entry.settled.resolve(done);
  }

  async #raise(entry: Entry): Promise<void> {
    const { rpc, kept, log } = this.#ports;
    const { row } = entry;
    const fees = bumpFees({ maxFee: BigInt(row.maxFee), tip: BigInt(row.tip) }, await quoteFees(rpc));
    const raised = { ...row, maxFee: `${fees.maxFee}`, tip: `${fees.tip}`, sentAt: this.#confirmed };
    const signed = await this.#sign(raised);
    entry.row = { ...raised, hashes: [...row.hashes, signed.hash] };
    await kept.putRow(entry.row);
    log.info({ call: row.call, nonce: row.nonce, maxFee: raised.maxFee }, 'transaction is stuck, raising its fee');
    await this.#broadcast(entry, signed.raw);
  }

  /** Sends the same meaning again under a fresh nonce; whoever waits for it keeps waiting. */
  async #replaceNonce(entry: Entry): Promise<void> {
    const { kept, log } = this.#ports;
    const { nonce, call } = entry.row;
    log.warn({ call, nonce }, 'another program used the nonce of this account, sending again');
    await kept.dropRow(nonce);
    this.#pending.delete(nonce);
    try {
      const again = await this.#serially(() => this.#send(entry.row));
      again.settled.promise.then(entry.settled.resolve, entry.settled.reject);
    } catch (cause) {
      entry.settled.reject(cause);
    }
  }

  async #giveUp(entry: Entry, why: Error): Promise<void> {
    await this.#ports.kept.dropRow(entry.row.nonce);
    this.#pending.delete(entry.row.nonce);
    entry.settled.reject(why);
  }

  async #hopeless(row: Row): Promise<boolean> {
    const { rpc, signer } = this.#ports;
    for (const transaction of row.hashes) if (await rpc.knows(transaction)) return false;
    if ((await rpc.nonce(signer.address)) > row.nonce) return false;
    try {
      await this.#estimate(row);
      return false;
    } catch (cause) {
      return refusal(cause) === null && cause instanceof Error && 'code' in cause && cause.code === 'CHAIN_REVERTED';
    }
  }

  #reverted(call: string, data: string | null, reason: string): Error {
    return chainError('REVERTED', { call, ...this.#ports.revertOf(data, reason) });
  }

  #noGas(call: string, have: bigint, need: bigint): Error {
    return chainError('NO_GAS', { account: this.#ports.signer.address, have: `${have}`, need: `${need}`, call });
  }
}
