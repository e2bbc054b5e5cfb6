/** The composition root: every concrete part of a node, in the order in which they depend on each other. */
import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { EnginePool } from '#engine/run/pool.ts';
import type { Domain } from '#protocol/codec/typed-data.ts';
import { parseCxt } from '#protocol/ids.ts';
import type { Log } from '#protocol/ports.ts';
import { Account } from './account.ts';
import { EventRing } from './api/events.ts';
import type { NodeApi } from './api/ports.ts';
import { startApi } from './api/server.ts';
import { startBlobs } from './blobs/start.ts';
import { type Chain, openChain } from './chain/chain.ts';
import { systemClock, systemRandom } from './clock.ts';
import { type Keys, openKeys } from './keys/keystore.ts';
import { Lifecycle } from './lifecycle.ts';
import { createLog } from './log.ts';
import { Metrics } from './metrics.ts';
import { Operate } from './operate.ts';
import { startP2p } from './p2p/start.ts';
import { type DeployedProfile, readDeployedProfile } from './profile.ts';
import { answerQuestion } from './roles/answers.ts';
import { Compute } from './roles/compute/compute.ts';
import { type MakeProof, type ProveContext, type ProvePorts, proveShard } from './roles/compute/prove.ts';
import { Shelf } from './roles/compute/shelf.ts';
import { Duty } from './roles/duty.ts';
import { followHints } from './roles/hints.ts';
import { JobBook } from './roles/job-book.ts';
import { ProofIndex } from './roles/proof-index.ts';
import { Staking } from './roles/stake.ts';
import { VerdictRecords } from './roles/validator/records.ts';
import { Validator } from './roles/validator/validator.ts';
import type { Settings } from './settings.ts';
import { Database } from './store/database.ts';
import { openKeep } from './store/keep.ts';

export interface RunningNode {
  readonly api: NodeApi;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly password: string;
  /** Makes the proofs; only the adversaries of a devnet pass another. */
  readonly prover?: (ports: ProvePorts, context: ProveContext) => MakeProof;
}

const honest = (ports: ProvePorts, context: ProveContext): MakeProof => (order, signal) => proveShard(ports, context, order, signal);

/** Epochs back at which this node looks for things to collect. */
const LOOKBACK = 24;
const MIB = 2 ** 20;
const GIB = 2 ** 30;
/** Folder names of a node's home. */
const DATABASE = 'database';

const versionOf = (): string => JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')).version;

/** Everything at info and above is also an event that the operator can read by the API. */
function tee(log: Log, ring: EventRing): Log {
  const also = (level: 'info' | 'warn' | 'error') => (fields: object, message: string) => {
    ring.push(message, fields as Record<string, unknown>);
    log[level](fields, message);
  };
  return { debug: (fields, message) => log.debug(fields, message), info: also('info'), warn: also('warn'), error: also('error') };
}

/** @throws CorexError of whichever part cannot start; what had been started is stopped then */
export async function startNode(settings: Settings, options: StartOptions): Promise<RunningNode> {
  const home = settings.home.replace(/^~(?=\/|$)/, homedir());
  const ring = new EventRing(systemClock);
  const log = tee(createLog(settings.log), ring);
  const life = new Lifecycle(log);
  try {
    const profile = readDeployedProfile(settings.profile);
    const keys = await openKeys(home, options.password);
    return await assemble({ settings, home, ring, log, life, profile, keys, prover: options.prover ?? honest });
  } catch (error) {
    await life.stop();
    throw error;
  }
}

interface Assembly {
  readonly settings: Settings;
  readonly home: string;
  readonly ring: EventRing;
  readonly log: Log;
  readonly life: Lifecycle;
  readonly profile: DeployedProfile;
  readonly keys: Keys;
  readonly prover: NonNullable<StartOptions['prover']>;
}

async function assemble(parts: Assembly): Promise<RunningNode> {
  const { settings, home, ring, log, life, profile, keys } = parts;
  const [clock, random, { signer }] = [systemClock, systemRandom, keys] as const;
  const database = await Database.open(join(home, DATABASE));
  await life.start({ name: 'database', stop: () => database.close() });
  const keepOf = (table: Parameters<Database['table']>[0]) => openKeep(database.table(table));

  const chain = await openChainOf(parts, keepOf('chain'));
  await life.start({ name: 'chain', start: () => chain.start(), stop: () => chain.stop() });

  const { workers, memoryMb, stepTimeoutS } = settings.compute;
  const engine = new EnginePool({ size: workers, memoryBytes: memoryMb * MIB, stepTimeoutMs: stepTimeoutS * 1000, clock });
  await life.start({ name: 'engine', stop: () => engine.close() });
  const measured = await engine.profile();

  const { roles } = settings;
  const recordProfile = { roles: [...roles], engine: measured.engine, golden: measured.classId };
  const { listen, bootstrap, mdns } = settings.p2p;
  const network = profile.name;
  const p2p = await startP2p({ key: keys.peerSeed, network, listen, bootstrap, mdns, profile: recordProfile, keep: keepOf('peers'), signer, clock, log });
  await life.start({ name: 'p2p', stop: () => p2p.stop() });
  const { exchange, gossip, ask, directory, host } = p2p;
  const room = await startBlobs({ network, home, capBytes: 64 * GIB, exchange, peers: directory, keep: keepOf('blobs'), clock, log });
  await life.start({ name: 'blobs', stop: () => room.stop() });

  const { law } = profile;
  const domain: Domain = { chainId: profile.chainId, contract: profile.contracts.ledger };
  const self = signer.address;
  const ports = { ...chain, blobs: room.blobs, gossip, ask, engine, signer, random, log };
  const book = new JobBook(ports);
  const index = new ProofIndex({ ask, keep: keepOf('compute'), view: chain.view }, domain);
  const shelf = new Shelf(keepOf('compute'));
  const records = new VerdictRecords(keepOf('validator'));
  await index.load();
  await shelf.load();
  ask.answer(answerQuestion(index));
  const endHints = followHints(ports, index);
  await life.start({ name: 'hints', stop: async () => endHints() });

  const account = new Account(chain, { self, law, lookback: LOOKBACK });
  const target = settings.stake.target === 'minimum' ? 'minimum' : parseCxt(settings.stake.target);
  const has = { compute: roles.includes('compute'), validator: roles.includes('validator') };
  if (has.compute || has.validator) {
    const staking = new Staking(ports, { self, roles: has, target });
    await life.start(running('staking', new Duty('staking', ports, (head) => staking.act(head))));
  }
  if (has.compute) {
    const prove = parts.prover({ ...ports }, { domain, engine: measured.engine });
    const { baseTasks } = settings.compute;
    const computeSettings = { self, law, domain, workers, baseTasks, capacity: workers * 2, lookback: LOOKBACK };
    await life.start(running('compute', new Compute({ ...ports, prove }, computeSettings, { book, index, shelf })));
  }
  if (has.validator) {
    await life.start(running('validator', new Validator(ports, { self, law, domain, lookback: LOOKBACK }, records)));
  }

  const metrics = new Metrics();
  const operate = new Operate(
    {
      account,
      submit: { ...ports, self },
      view: chain.view,
      blobs: room.blobs,
      book,
      index,
      shelf,
      records,
      ring,
      metrics,
      peers: () => host.connected().length,
      listen: () => host.addresses(),
    },
    { version: versionOf(), address: self, peerId: host.peer(), profile: network, roles, engine: measured.engine, law },
  );
  const api = await startApi({ api: operate, home, host: settings.api.host, port: settings.api.port, random, log, metrics });
  await life.start({ name: 'api', stop: () => api.stop() });
  // Where NODE_COMPILE_CACHE is set, processes that start after this one need not compile again.
  flushCompileCache();
  return { api: operate, stop: () => life.stop() };
}

function openChainOf({ settings, profile, keys, log }: Assembly, keep: Parameters<typeof openChain>[1]['keep']): Promise<Chain> {
  const { rpc, confirmations, pollMs } = settings.chain;
  const { chainId, contracts, fromBlock } = profile;
  const place = { rpc, chainId, addresses: contracts, fromBlock, confirmations, pollMs };
  return openChain(place, { signer: keys.signer, keep, clock: systemClock, log });
}

/** A role as a part of the life cycle. */
function running(name: string, role: { start(): void; stop(): Promise<void> }) {
  return { name, start: async () => role.start(), stop: () => role.stop() };
}
