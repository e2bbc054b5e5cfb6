/** What an operator does with the account itself: stake, claim by hand, send. */
import { type Address, address, type Epoch, formatCxt, parseCxt, type Wei, wei } from '#protocol/ids.ts';
import type { Law } from '#protocol/limits.ts';
import type { ChainView, PoolPort, Sent, StakePort, TokenPort } from '#protocol/ports.ts';
import { epochAt } from '#protocol/time/epoch.ts';
import type { Claimed, Receipt } from './api/ports.ts';
import { recentEpochs } from './roles/compute/collect.ts';

export interface AccountPorts {
  readonly view: Pick<ChainView, 'head'>;
  readonly stake: Pick<StakePort, 'stake' | 'requestUnstake' | 'withdraw' | 'stakeOf'>;
  readonly pool: Pick<PoolPort, 'claimable' | 'claimWork' | 'claimAudit'>;
  readonly token: Pick<TokenPort, 'balanceOf' | 'transfer'>;
}

export interface AccountSettings {
  readonly self: Address;
  readonly law: Law;
  readonly lookback: number;
}

export class Account {
  readonly #ports: AccountPorts;
  readonly #settings: AccountSettings;

  constructor(ports: AccountPorts, settings: AccountSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  stake(amount: string): Promise<Receipt> {
    return receipt(this.#ports.stake.stake(parseCxt(amount)), parseCxt(amount));
  }

  unstake(amount: string): Promise<Receipt> {
    return receipt(this.#ports.stake.requestUnstake(parseCxt(amount)), parseCxt(amount));
  }

  /** Takes out what has been unbonding long enough. */
  async withdraw(): Promise<Receipt> {
    const before = await this.#ports.token.balanceOf(this.#settings.self);
    const sent = await this.#ports.stake.withdraw();
    const after = await this.#ports.token.balanceOf(this.#settings.self);
    return { ...sent, amount: formatCxt(after - before) };
  }

  send(to: string, amount: string): Promise<Receipt> {
    return receipt(this.#ports.token.transfer(address(to), parseCxt(amount)), parseCxt(amount));
  }

  /** Everything that recent epochs owe this account. */
  async claim(): Promise<Claimed> {
    const epochs: Claimed['epochs'] = [];
    const transactions: string[] = [];
    let total = 0n;
    for (const of of this.#epochs()) {
      const { work, audit } = await this.#ports.pool.claimable(this.#settings.self, of);
      if (work > 0n) transactions.push((await this.#ports.pool.claimWork(of)).transaction);
      if (audit > 0n) transactions.push((await this.#ports.pool.claimAudit(of)).transaction);
      if (work + audit > 0n) epochs.push({ epoch: of, work: formatCxt(work), audit: formatCxt(audit) });
      total += work + audit;
    }
    return { total: formatCxt(total), epochs, transactions };
  }

  async balances(): Promise<{ cxt: Wei; staked: Wei; claimable: Wei }> {
    const { self } = this.#settings;
    const owed = await Promise.all(this.#epochs().map((of) => this.#ports.pool.claimable(self, of)));
    const claimable = wei(owed.reduce((sum, { work, audit }) => sum + work + audit, 0n));
    return { cxt: await this.#ports.token.balanceOf(self), staked: await this.#ports.stake.stakeOf(self), claimable };
  }

  #epochs(): Epoch[] {
    const now = epochAt(this.#settings.law, this.#ports.view.head().timestamp);
    return now === null ? [] : recentEpochs(now, this.#settings.lookback);
  }
}

async function receipt(sent: Sent, amount: Wei): Promise<Receipt> {
  return { ...(await sent), amount: formatCxt(amount) };
}
