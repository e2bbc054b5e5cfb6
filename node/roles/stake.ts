/** Keeps this account registered and its stake at the target, from what it earned. */
import { type Address, type Wei, wei } from '#protocol/ids.ts';
import type { ChainView, Head, Log, StakePort, TokenPort } from '#protocol/ports.ts';

export interface StakingPorts {
  readonly view: Pick<ChainView, 'slashed'>;
  readonly stake: Pick<StakePort, 'register' | 'stake' | 'stakeOf' | 'minimum'>;
  readonly token: Pick<TokenPort, 'balanceOf'>;
  readonly log: Log;
}

export interface StakingSettings {
  readonly self: Address;
  readonly roles: { readonly compute: boolean; readonly validator: boolean };
  /** Wei to keep staked, or a multiple of the minimum, which grows with the circulating supply. */
  readonly target: Wei | 'minimum';
}

/** Room for the minimum to grow before the next top-up. */
const HEADROOM = 4n;

export class Staking {
  readonly #ports: StakingPorts;
  readonly #settings: StakingSettings;
  #registered = false;

  constructor(ports: StakingPorts, settings: StakingSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** One turn: tops up when the stake has fallen below what the target asks for and the balance allows it. */
  async act(_head: Head): Promise<void> {
    const { self, roles, target } = this.#settings;
    if (this.#ports.view.slashed(self)) return;
    if (!this.#registered) {
      await this.#ports.stake.register(roles);
      this.#registered = true;
    }
    const [staked, minimum, balance] = await Promise.all([
      this.#ports.stake.stakeOf(self),
      this.#ports.stake.minimum(),
      this.#ports.token.balanceOf(self),
    ]);
    const wanted = target === 'minimum' ? minimum * HEADROOM : target;
    const due = staked >= (target === 'minimum' ? minimum * 2n : wanted) ? 0n : wanted - staked;
    const amount = due < balance ? due : balance;
    if (amount === 0n) return;
    this.#ports.log.info({ amount: amount.toString() }, 'staking');
    await this.#ports.stake.stake(wei(amount));
  }
}
