/** The chain as the node uses it: one loop follows the events and looks after what was sent; ports read and write. */
import type { Address, Wei } from '#protocol/ids.ts';
import type {
  BeaconPort,
  ChainView,
  Clock,
  CourtPort,
  DisputePort,
  Keep,
  Log,
  MarketPort,
  Signer,
  StakePort,
  TokenPort,
  WorkPort,
} from '#protocol/ports.ts';
import { CorexError } from '#protocol/errors.ts';
import { interfaces } from './bindings.ts';
import { type Addresses, Calls, contractAddresses } from './calls.ts';
import { logDecoder } from './decode.ts';
import { disputePort } from './dispute-port.ts';
import { type Endpoints, openEndpoints } from './endpoints.ts';
import { chainError } from './errors.ts';
import { EventFollower } from './events.ts';
import { KeptLogs } from './kept-logs.ts';
import { KeptTransactions } from './kept-transactions.ts';
import { marketPort } from './market-port.ts';
import { type PoolCalls, poolPort, stakePort, tokenPort } from './money-ports.ts';
import { Outbox } from './outbox.ts';
import type { Earning, Slash } from './projection.ts';
import { revertDecoder } from './reverts.ts';
import { Rpc } from './rpc.ts';
import { readSupply, type Supply } from './supply.ts';
import { ProjectedView } from './view.ts';
import { beaconPort, courtPort, workPort } from './work-ports.ts';

export interface ChainSettings {
  /** JSON-RPC endpoints, the preferred one first. */
  readonly rpc: readonly string[];
  readonly chainId: number;
  readonly addresses: Addresses;
  /** The block of the deployment. */
  readonly fromBlock: number;
  /** Blocks on top of an event before it counts. */
  readonly confirmations: number;
  readonly pollMs: number;
}

export interface ChainPorts {
  readonly signer: Signer;
  readonly keep: Keep;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Chain {
  readonly view: ChainView;
  readonly work: WorkPort;
  readonly beacon: BeaconPort;
  readonly court: CourtPort;
  readonly disputes: DisputePort;
  readonly market: MarketPort;
  readonly pool: PoolCalls;
  readonly stake: StakePort;
  readonly token: TokenPort;
  /** Where every wei is, at the newest block. */
  supply(): Promise<Supply>;
  /** Everything that was slashed so far, oldest first. */
  slashes(): readonly Slash[];
  /** What an account was paid so far, oldest first. */
  earningsOf(account: Address): readonly Earning[];
  /** What the pool released, and what fees workers and auditors were paid, so far. */
  released(): Wei;
  paidFees(): Wei;
  /** Takes up what was kept, and follows the chain from there. */
  start(): Promise<void>;
  /** Resolves when nothing of it is pending; what was sent is taken up at the next start. */
  stop(): Promise<void>;
}

/** Blocks without being mined after which a transaction's fee is raised. */
const STUCK_BLOCKS = 5;
const MAX_BACKOFF_MS = 15_000;

/** @throws CHAIN_UNREACHABLE, CHAIN_WRONG_NETWORK, CHAIN_NOT_DEPLOYED */
export async function openChain(settings: ChainSettings, ports: ChainPorts): Promise<Chain> {
  const { addresses, fromBlock, confirmations } = settings;
  const endpoints = await openEndpoints({ urls: settings.rpc, chainId: settings.chainId }, ports);
  const rpc = new Rpc(endpoints);
  // What is kept belongs to one deployment on one chain: a development chain that began anew has another block there.
  const deployment = await rpc.header(fromBlock);
  if (deployment === null || !(await rpc.hasCode(addresses.token))) {
    const url = endpoints.shown();
    endpoints.close();
    throw chainError('NOT_DEPLOYED', { url, contract: addresses.token, block: fromBlock });
  }
  const prefix = `${deployment.hash.slice(2, 18)}/`;
  const revertOf = revertDecoder(Object.values(interfaces));
  const kept = new KeptTransactions(ports.keep, `${prefix}outbox/`);
  const { signer, log } = ports;
  const outbox = new Outbox(
    { rpc, kept, signer, log, revertOf },
    { chainId: settings.chainId, stuckBlocks: STUCK_BLOCKS },
  );
  const view = new ProjectedView(logDecoder(addresses));
  const follower = new EventFollower(
    { rpc, kept: new KeptLogs(ports.keep, `${prefix}events/`), sink: view, log },
    { addresses: contractAddresses(addresses), fromBlock, confirmations },
  );
  const loop = new ChainLoop({ endpoints, follower, outbox, view, clock: ports.clock, log }, settings.pollMs);
  const calls = new Calls(addresses, interfaces, { rpc, outbox, revertOf });
  return {
    view,
    work: workPort(calls),
    beacon: beaconPort(calls),
    court: courtPort(calls),
    disputes: disputePort(calls),
    market: marketPort(calls, signer.address),
    pool: poolPort(calls),
    stake: stakePort(calls, signer.address),
    token: tokenPort(calls),
    supply: async () => readSupply(calls, (await rpc.header('latest'))?.number ?? fromBlock),
    slashes: () => view.slashes(),
    earningsOf: (account) => view.earningsOf(account),
    released: () => view.released(),
    paidFees: () => view.paidFees(),
    start: () => loop.start(),
    stop: () => loop.stop(),
  };
}

interface LoopPorts {
  readonly endpoints: Endpoints;
  readonly follower: EventFollower;
  readonly outbox: Outbox;
  readonly view: ProjectedView;
  readonly clock: Clock;
  readonly log: Log;
}

class ChainLoop {
  readonly #ports: LoopPorts;
  readonly #pollMs: number;
  readonly #ended = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #failures = 0;

  constructor(ports: LoopPorts, pollMs: number) {
    this.#ports = ports;
    this.#pollMs = pollMs;
  }

  async start(): Promise<void> {
    await this.#ports.follower.resume();
    await this.#ports.outbox.resume();
    await this.#look();
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    this.#ports.endpoints.close();
    await this.#running;
    await this.#ports.outbox.stop();
  }

  async #look(): Promise<void> {
    const { follower, outbox, view } = this.#ports;
    if (await follower.poll()) await outbox.pump(view.head().number);
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#ports;
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const longest = Math.max(this.#pollMs, MAX_BACKOFF_MS);
      await clock.sleep(Math.min(this.#pollMs * 2 ** this.#failures, longest), signal);
      if (signal.aborted) return;
      try {
        await this.#look();
        if (this.#failures > 0) log.info({}, 'the chain answers again');
        this.#failures = 0;
      } catch (cause) {
        if (signal.aborted) return;
        this.#failures += 1;
        // Said once an outage, not once a poll.
        const code = cause instanceof CorexError ? cause.code : 'UNKNOWN';
        if (this.#failures === 1) log.warn({ code, reason: String(cause) }, 'the chain cannot be followed now');
      }
    }
  }
}
