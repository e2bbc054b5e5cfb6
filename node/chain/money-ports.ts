/** CXT: the ports over MiningPool, StakeRegistry and the token, and the allowance that escrow and stake need first. */
import { z } from 'zod';
import { type Address, type Wei, wei } from '#protocol/ids.ts';
import type { PoolPort, Sent, StakePort, TokenPort } from '#protocol/ports.ts';
import { amount, type Calls } from './calls.ts';
import type { ContractName } from './bindings.ts';

/** Amount of the token that `spender` takes next; resolves when it is allowed to. */
export async function allow(calls: Calls, owner: Address, spender: ContractName, needed: Wei): Promise<void> {
  const to = calls.addresses[spender];
  const allowed = await calls.read(amount, 'token', 'allowance', [owner, to]);
  if (allowed >= needed) return;
  await calls.write({ contract: 'token', method: 'approve', args: [to, needed], meaning: [to, needed], once: false });
}

export function tokenPort(calls: Calls): TokenPort {
  return {
    balanceOf: async (account) => wei(await calls.read(amount, 'token', 'balanceOf', [account])),
    transfer: (to, value) =>
      calls.write({ contract: 'token', method: 'transfer', args: [to, value], meaning: [to, value], once: false }),
  };
}

/** @param owner the account whose stake it is */
export function stakePort(calls: Calls, owner: Address): StakePort {
  const write = (method: string, ...args: ReadonlyArray<bigint | boolean>): Sent =>
    calls.write({ contract: 'stakes', method, args, meaning: args.map(String), once: false });
  return {
    register: ({ compute, validator }) => write('register', compute, validator),
    stake: async (value) => {
      await allow(calls, owner, 'stakes', value);
      return write('stake', value);
    },
    requestUnstake: (value) => write('requestUnstake', value),
    withdraw: () => write('withdraw'),
    stakeOf: async (account) => wei(await calls.read(amount, 'stakes', 'stakeOf', [account])),
    minimum: async () => wei(await calls.read(amount, 'stakes', 'minimumStake')),
  };
}

export interface PoolCalls extends PoolPort {
  /** Returns to the pool what nobody claimed in time. */
  expire(epoch: number): Sent;
}

export function poolPort(calls: Calls): PoolCalls {
  const write = (method: string, epoch: number, once: boolean): Sent =>
    calls.write({ contract: 'pool', method, args: [epoch], meaning: [epoch], once });
  return {
    settle: () => calls.write({ contract: 'pool', method: 'settle', args: [], meaning: [], once: false }),
    // Grows with the worker's redeemed market work, so it may be claimed again.
    claimWork: (epoch) => write('claimWork', epoch, false),
    claimAudit: (epoch) => write('claimAudit', epoch, true),
    claimable: async (account, epoch) => {
      const [work, audit] = await calls.readAll(z.tuple([amount, amount]), 'pool', 'claimable', [account, epoch]);
      return { work: wei(work), audit: wei(audit) };
    },
    expire: (epoch) => write('expire', epoch, true),
  };
}
