/** Gas money on a development chain: plain transfers of the chain's own coin, never of CXT. */
import type { Address, Hash } from '#protocol/ids.ts';
import type { Clock } from '#protocol/ports.ts';
import { chainError } from './errors.ts';
import type { Rpc } from './rpc.ts';

const POLL_MS = 100;

/** Gives each account `amount` wei from the chain's first development account; resolves when all have arrived. */
export async function fundGas(
  ports: { rpc: Rpc; clock: Clock },
  accounts: readonly Address[],
  amount: bigint,
): Promise<void> {
  const { rpc, clock } = ports;
  const [rich] = await rpc.accounts();
  if (rich === undefined) {
    const reason = 'the endpoint holds no development accounts';
    throw chainError('RPC', { method: 'eth_accounts', reason, kind: 'other', data: null });
  }
  const sent: Hash[] = [];
  for (const account of accounts) sent.push(await rpc.sendFrom(rich, account, amount));
  for (const transaction of sent) while ((await rpc.receipt(transaction)) === null) await clock.sleep(POLL_MS);
}
