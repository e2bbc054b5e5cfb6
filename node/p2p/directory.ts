/** Who runs which peer and where: learned from gossip and from every peer that connects, told to every peer that asks. */
import type { Address, PeerName } from '#protocol/ids.ts';
import type { Clock, Gossip, Keep, Log, Signer } from '#protocol/ports.ts';
import { MAX_RECORDS, type Question } from '#protocol/wire/ask.ts';
import type { Peers } from '#protocol/wire/exchange.ts';
import { type NodeRecord, type SignedRecord, signRecord } from '#protocol/wire/node-record.ts';
import type { Asker } from './ask.ts';
import type { Host } from './host.ts';
import { RecordBook } from './record-book.ts';

/** What a node says of itself beside its addresses. */
export type Profile = Pick<NodeRecord, 'roles' | 'engine' | 'golden'>;

export interface DirectoryPorts {
  readonly host: Pick<Host, 'on' | 'learn' | 'peer' | 'addresses' | 'connected'>;
  readonly asker: Pick<Asker, 'put' | 'useDirectory'>;
  readonly gossip: Gossip;
  readonly keep: Keep;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly log: Log;
}

export interface DirectorySettings {
  readonly network: string;
  /** Seed of the libp2p key. */
  readonly key: Uint8Array;
  readonly profile: Profile;
}

/** Own record again, for those who joined or forgot meanwhile. */
const REFRESH_MS = 300_000;

export class Directory implements Peers {
  readonly #ports: DirectoryPorts;
  readonly #settings: DirectorySettings;
  readonly #book: RecordBook;
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #profile: Profile;
  /** Own record; made at start, and again when an address or the profile changes. */
  #own: Promise<SignedRecord> | null = null;

  constructor(ports: DirectoryPorts, settings: DirectorySettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#profile = settings.profile;
    this.#book = new RecordBook(ports.keep, settings.network, (record) => this.#learn(record));
    ports.host.on({ onPeer: (peer) => this.#track(this.#greet(peer)), onAddresses: () => this.#renew() });
    ports.asker.useDirectory(
      [
        ['record', async () => this.#own],
        ['records', (question) => this.#swap(question)],
      ],
      (operator) => this.peersOf(operator),
    );
  }

  /** After the host, the asker and the gossip. */
  async start(): Promise<void> {
    await this.#book.load();
    this.#ports.gossip.subscribe('records', async (message) => {
      const { taken, signed } = await this.#take(message);
      if (taken === 'bad' || signed === null) return 'reject';
      return taken === 'new' ? 'accept' : 'ignore';
    });
    this.#track(this.#refresh());
    await this.#own;
    // Whoever connected before this node had a record.
    for (const peer of this.connected()) this.#track(this.#greet(peer));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  /** Changes what the own record says, and tells everybody. */
  describe(profile: Profile): void {
    this.#profile = profile;
    this.#renew();
  }

  peersOf(operator: Address): PeerName[] {
    const connected = new Set(this.connected());
    const self = this.#ports.host.peer();
    const peers = this.#book
      .ofOperator(operator)
      .map(({ record }) => record.peer)
      .filter((peer) => peer !== self);
    return peers.sort((a, b) => Number(connected.has(b)) - Number(connected.has(a)));
  }

  connected(): PeerName[] {
    return this.#ports.host.connected();
  }

  operatorOf(peer: PeerName): Address | null {
    return this.#book.ofPeer(peer)?.record.operator ?? null;
  }

  /** Every node that this one has heard of, itself not among them. */
  known(): readonly NodeRecord[] {
    const self = this.#ports.host.peer();
    return this.#book
      .all()
      .map(({ record }) => record)
      .filter(({ peer }) => peer !== self);
  }

  async #make(): Promise<SignedRecord> {
    const { host, signer, clock } = this.#ports;
    const { network, key } = this.#settings;
    const { roles, engine, golden } = this.#profile;
    const addrs = host
      .addresses()
      .filter((address) => address.length <= 160)
      .slice(0, 16);
    const record = {
      v: 1 as const,
      network,
      operator: signer.address,
      peer: host.peer(),
      addrs,
      roles: [...roles],
      engine,
      golden,
      sequence: clock.now(),
    };
    return signRecord(record, signer, key);
  }

  #renew(): void {
    if (this.#stopping.signal.aborted || this.#own === null) return;
    this.#track(this.#announce());
  }

  async #announce(): Promise<void> {
    this.#own = this.#make();
    const own = await this.#own;
    await this.#ports.gossip.publish('records', own);
  }

  async #refresh(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#announce();
      await this.#ports.clock.sleep(REFRESH_MS, signal);
    }
  }

  /** Both sides of a new connection tell each other whom they know; gossip alone may come before its mesh stands. */
  async #greet(peer: PeerName): Promise<void> {
    if (this.#own === null || this.#stopping.signal.aborted) return;
    const answer = await this.#ports.asker.put(peer, { kind: 'records', records: await this.#some() });
    if (answer?.ok === true && Array.isArray(answer.answer))
      await this.#takeAll(answer.answer.slice(0, MAX_RECORDS), peer);
  }

  /** The answer to `records`: take theirs, give ours. */
  async #swap(question: Question): Promise<readonly SignedRecord[]> {
    const ours = await this.#some();
    if (question.kind === 'records') await this.#takeAll(question.records, null);
    return ours;
  }

  /** Own record first, then the newest. */
  async #some(): Promise<SignedRecord[]> {
    const own = await this.#own;
    const newest = [...this.#book.all()].sort((a, b) => b.record.sequence - a.record.sequence);
    const others = newest.filter(({ record }) => record.peer !== own?.record.peer);
    return [...(own === null ? [] : [own]), ...others].slice(0, MAX_RECORDS);
  }

  async #takeAll(values: readonly unknown[], from: PeerName | null): Promise<void> {
    const fresh: SignedRecord[] = [];
    for (const value of values) {
      const { taken, signed } = await this.#take(value);
      if (taken === 'new' && signed !== null) fresh.push(signed);
    }
    if (fresh.length > 0) this.#track(this.#passOn(fresh, from));
  }

  /** What was new here may be new to a neighbour; it ends where nothing is new. */
  async #passOn(records: readonly SignedRecord[], from: PeerName | null): Promise<void> {
    const subjects = new Set(records.map(({ record }) => record.peer));
    const neighbours = this.connected().filter((peer) => peer !== from && !(subjects.size === 1 && subjects.has(peer)));
    await Promise.all(
      neighbours.map((peer) => this.#ports.asker.put(peer, { kind: 'records', records: [...records] })),
    );
  }

  async #learn(record: NodeRecord): Promise<void> {
    const { host, log } = this.#ports;
    if (record.peer === host.peer()) return;
    await host.learn(record.peer, record.addrs);
    log.debug({ peer: record.peer, operator: record.operator, roles: record.roles }, 'a node is known');
  }

  #take(value: unknown): ReturnType<RecordBook['take']> {
    return this.#book.take(value, this.#ports.clock.now());
  }

  #track(work: Promise<unknown>): void {
    const settled = work
      .then(
        () => undefined,
        (error: unknown) => {
          if (!this.#stopping.signal.aborted) this.#ports.log.debug({ err: error }, 'records were not exchanged');
        },
      )
      .finally(() => this.#running.delete(settled));
    this.#running.add(settled);
  }
}
