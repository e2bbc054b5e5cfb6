/** The devnet's chain: anvil with the contracts on it, the beacon that seeds them, and gas for every participant; no account gets any CXT. */
import { join } from 'node:path';
import { termsHash } from '#protocol/dispute/terms.ts';
import { emissionRates } from '#protocol/economy/emission.ts';
import type { Address } from '#protocol/ids.ts';
import type { Clock, Keep, Log, Random } from '#protocol/ports.ts';
import { MAX_BASE_UNITS } from '#protocol/work/base-task.ts';
import { baseTerms } from '#verifier/dispute/base-terms.ts';
import { startAnvil } from '../chain/anvil.ts';
import type { ChainPorts, ChainSettings } from '../chain/chain.ts';
import { deploy } from '../chain/deploy.ts';
import { openEndpoints } from '../chain/endpoints.ts';
import { fundGas } from '../chain/fund.ts';
import { Rpc } from '../chain/rpc.ts';
import { openSigner } from '../chain/signer.ts';
import { type DeployedProfile, readProfile } from '../profile.ts';
import { startBeacon } from './beacon.ts';

interface EmbeddedPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface EmbeddedChain {
  readonly url: string;
  readonly profile: DeployedProfile;
  /** What `openChain` needs to look on, with a key that owns nothing and a memory that is not kept. */
  observe(ports: EmbeddedPorts): { readonly settings: ChainSettings; readonly ports: ChainPorts };
  stop(): Promise<void>;
}

/** The chain's own coin for gas, in wei: what a real node buys elsewhere. */
const GAS = 10n ** 20n;
/** Until the nodes are up: epoch 0 begins with everybody there. */
const LEAD_SECONDS = 10;
/** A fresh account to deploy from; the contracts give it no power. */
function freshSigner(random: Random) {
  return openSigner(`0x${Buffer.from(random.bytes(32)).toString('hex')}`);
}

/** @throws CHAIN_… when the embedded chain cannot run */
export async function startEmbeddedChain(
  root: string,
  accounts: readonly Address[],
  ports: EmbeddedPorts,
): Promise<EmbeddedChain> {
  const { file: _, ...profile } = readProfile('devnet');
  const anvil = await startAnvil(
    { chainId: profile.chainId, port: 0, stateFile: join(root, 'chain.json'), blockSeconds: 1 },
    ports,
  );
  const endpoints = await openEndpoints({ urls: [anvil.url], chainId: profile.chainId }, ports);
  const rpc = new Rpc(endpoints);
  const signer = freshSigner(ports.random);
  await fundGas({ rpc, clock: ports.clock }, [signer.address, ...accounts], GAS);
  const head = await rpc.header('latest');
  const genesis = (head?.timestamp ?? 0) + LEAD_SECONDS;
  const { law } = profile;
  const issued = { maxBaseUnits: MAX_BASE_UNITS, baseTerms: termsHash(baseTerms()) };
  const parameters = { ...law, genesis, ...issued, ...emissionRates(law.epochSeconds) };
  const beacon = await startBeacon(genesis, ports.random);
  const terms = { parameters, beacon: beacon.chain };
  const { addresses, block } = await deploy({ chainId: profile.chainId, rpc, signer, clock: ports.clock }, terms);
  endpoints.close();
  const settings = {
    ...profile.settings,
    chain: { rpc: [anvil.url], confirmations: 0, pollMs: 200 },
    beacon: { endpoints: [beacon.url] },
  };
  const deployed: DeployedProfile = {
    ...profile,
    settings,
    fromBlock: block,
    genesis,
    contracts: addresses,
    beacon: beacon.chain,
    law: { ...law, genesis },
  };
  return {
    url: anvil.url,
    profile: deployed,
    observe: ({ clock, random, log }) => ({
      settings: {
        rpc: [anvil.url],
        chainId: profile.chainId,
        addresses,
        fromBlock: block,
        confirmations: 0,
        pollMs: 200,
      },
      ports: { signer: freshSigner(random), keep: volatileKeep(), clock, log },
    }),
    stop: async () => {
      await beacon.stop();
      await anvil.stop();
    },
  };
}

/** A memory that ends with the process. */
function volatileKeep(): Keep {
  const values = new Map<string, unknown>();
  return {
    get: async (key) => values.get(key),
    put: async (key, value) => void values.set(key, value),
    del: async (key) => void values.delete(key),
    list: async (prefix) => [...values].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}
