/** The contracts' interfaces, as histories call them: calldata of a step, and the selector of each of their errors. */
import { id, Interface } from 'ethers';
import { auditCourtAbi } from '#contracts-abi/AuditCourt.ts';
import { beaconAbi } from '#contracts-abi/Beacon.ts';
import { corexTokenAbi } from '#contracts-abi/CorexToken.ts';
import { miningPoolAbi } from '#contracts-abi/MiningPool.ts';
import { stakeRegistryAbi } from '#contracts-abi/StakeRegistry.ts';
import { taskMarketAbi } from '#contracts-abi/TaskMarket.ts';
import { workLedgerAbi } from '#contracts-abi/WorkLedger.ts';

/** In the order of Histories.t.sol. */
export const CONTRACTS = ['token', 'beacon', 'stakes', 'ledger', 'court', 'pool', 'market'] as const;
export type ContractName = (typeof CONTRACTS)[number];

const abis: Readonly<Record<ContractName, Interface>> = {
  token: new Interface(corexTokenAbi),
  beacon: new Interface(beaconAbi),
  stakes: new Interface(stakeRegistryAbi),
  ledger: new Interface(workLedgerAbi),
  court: new Interface(auditCourtAbi),
  pool: new Interface(miningPoolAbi),
  market: new Interface(taskMarketAbi),
};

export function callOf(contract: ContractName, method: string, args: readonly unknown[]): Buffer {
  return Buffer.from(abis[contract].encodeFunctionData(method, args).slice(2), 'hex');
}

const SELECTORS: ReadonlyMap<string, string> = new Map([
  ['Panic', id('Panic(uint256)').slice(0, 10)],
  ...CONTRACTS.flatMap((name) => {
    const found: Array<readonly [string, string]> = [];
    abis[name].forEachError((error) => found.push([error.name, error.selector]));
    return found;
  }),
]);

/** The four bytes that a refusal of this name begins with. */
export function selectorOf(error: string): bigint {
  const found = SELECTORS.get(error);
  if (found === undefined) throw new RangeError(`no contract has an error ${error}`);
  return BigInt(found);
}

export function errorNamed(selector: bigint): string {
  if (selector === 0n) return 'no refusal';
  return [...SELECTORS].find(([, four]) => BigInt(four) === selector)?.[0] ?? `0x${selector.toString(16)}`;
}
