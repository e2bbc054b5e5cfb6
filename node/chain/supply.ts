/** Where every wei of CXT is: read from the token's balances at one block, so that the parts add up by definition. */
import { parseCxt, type Wei, wei } from '#protocol/ids.ts';
import { amount, type Calls } from './calls.ts';
import type { ContractName } from './bindings.ts';

/** Minted once, in the token's constructor (DESIGN section 9). */
export const MINTED = parseCxt('100000000');

export interface Supply {
  readonly block: number;
  /** In the pool and not released. */
  readonly pool: Wei;
  /** Released by the pool and not claimed yet. */
  readonly unclaimed: Wei;
  readonly staked: Wei;
  /** Held by market and courts: fees of open jobs, auditors' parts and bounties that nobody has pulled, bonds of disputes. */
  readonly escrowed: Wei;
  /** In everybody's wallets. */
  readonly circulating: Wei;
  readonly burned: Wei;
  /** Sum of the parts; always what was minted. */
  readonly total: Wei;
}

export async function readSupply(calls: Calls, block: number): Promise<Supply> {
  const held = (contract: ContractName) => calls.read(amount, 'token', 'balanceOf', [calls.addresses[contract]], block);
  const [supply, inPool, remaining, staked, inMarket, inCourt, inDisputes] = await Promise.all([
    calls.read(amount, 'token', 'totalSupply', [], block),
    held('pool'),
    calls.read(amount, 'pool', 'remaining', [], block),
    held('stakes'),
    held('market'),
    held('court'),
    held('disputes'),
  ]);
  const parts = {
    pool: wei(remaining),
    unclaimed: wei(inPool - remaining),
    staked: wei(staked),
    escrowed: wei(inMarket + inCourt + inDisputes),
    circulating: wei(supply - inPool - staked - inMarket - inCourt - inDisputes),
    burned: wei(MINTED - supply),
  };
  const total = wei(Object.values(parts).reduce((sum: bigint, part) => sum + part, 0n));
  return { block, ...parts, total };
}
