/** What an operator does with the account itself: stake, claim by hand, send. */
import { vestingOf } from '#protocol/economy/vesting.ts';
import { type Address, address, type Epoch, formatCxt, parseCxt, type Wei, wei } from '#protocol/ids.ts';
import type { Law } from '#protocol/limits.ts';
import type { ChainView, PoolPort, Sent, StakePort, TokenPort } from '#protocol/ports.ts';
import { auditTimes, epochAt, epochsToExpiry } from '#protocol/time/epoch.ts';
import type { Claimed, Receipt } from './api/ports.ts';
import { recentEpochs } from './roles/compute/collect.ts';

export interface AccountPorts {
  readonly view: Pick<ChainView, 'head' | 'seed' | 'commitments' | 'reveals' | 'releasedIn' | 'slashed'>;
  readonly stake: Pick<StakePort, 'stake' | 'requestUnstake' | 'withdraw' | 'stakeOf'>;
  readonly pool: Pick<PoolPort, 'claimable' | 'claimWork' | 'claimAudit'>;
  readonly token: Pick<TokenPort, 'balanceOf' | 'transfer'>;
}

export interface AccountSettings {
  readonly self: Address;
  readonly law: Law;
}

/** Wei of the operator's account. */
export interface Balances {
  readonly cxt: Wei;
  readonly staked: Wei;
  readonly claimable: Wei;
  /** Of settled epochs whose emission cannot be claimed yet. */
  readonly vesting: Wei;
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

  /** Everything that epochs owe this account, as far back as nothing has expired. */
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

  async balances(): Promise<Balances> {
    const { self } = this.#settings;
    const owed = await Promise.all(this.#epochs().map((of) => this.#ports.pool.claimable(self, of)));
    const claimable = wei(owed.reduce((sum, { work, audit }) => sum + work + audit, 0n));
    const [cxt, staked] = await Promise.all([this.#ports.token.balanceOf(self), this.#ports.stake.stakeOf(self)]);
    const vesting = wei(this.#epochs().reduce((sum, of) => sum + this.#vestingIn(of), 0n));
    return { cxt, staked, claimable, vesting };
  }

  /** Of an epoch that is settled and not claimable yet. */
  #vestingIn(of: Epoch): bigint {
    const { view } = this.#ports;
    const { self, law } = this.#settings;
    const [released, drawn] = [view.releasedIn(of), view.seed(of)];
    if (released === null || drawn === null || view.slashed(self)) return 0n;
    if (view.head().timestamp >= auditTimes(law, drawn.drawnAt).claimable) return 0n;
    return vestingOf(self, { released, commitments: view.commitments(of), reveals: view.reveals(of) });
  }

  /** Those not expired in which this account worked or audited, newest first. */
  #epochs(): Epoch[] {
    const { self, law } = this.#settings;
    const { view } = this.#ports;
    const now = epochAt(law, view.head().timestamp);
    const took = (of: Epoch) =>
      view.reveals(of).has(self) || view.commitments(of).some(({ worker }) => worker === self);
    return now === null ? [] : recentEpochs(now, epochsToExpiry(law)).filter(took);
  }
}

async function receipt(sent: Sent, amount: Wei): Promise<Receipt> {
  return { ...(await sent), amount: formatCxt(amount) };
}
