/** Puts all contracts on a chain: their addresses follow from the deployer's nonce, so that each knows the others from birth. */
import { ContractFactory, getCreateAddress } from 'ethers';
import type { EmissionRates } from '#protocol/economy/emission.ts';
import { address, type Hash } from '#protocol/ids.ts';
import type { Clock, Signer } from '#protocol/ports.ts';
import { type BeaconChain, uncompressedKey } from '#protocol/time/beacon.ts';
import { artifacts, type ContractName, contractNames } from './bindings.ts';
import type { Addresses } from './calls.ts';
import { chainError } from './errors.ts';
import { quoteFees } from './fees.ts';
import type { Receipt, Rpc } from './rpc.ts';
import { signTransaction } from './transaction.ts';

/** The struct of contracts/src/types/Parameters.sol. */
export interface Parameters extends EmissionRates {
  /** Start of epoch 0, in seconds of chain time. */
  readonly genesis: number;
  readonly epochSeconds: number;
  readonly commitSeconds: number;
  readonly auditSeconds: number;
  readonly revealSeconds: number;
  readonly finalizeSeconds: number;
  readonly vestSeconds: number;
  readonly unbondSeconds: number;
  readonly claimTimeoutSeconds: number;
  readonly claimWindowSeconds: number;
  readonly maxBaseUnits: bigint;
  readonly committee: number;
  readonly disputeSeconds: number;
  readonly jury: number;
  /** Hash of the terms of the protocol's own tasks. */
  readonly baseTerms: Hash;
}

export interface Deployment {
  readonly addresses: Addresses;
  /** The first block with one of the contracts: events are read from here. */
  readonly block: number;
  readonly parameters: Parameters;
  readonly beacon: BeaconChain;
}

export interface DeployPorts {
  readonly chainId: number;
  readonly rpc: Rpc;
  readonly signer: Signer;
  readonly clock: Clock;
}

const POLL_MS = 100;

/** Where contracts land that this account creates next, in the order of their names. */
export function precomputeAddresses(from: string, nonce: number): Addresses {
  const at = (name: ContractName) => address(getCreateAddress({ from, nonce: nonce + contractNames.indexOf(name) }));
  return {
    token: at('token'),
    beacon: at('beacon'),
    stakes: at('stakes'),
    ledger: at('ledger'),
    court: at('court'),
    pool: at('pool'),
    market: at('market'),
    credential: at('credential'),
    adjudicator: at('adjudicator'),
    disputes: at('disputes'),
  };
}

/** Above what the largest contract takes; unused gas is not paid. */
const DEPLOY_GAS = 12_000_000n;

/** What a deployment is made of: the numbers of the law, and the beacon that seeds it. */
export interface Terms {
  readonly parameters: Parameters;
  readonly beacon: BeaconChain;
}

/** Constructor arguments: the token needs the pool alone, the adjudicator nobody, the credential the others, the rest the parameters as well. */
function argumentsOf(name: ContractName, { parameters, beacon }: Terms, addresses: Addresses): readonly unknown[] {
  if (name === 'token') return [addresses.pool];
  if (name === 'adjudicator') return [];
  if (name === 'beacon') return [parameters, { ...beacon, publicKey: uncompressedKey(beacon.publicKey) }];
  if (name === 'credential') return [addresses];
  return [parameters, addresses];
}

async function creationOf(name: ContractName, terms: Terms, addresses: Addresses): Promise<string> {
  const { abi, bytecode } = artifacts[name];
  const transaction = await new ContractFactory(abi, bytecode).getDeployTransaction(
    ...argumentsOf(name, terms, addresses),
  );
  return transaction.data;
}

async function mined({ rpc, clock }: DeployPorts, transaction: Hash): Promise<Receipt> {
  for (;;) {
    const receipt = await rpc.receipt(transaction);
    if (receipt !== null) return receipt;
    await clock.sleep(POLL_MS);
  }
}

/** Sends all creations at once and checks that each landed where the others expect it. @throws CHAIN_DEPLOY_MISMATCH */
export async function deploy(ports: DeployPorts, terms: Terms): Promise<Deployment> {
  const { rpc, signer } = ports;
  const { chainId } = ports;
  const [first, fees] = await Promise.all([rpc.nonce(signer.address), quoteFees(rpc)]);
  const addresses = precomputeAddresses(signer.address, first);
  const sent: Hash[] = [];
  for (const [i, name] of contractNames.entries()) {
    const data = await creationOf(name, terms, addresses);
    const { raw } = await signTransaction(signer, { chainId, nonce: first + i, to: null, data, gas: DEPLOY_GAS, fees });
    sent.push(await rpc.sendRaw(raw));
  }
  const receipts = await Promise.all(sent.map((transaction) => mined(ports, transaction)));
  for (const name of contractNames) {
    if (!(await rpc.hasCode(addresses[name])))
      throw chainError('DEPLOY_MISMATCH', { contract: name, expected: addresses[name], found: 'no code' });
  }
  return { addresses, block: Math.min(...receipts.map((receipt) => receipt.blockNumber)), ...terms };
}
