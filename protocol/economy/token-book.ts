/** Who holds which CXT: 100,000,000, minted once to the pool, and burned for good. CorexToken.sol is the master. */
import { type Address, type Wei, wei } from '../ids.ts';
import { demand } from './refusal.ts';

export const SUPPLY: Wei = wei(100_000_000n * 10n ** 18n);

/** The contracts that hold CXT for others. */
export type Pot = 'pool' | 'stakes' | 'market' | 'court' | 'disputes';
export type Holder = Address | Pot;

export class TokenBook {
  readonly #balances = new Map<Holder, bigint>([['pool', SUPPLY]]);
  #supply: bigint = SUPPLY;

  balanceOf(holder: Holder): Wei {
    return wei(this.#balances.get(holder) ?? 0n);
  }

  totalSupply(): Wei {
    return wei(this.#supply);
  }

  /** @throws Refusal before anything is changed */
  requireBalance(holder: Holder, amount: bigint): void {
    demand(this.balanceOf(holder) >= amount, 'ERC20InsufficientBalance');
  }

  transfer(from: Holder, to: Holder, amount: bigint): void {
    this.requireBalance(from, amount);
    this.#balances.set(from, this.balanceOf(from) - amount);
    this.#balances.set(to, this.balanceOf(to) + amount);
  }

  burn(from: Holder, amount: bigint): void {
    this.requireBalance(from, amount);
    this.#balances.set(from, this.balanceOf(from) - amount);
    this.#supply -= amount;
  }
}
