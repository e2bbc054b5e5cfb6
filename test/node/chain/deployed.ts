/** A real chain with the real contracts on it, whose blocks and hours the test makes, and accounts that act through openChain. */
import { type Chain, openChain } from '#node/chain/chain.ts';
import { deploy, type Deployment, type Parameters } from '#node/chain/deploy.ts';
import { fundGas } from '#node/chain/fund.ts';
import { openSigner } from '#node/chain/signer.ts';
import { systemClock as clock } from '#node/clock.ts';
import type { Terms } from '#protocol/dispute/moves.ts';
import { termsHash } from '#protocol/dispute/terms.ts';
import { emissionRates } from '#protocol/economy/emission.ts';
import type { Address, Epoch } from '#protocol/ids.ts';
import type { Keep } from '#protocol/ports.ts';
import { MAX_BASE_UNITS } from '#protocol/work/base-task.ts';
import { type BeaconChain, publicKeyOf, roundOf, signRound } from '#protocol/time/beacon.ts';
import { baseTerms } from '#verifier/dispute/base-terms.ts';
import { CHAIN_ID, memoryKeep, quiet, type TestChain, testChain } from './world.ts';

const GAS = 10n ** 20n;
/** Key of the beacon that seeds these chains. */
export const BEACON_KEY = new Uint8Array(32).fill(7);
/** Wide windows: a test mines dozens of blocks in each. */
export const LAW = {
  epochSeconds: 1000,
  commitSeconds: 1000,
  auditSeconds: 1000,
  revealSeconds: 1000,
  finalizeSeconds: 1000,
  vestSeconds: 1000,
  unbondSeconds: 15_000,
  claimTimeoutSeconds: 2000,
  claimWindowSeconds: 100_000,
  committee: 3,
  disputeSeconds: 1000,
  jury: 3,
} as const;

export interface Actor {
  readonly address: Address;
  readonly chain: Chain;
  readonly keep: Keep;
}

export class DeployedChain {
  readonly chain: TestChain;
  readonly deployment: Deployment;
  readonly #actors: Actor[] = [];
  #keys = 100;

  constructor(chain: TestChain, deployment: Deployment) {
    this.chain = chain;
    this.deployment = deployment;
  }

  /** Mines until the promise settles. */
  async mined<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    promise.then(done, done);
    for (let i = 0; i < 400 && !settled; i += 1) {
      await this.chain.mine();
      await clock.sleep(15);
    }
    return promise;
  }

  /** Moves the chain's clock to this second; the next block is made then. */
  async at(second: number): Promise<void> {
    await this.chain.endpoints.send('evm_setNextBlockTimestamp', [second]);
    await this.chain.mine();
  }

  async now(): Promise<number> {
    return (await this.chain.rpc.header('latest'))?.timestamp ?? 0;
  }

  /** The second at which an epoch begins. */
  startOf(epoch: number): number {
    return this.deployment.parameters.genesis + epoch * LAW.epochSeconds;
  }

  /** The signature that seeds the epoch. */
  signatureFor(epoch: Epoch): Uint8Array {
    const { parameters, beacon } = this.deployment;
    return signRound(
      BEACON_KEY,
      roundOf({ ...parameters, samples: 1, crossCheckOneIn: 8, crossCheckFrom: 250 }, beacon, epoch),
    );
  }

  async actor(confirmations = 0): Promise<Actor> {
    this.#keys += 1;
    const signer = openSigner(`0x${this.#keys.toString(16).padStart(64, '0')}`);
    await this.mined(fundGas({ rpc: this.chain.rpc, clock }, [signer.address], GAS));
    return this.open({ keep: memoryKeep(), confirmations, key: this.#keys });
  }

  /** Opens an account over what it kept, as after a restart. */
  async open(of: { keep: Keep; confirmations: number; key: number }): Promise<Actor> {
    const signer = openSigner(`0x${of.key.toString(16).padStart(64, '0')}`);
    const { addresses, block: fromBlock } = this.deployment;
    const rpc = [this.chain.anvil.url];
    const settings = { rpc, chainId: CHAIN_ID, addresses, fromBlock, confirmations: of.confirmations, pollMs: 10 };
    const chain = await openChain(settings, { signer, keep: of.keep, clock, log: quiet });
    await chain.start();
    const actor = { address: signer.address, chain, keep: of.keep };
    this.#actors.push(actor);
    return actor;
  }

  async stop(): Promise<void> {
    for (const { chain } of this.#actors) await chain.stop();
    await this.chain.stop();
  }
}

/** @param terms of base tasks; those of the protocol's own unless a test has others */
export async function deployedChain(terms: Terms = baseTerms()): Promise<DeployedChain> {
  const chain = await testChain();
  await chain.endpoints.send('evm_setIntervalMining', [0]);
  const deployer = openSigner(`0x${'d0'.repeat(32)}`);
  const miner = new DeployedChain(chain, {
    addresses: {} as Deployment['addresses'],
    block: 0,
    parameters: {} as Parameters,
    beacon: {} as BeaconChain,
  });
  await miner.mined(fundGas({ rpc: chain.rpc, clock }, [deployer.address], GAS));
  const genesis = (await chain.rpc.header('latest'))?.timestamp ?? 0;
  const beacon = { publicKey: publicKeyOf(BEACON_KEY), genesis, period: 5, margin: 0 };
  const issued = { maxBaseUnits: MAX_BASE_UNITS, baseTerms: termsHash(terms) };
  const parameters = { ...LAW, genesis, ...issued, ...emissionRates(LAW.epochSeconds) };
  const deployment = await miner.mined(
    deploy({ chainId: CHAIN_ID, rpc: chain.rpc, signer: deployer, clock }, { parameters, beacon }),
  );
  return new DeployedChain(chain, deployment);
}
