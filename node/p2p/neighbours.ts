/** Keeps this node connected: to the first peers, to those it finds, and to enough of those it knows. */
import type { PeerName } from '#protocol/ids.ts';
import type { Clock, Log } from '#protocol/ports.ts';
import type { Directory } from './directory.ts';
import type { Host } from './host.ts';

export interface NeighboursPorts {
  readonly host: Pick<Host, 'on' | 'dial' | 'connected' | 'peer' | 'dropStrangers'>;
  readonly directory: Pick<Directory, 'known'>;
  /** Called each round. */
  readonly onRound: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

export interface NeighboursSettings {
  readonly bootstrap: readonly string[];
  /** Below this many connections, known peers are dialled. */
  readonly wanted: number;
}

const ROUND_MS = 5_000;
/** Alone, there is nothing to save. */
const ALONE_MS = 1_000;
const STRANGER_MS = 15_000;
const DIALS_A_ROUND = 4;
const MAX_PAUSE_MS = 600_000;

interface Pause {
  readonly failures: number;
  readonly until: number;
}

const peerOf = (address: string): string | undefined => /\/p2p\/([^/]+)$/.exec(address)?.[1];

export class Neighbours {
  readonly #ports: NeighboursPorts;
  readonly #settings: NeighboursSettings;
  readonly #pauses = new Map<string, Pause>();
  readonly #found = new Set<PeerName>();
  readonly #stopping = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(ports: NeighboursPorts, settings: NeighboursSettings) {
    this.#ports = ports;
    this.#settings = settings;
    ports.host.on({ onDiscovered: (peer) => this.#noticed(peer) });
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  #noticed(peer: PeerName): void {
    if (this.#found.size < 1_024) this.#found.add(peer);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { clock, host, log } = this.#ports;
    while (!signal.aborted) {
      try {
        await this.#round(signal);
      } catch (error) {
        log.debug({ err: error }, 'a round of dialling failed');
      }
      if (signal.aborted) return;
      await clock.sleep(host.connected().length === 0 ? ALONE_MS : ROUND_MS, signal);
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    await this.#ports.host.dropStrangers(STRANGER_MS);
    this.#ports.onRound();
    const targets = this.#targets();
    await Promise.all(targets.map((target) => this.#dial(target, signal)));
  }

  /** The first peers always (they hold the network together), others until there are enough. */
  #targets(): string[] {
    const { host, directory, clock } = this.#ports;
    const connected = new Set<string>([...host.connected(), host.peer()]);
    const isDue = (target: string): boolean => (this.#pauses.get(target)?.until ?? 0) <= clock.now();
    const first = this.#settings.bootstrap.filter((address) => this.#isMissing(address, connected));
    const missing = Math.max(0, this.#settings.wanted - connected.size + 1);
    const others = [...new Set([...this.#found, ...directory.known().map(({ peer }) => peer)])].filter(
      (peer) => !connected.has(peer),
    );
    this.#found.clear();
    return [...first.filter(isDue), ...others.filter(isDue).slice(0, Math.min(missing, DIALS_A_ROUND))];
  }

  /** An address without a peer at its end is dialled only while this node is alone. */
  #isMissing(address: string, connected: ReadonlySet<string>): boolean {
    const peer = peerOf(address);
    return peer === undefined ? connected.size <= 1 : !connected.has(peer);
  }

  async #dial(target: string, signal: AbortSignal): Promise<void> {
    const { host, clock, log } = this.#ports;
    try {
      await host.dial(target, signal);
      this.#pauses.delete(target);
    } catch (error) {
      const failures = (this.#pauses.get(target)?.failures ?? 0) + 1;
      const pause = Math.min(MAX_PAUSE_MS, ALONE_MS * 2 ** Math.min(failures - 1, 10));
      if (this.#pauses.size >= 4_096) this.#pauses.clear();
      this.#pauses.set(target, { failures, until: clock.now() + pause });
      log.debug(
        { target, failures, reason: error instanceof Error ? error.message : String(error) },
        'a peer was not reached',
      );
    }
  }
}
