/** The node on libp2p: connections, streams and gossip of one Ed25519 key in one network. */
import { TopicValidatorResult } from '@chainsafe/libp2p-gossipsub';
import type { Connection, IdentifyResult, PeerId, PeerInfo, Stream } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import type { PeerName } from '#protocol/ids.ts';
import type { Clock, Log } from '#protocol/ports.ts';
import { askProtocol } from '#protocol/wire/ask.ts';
import { p2pError } from './errors.ts';
import { createNode, type HostSettings, listenError, type Node } from './stack.ts';

export interface HostPorts {
  readonly clock: Clock;
  readonly log: Log;
}

export interface HostEvents {
  /** A peer of this network is connected and said what it speaks. */
  readonly onPeer?: (peer: PeerName) => void;
  readonly onAddresses?: () => void;
  readonly onDiscovered?: (peer: PeerName) => void;
  readonly onSubscriber?: (topic: string) => void;
}

export type Verdict = 'accept' | 'ignore' | 'reject';
export interface Inbound {
  readonly bytes: Uint8Array;
  /** Who signed it, and who passed it on. */
  readonly author: PeerName;
  readonly source: PeerName;
}

/** Streams of one protocol that a connection may have open, on each side. */
const STREAMS = { maxInboundStreams: 64, maxOutboundStreams: 64, runOnLimitedConnection: true } as const;

const VERDICTS = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
} as const;
const nameOf = (peer: PeerId): PeerName => peer.toString() as PeerName;

export class Host {
  readonly #ports: HostPorts;
  readonly #settings: HostSettings;
  readonly #events: HostEvents[] = [];
  /** Connections whose other end has not proven to be of this network, and since when. */
  readonly #strangers = new Map<string, { readonly connection: Connection; readonly since: number }>();
  #node: Node | null = null;
  #peer: PeerName | null = null;

  constructor(ports: HostPorts, settings: HostSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** Makes the node without a socket: protocols are registered between `open` and `start`, so that the first peer sees them all. */
  async open(): Promise<void> {
    this.#node = await createNode(this.#settings);
    this.#peer = nameOf(this.#node.peerId);
    this.#listen(this.#node);
  }

  /** @throws P2P_PORT_TAKEN, P2P_CANNOT_LISTEN */
  async start(): Promise<void> {
    const node = this.#running();
    try {
      await node.start();
    } catch (error) {
      await this.stop();
      throw listenError(error, this.#settings.listen);
    }
    this.#ports.log.info({ peer: nameOf(node.peerId), addresses: this.addresses() }, 'accepting peers');
  }

  async stop(): Promise<void> {
    const node = this.#node;
    this.#node = null;
    await node?.stop();
    this.#strangers.clear();
  }

  /** Register before `open`. */
  on(events: HostEvents): void {
    this.#events.push(events);
  }

  /** Known from `open` on, also after the stop. */
  peer(): PeerName {
    if (this.#peer === null) throw p2pError('NOT_RUNNING', {});
    return this.#peer;
  }

  /** Where this node listens, each with its peer at the end. */
  addresses(): string[] {
    return this.#running()
      .getMultiaddrs()
      .map((address) => address.toString());
  }

  /** Peers of this network that are connected now; none while not running. */
  connected(): PeerName[] {
    const connections = this.#node?.getConnections() ?? [];
    const open = connections.filter((c) => c.status === 'open' && !this.#strangers.has(c.id));
    return [...new Set(open.map((c) => nameOf(c.remotePeer)))];
  }

  /** Remembers where a peer may be found, for later dials. Unusable addresses are skipped. */
  async learn(peer: PeerName, addresses: readonly string[]): Promise<void> {
    const multiaddrs = addresses.flatMap((text) => {
      try {
        return [multiaddr(text)];
      } catch {
        return [];
      }
    });
    await this.#running().peerStore.merge(peerIdFromString(peer), { multiaddrs });
  }

  /** Connects to a peer that was learned, or to an address. @throws P2P_BAD_ADDRESS, P2P_UNREACHABLE */
  async dial(target: PeerName | string, signal?: AbortSignal): Promise<void> {
    const isAddress = target.startsWith('/');
    let where: PeerId | ReturnType<typeof multiaddr>;
    try {
      where = isAddress ? multiaddr(target) : peerIdFromString(target);
    } catch (error) {
      throw p2pError(
        'BAD_ADDRESS',
        { address: target, reason: error instanceof Error ? error.message : String(error) },
        error,
      );
    }
    try {
      await this.#running().dial(where, signal === undefined ? {} : { signal });
    } catch (error) {
      throw p2pError(
        'UNREACHABLE',
        { peer: target, protocol: 'dial', reason: error instanceof Error ? error.message : String(error) },
        error,
      );
    }
  }

  async hangUp(peer: PeerName): Promise<void> {
    await this.#running().hangUp(peerIdFromString(peer));
  }

  /** Ends connections that never showed that they belong to this network. */
  async dropStrangers(olderThanMs: number): Promise<void> {
    const limit = this.#ports.clock.now() - olderThanMs;
    const old = [...this.#strangers.values()].filter((stranger) => stranger.since <= limit);
    await Promise.allSettled(old.map((stranger) => stranger.connection.close()));
  }

  /** A stream to a peer that is connected, or whose addresses were learned. */
  openStream(peer: PeerName, protocol: string, signal: AbortSignal): Promise<Stream> {
    return this.#running().dialProtocol(peerIdFromString(peer), protocol, { signal, runOnLimitedConnection: true });
  }

  /** @returns stops handling */
  async handle(
    protocol: string,
    handler: (stream: Stream, from: PeerName) => Promise<void>,
  ): Promise<() => Promise<void>> {
    const node = this.#running();
    await node.handle(protocol, (stream, connection) => handler(stream, nameOf(connection.remotePeer)), STREAMS);
    return () => node.unhandle(protocol);
  }

  /** @returns how many peers it was sent to */
  async publish(topic: string, bytes: Uint8Array): Promise<number> {
    const { recipients } = await this.#running().services.pubsub.publish(topic, bytes);
    return recipients.length;
  }

  /** The validator's verdict decides on delivery, on forwarding and on the source's score. @returns leaves the topic */
  subscribe(topic: string, validate: (message: Inbound) => Promise<Verdict>): () => void {
    const { pubsub } = this.#running().services;
    pubsub.topicValidators.set(topic, async (source, message) => {
      if (message.type !== 'signed') return TopicValidatorResult.Reject;
      const inbound = { bytes: message.data, author: nameOf(message.from), source: nameOf(source) };
      return VERDICTS[await validate(inbound)];
    });
    pubsub.subscribe(topic);
    return () => {
      pubsub.topicValidators.delete(topic);
      if (this.#node !== null) pubsub.unsubscribe(topic);
    };
  }

  #running(): Node {
    if (this.#node === null) throw p2pError('NOT_RUNNING', {});
    return this.#node;
  }

  #emit(tell: (events: HostEvents) => void): void {
    for (const events of this.#events) tell(events);
  }

  #listen(node: Node): void {
    const { clock } = this.#ports;
    node.addEventListener('connection:open', ({ detail }) =>
      this.#strangers.set(detail.id, { connection: detail, since: clock.now() }),
    );
    node.addEventListener('connection:close', ({ detail }) => this.#strangers.delete(detail.id));
    node.addEventListener('peer:identify', ({ detail }) => this.#identified(detail));
    node.addEventListener('self:peer:update', () => this.#emit((e) => e.onAddresses?.()));
    node.addEventListener('peer:discovery', ({ detail }: CustomEvent<PeerInfo>) =>
      this.#emit((e) => e.onDiscovered?.(nameOf(detail.id))),
    );
    node.services.pubsub.addEventListener('subscription-change', ({ detail }) => {
      for (const { topic, subscribe } of detail.subscriptions)
        if (subscribe) this.#emit((e) => e.onSubscriber?.(topic));
    });
  }

  #identified({ connection, protocols, peerId }: IdentifyResult): void {
    if (!protocols.includes(askProtocol(this.#settings.network))) return;
    this.#strangers.delete(connection.id);
    this.#emit((e) => e.onPeer?.(nameOf(peerId)));
  }
}
