/** The composition root: every concrete part of a node, in the order in which they depend on each other. */
import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Domain } from '#protocol/codec/typed-data.ts';
import { parseCxt } from '#protocol/ids.ts';
import type { Log } from '#protocol/ports.ts';
import { epochsToClaim } from '#protocol/time/epoch.ts';
import { auditWorker } from '#verifier/audit.ts';
import { Account } from './account.ts';
import { EventRing } from './api/events.ts';
import type { NodeApi } from './api/ports.ts';
import { startApi } from './api/server.ts';
import { startBlobs } from './blobs/start.ts';
import { type Chain, openChain } from './chain/chain.ts';
import { systemClock, systemRandom } from './clock.ts';
import { drandRounds } from './drand.ts';
import { Execution, executionError } from './execution.ts';
import { type Keys, openKeys } from './keys/keystore.ts';
import { Lifecycle } from './lifecycle.ts';
import { createLog } from './log.ts';
import { Metrics } from './metrics.ts';
import { Operate } from './operate.ts';
import { startP2p } from './p2p/start.ts';
import { type DeployedProfile, readDeployedProfile } from './profile.ts';
import { answerQuestion } from './roles/answers.ts';
import { Compute } from './roles/compute/compute.ts';
import { proveShard } from './roles/compute/prove.ts';
import { Shelf } from './roles/compute/shelf.ts';
import { Duty } from './roles/duty.ts';
import { followHints } from './roles/hints.ts';
import { JobBook } from './roles/job-book.ts';
import { ProofIndex } from './roles/proof-index.ts';
import { Transcripts } from './roles/transcripts.ts';
import { Staking } from './roles/stake.ts';
import { Refunding } from './roles/submitter/refund.ts';
import { VerdictRecords } from './roles/validator/records.ts';
import { Validator } from './roles/validator/validator.ts';
import type { Settings } from './settings.ts';
import type { Disguise, Prover } from './disguise.ts';
import { Database } from './store/database.ts';
import { openKeep } from './store/keep.ts';

export interface RunningNode {
  readonly api: NodeApi;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly password: string;
  /** What makes it dishonest; only the adversaries of a devnet pass one. */
  readonly disguise?: Disguise;
}

const honest: Prover = (ports, context) => (order, signal) => proveShard(ports, context, order, signal);

/** Epochs after the claim of an epoch opened in which this node looks for things to collect: what is older is claimed by hand. */
const LEEWAY = 24;
const MIB = 2 ** 20;
/** Bytes of blobs that a node keeps at most. */
const BLOB_CAP = 64 * 2 ** 30;
/** Folder names of a node's home. */
const DATABASE = 'database';

const versionOf = (): string =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')).version;

/** Everything at info and above is also an event that the operator can read by the API. */
function tee(log: Log, ring: EventRing, metrics: Metrics): Log {
  const also = (level: 'info' | 'warn' | 'error') => (fields: object, message: string) => {
    ring.push(message, fields as Record<string, unknown>);
    metrics.add('corex_events_total', 1, { level, event: 'code' in fields ? String(fields.code) : message });
    log[level](fields, message);
  };
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: also('info'),
    warn: also('warn'),
    error: also('error'),
  };
}

/** @throws CorexError of whichever part cannot start; what had been started is stopped then */
export async function startNode(settings: Settings, options: StartOptions): Promise<RunningNode> {
  const home = settings.home.replace(/^~(?=\/|$)/, homedir());
  const ring = new EventRing(systemClock);
  const metrics = new Metrics();
  const log = tee(createLog(settings.log), ring, metrics);
  const life = new Lifecycle(log);
  try {
    const profile = readDeployedProfile(settings.profile);
    const keys = await openKeys(home, options.password);
    return await assemble({
      settings,
      home,
      ring,
      metrics,
      log,
      life,
      profile,
      keys,
      disguise: options.disguise ?? {},
    });
  } catch (error) {
    await life.stop();
    throw error;
  }
}

interface Assembly {
  readonly settings: Settings;
  readonly home: string;
  readonly ring: EventRing;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly life: Lifecycle;
  readonly profile: DeployedProfile;
  readonly keys: Keys;
  readonly disguise: Disguise;
}

/** Everything that talks to the world: disk, chain, engine processes, network. Later ones use earlier ones. */
async function openRooms(parts: Assembly) {
  const { settings, home, log, life, profile, keys } = parts;
  const clock = systemClock;
  const { signer } = keys;
  const database = await Database.open(join(home, DATABASE));
  await life.start({ name: 'database', stop: () => database.close() });
  const keepOf = (table: Parameters<Database['table']>[0]) => openKeep(database.table(table));

  const chain = await openChainOf(parts, keepOf('chain'));
  await life.start({ name: 'chain', start: () => chain.start(), stop: () => chain.stop() });

  const { workers, memoryMb, stepTimeoutS, provider, threads } = settings.compute;
  const limits = { size: workers, memoryBytes: memoryMb * MIB, stepTimeoutMs: stepTimeoutS * 1000 };
  const engine = await Execution.open({ ...limits, provider, threads, metrics: parts.metrics, clock });
  await life.start({ name: 'engine', stop: () => engine.close() });
  const measured = engine.profile;
  if (!measured.isExact) log.warn({ engine: measured.engine }, executionError('NOT_EXACT', measured).message);

  const network = profile.name;
  const { listen, bootstrap, mdns } = settings.p2p;
  const about = { roles: [...settings.roles], engine: measured.engine, golden: measured.classId };
  const p2p = await startP2p({
    key: keys.peerSeed,
    network,
    listen,
    bootstrap,
    mdns,
    profile: about,
    keep: keepOf('peers'),
    signer,
    clock,
    log,
  });
  await life.start({ name: 'p2p', stop: () => p2p.stop() });
  const { exchange, directory } = p2p;
  const stored = { network, home, capBytes: BLOB_CAP, exchange, peers: directory, keep: keepOf('blobs'), clock, log };
  const { blobs, stop } = await startBlobs(stored);
  await life.start({ name: 'blobs', stop });
  return { chain, engine, measured, p2p, blobs, keepOf };
}

type Rooms = Awaited<ReturnType<typeof openRooms>>;

/** What the roles remember and share: specifications, proofs, verdicts. */
async function openMemory(
  { chain, p2p, blobs, engine, keepOf }: Rooms,
  { settings, log, life }: Assembly,
  { domain, self }: NodePorts,
) {
  const book = new JobBook({ blobs, view: chain.view, log });
  const index = new ProofIndex({ ask: p2p.ask, keep: keepOf('compute'), view: chain.view }, domain);
  const shelf = new Shelf(keepOf('compute'));
  const records = new VerdictRecords(keepOf('validator'));
  await index.load();
  await shelf.load();
  const { view } = chain;
  const transcripts = new Transcripts({ view, blobs, engine }, domain);
  p2p.ask.answer(answerQuestion({ index, transcripts, view, blobs }, self));
  const endHints = followHints({ gossip: p2p.gossip, view: chain.view }, index, settings.roles.includes('validator'));
  await life.start({ name: 'hints', stop: async () => endHints() });
  return { book, index, shelf, records, transcripts };
}

type Memory = Awaited<ReturnType<typeof openMemory>>;

/** Starts the roles of the settings over the ports of the rooms. */
async function startRoles(parts: Assembly, ports: NodePorts, memory: Memory, engine: string): Promise<void> {
  const { settings, life, profile } = parts;
  const { law } = profile;
  const { domain, self } = ports;
  const lookback = epochsToClaim(law) + LEEWAY;
  const has = { compute: settings.roles.includes('compute'), validator: settings.roles.includes('validator') };
  const target = settings.stake.target === 'minimum' ? 'minimum' : parseCxt(settings.stake.target);
  if (has.compute || has.validator) {
    const staking = new Staking(ports, { self, roles: has, target });
    await life.start(running('staking', new Duty('staking', ports, (head) => staking.act(head))));
  }
  const refunding = new Refunding(ports, { self, law });
  await life.start(running('refunds', new Duty('refunding', ports, (head) => refunding.act(head))));
  if (has.compute) {
    const { workers } = settings.compute;
    const { classes } = ports.engine;
    // Base tasks are of class exact.
    const baseTasks = classes.has('exact') ? settings.compute.baseTasks : 0;
    const prove = (parts.disguise.prover ?? honest)(ports, { domain, engine });
    const limits = { self, law, domain, workers, baseTasks, capacity: workers * 2, classes, lookback };
    await life.start(running('compute', new Compute({ ...ports, prove }, limits, memory)));
  }
  if (has.validator) {
    const { chain, ...beacon } = profile.beacon;
    const rounds = drandRounds({ endpoints: settings.beacon.endpoints, chain, beacon }, ports.log);
    const limits = { self, law, domain, beacon, lookback };
    await life.start(running('validator', new Validator({ ...ports, rounds }, limits, memory)));
  }
}

/** The rooms under the names of the ports. */
function portsOf(rooms: Rooms, { keys, log, profile }: Assembly) {
  const { chain, p2p, blobs, engine, keepOf } = rooms;
  const domain: Domain = { chainId: profile.chainId, contract: profile.contracts.ledger };
  const { signer } = keys;
  const { gossip, ask, directory: peers } = p2p;
  const kept = { keep: keepOf('validator'), audit: auditWorker };
  const own = { signer, self: signer.address, domain, log, random: systemRandom };
  return { ...chain, blobs, gossip, ask, peers, engine, ...kept, ...own };
}

export type NodePorts = ReturnType<typeof portsOf>;

async function assemble(parts: Assembly): Promise<RunningNode> {
  const { settings, home, ring, metrics, log, life, profile } = parts;
  const rooms = await openRooms(parts);
  const honestPorts = portsOf(rooms, parts);
  const ports = parts.disguise.ports?.(honestPorts) ?? honestPorts;
  const memory = await openMemory(rooms, parts, ports);
  const { engine } = rooms.measured;
  await startRoles(parts, ports, memory, engine);

  const { law } = profile;
  const { self, blobs, view } = ports;
  const account = new Account(ports, { self, law });
  const { host } = rooms.p2p;
  const peers = () => host.connected().length;
  const listen = () => host.addresses();
  const operate = new Operate(
    { ...memory, account, submit: ports, view, blobs, ring, metrics, peers, listen },
    {
      version: versionOf(),
      address: self,
      peerId: host.peer(),
      profile: profile.name,
      roles: settings.roles,
      engine,
      law,
      domain: ports.domain,
    },
  );
  const { host: address, port } = settings.api;
  const api = await startApi({ api: operate, home, host: address, port, random: systemRandom, log, metrics });
  await life.start({ name: 'api', stop: () => api.stop() });
  // Where NODE_COMPILE_CACHE is set, processes that start after this one need not compile again.
  flushCompileCache();
  return { api: operate, stop: () => life.stop() };
}

function openChainOf(
  { settings, profile, keys, log }: Assembly,
  keep: Parameters<typeof openChain>[1]['keep'],
): Promise<Chain> {
  const { rpc, confirmations, pollMs } = settings.chain;
  const { chainId, contracts, fromBlock } = profile;
  const place = { rpc, chainId, addresses: contracts, fromBlock, confirmations, pollMs };
  return openChain(place, { signer: keys.signer, keep, clock: systemClock, log });
}

/** A role as a part of the life cycle. */
function running(name: string, role: { start(): void; stop(): Promise<void> }) {
  return { name, start: async () => role.start(), stop: () => role.stop() };
}
