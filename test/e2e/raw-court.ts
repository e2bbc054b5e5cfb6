/** Calls of the court as plain transactions of accounts that anvil lends, with what each costs: bytes and gas. */
import { z } from 'zod';
import { interfaces } from '#node/chain/bindings.ts';
import type { ContractName } from '#node/chain/bindings.ts';
import { applyDisputeEvent, type Disputes } from '#node/chain/dispute-facts.ts';
import { logDecoder } from '#node/chain/decode.ts';
import type { Address, Hash } from '#protocol/ids.ts';
import type { DisputeView } from '#protocol/dispute/moves.ts';
import type { DeployedChain } from '#test/node/chain/deployed.ts';

export interface Cost {
  readonly bytes: number;
  readonly gas: number;
}

const quantity = z.string().transform(Number);
const mined = z.object({ status: quantity, gasUsed: quantity });
const BLOCK_GAS = '0x1c9c380';

export class RawCourt {
  readonly #world: DeployedChain;

  constructor(world: DeployedChain) {
    this.#world = world;
  }

  async send(method: string, ...params: readonly unknown[]): Promise<unknown> {
    return this.#world.chain.endpoints.send(method, [...params]);
  }

  /** An account without a key, with gas. */
  async lend(account: Address): Promise<void> {
    await this.send('anvil_impersonateAccount', account);
    await this.send('anvil_setBalance', account, '0xde0b6b3a7640000');
  }

  /** Sends, mines, and reads what happened. @throws RangeError when the contract refuses */
  async call(
    from: Address,
    contract: ContractName,
    method: string,
    args: readonly unknown[],
  ): Promise<{ readonly cost: Cost; apply(to: Disputes): void }> {
    const data = interfaces[contract].encodeFunctionData(method, args);
    const to = this.#world.deployment.addresses[contract];
    const hash = z.string().parse(await this.send('eth_sendTransaction', { from, to, data, gas: BLOCK_GAS })) as Hash;
    await this.#world.chain.mine();
    const receipt = mined.parse(await this.send('eth_getTransactionReceipt', hash));
    if (receipt.status !== 1) throw new RangeError(`${contract}.${method} is refused`);
    const logs = (await this.#world.chain.rpc.receipt(hash))?.logs ?? [];
    const decode = logDecoder(this.#world.deployment.addresses);
    const apply = (disputes: Disputes): void => {
      for (const event of logs.flatMap((log) => [...decode(log)]))
        if (event.type.startsWith('dispute-')) applyDisputeEvent(disputes, event as never);
    };
    return { cost: { bytes: (data.length - 2) / 2, gas: receipt.gasUsed }, apply };
  }
}

export const newest = (disputes: Disputes): DisputeView => {
  const view = [...disputes.values()].at(-1);
  if (view === undefined) throw new RangeError('there is no dispute');
  return view;
};
