/** The Gossip port: size, allowance, decoding and schema before a handler sees a message; its verdict decides what spreads. */
import { decodeCbor, encodeCbor } from '#protocol/codec/cbor.ts';
import type { PeerName } from '#protocol/ids.ts';
import type { Clock, Gossip, Log, TopicName } from '#protocol/ports.ts';
import { TOPICS, topicString } from '#protocol/wire/topics.ts';
import { Allowance } from '../allowance.ts';
import { p2pError } from './errors.ts';
import type { Host, Inbound, Verdict } from './host.ts';
import { TopicQueue } from './topic-queue.ts';

export interface GossipPorts {
  readonly host: Pick<Host, 'publish' | 'subscribe' | 'on'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

type Handler = (message: unknown, from: PeerName) => Promise<Verdict>;

interface Joined {
  readonly handlers: Set<Handler>;
  readonly queue: TopicQueue;
  readonly allowance: Allowance;
  readonly leave: () => void;
}

/** Own messages that wait for the first peer of their topic. */
const MAX_UNSENT = 64;

/** Any rejection rejects; else one acceptance is enough. */
function together(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('reject')) return 'reject';
  return verdicts.includes('accept') ? 'accept' : 'ignore';
}

export class TopicGossip implements Gossip {
  readonly #ports: GossipPorts;
  readonly #network: string;
  readonly #joined = new Map<TopicName, Joined>();
  readonly #unsent = new Map<TopicName, Uint8Array[]>();
  readonly #sending = new Set<Promise<void>>();

  constructor(ports: GossipPorts, settings: { readonly network: string }) {
    this.#ports = ports;
    this.#network = settings.network;
    ports.host.on({ onSubscriber: () => this.flush() });
  }

  async stop(): Promise<void> {
    const joined = [...this.#joined.values()];
    this.#joined.clear();
    this.#unsent.clear();
    for (const { leave } of joined) leave();
    await Promise.all(joined.map(({ queue }) => queue.close()));
    await Promise.all(this.#sending);
  }

  /**
   * The message in its wire form. Where nobody listens yet, it is sent to the first who comes.
   * @throws P2P_BAD_MESSAGE, P2P_MESSAGE_TOO_BIG, CBOR_NOT_PLAIN
   */
  async publish(topic: TopicName, message: unknown): Promise<void> {
    const { schema, maxBytes } = TOPICS[topic];
    const checked = schema.safeParse(message);
    if (!checked.success)
      throw p2pError('BAD_MESSAGE', { topic, reason: checked.error.issues[0]?.message ?? 'malformed' });
    const bytes = encodeCbor(message);
    if (bytes.length > maxBytes) throw p2pError('MESSAGE_TOO_BIG', { topic, bytes: bytes.length, limit: maxBytes });
    await this.#send(topic, bytes);
  }

  /** Handlers get the wire form, checked against the topic's schema, and the peer that signed it. */
  subscribe(topic: TopicName, handler: Handler): () => void {
    const joined = this.#joined.get(topic) ?? this.#join(topic);
    joined.handlers.add(handler);
    return () => {
      joined.handlers.delete(handler);
      if (joined.handlers.size > 0 || this.#joined.get(topic) !== joined) return;
      this.#joined.delete(topic);
      joined.leave();
      this.#track(joined.queue.close());
    };
  }

  /** Tries again to send what nobody was there to hear. */
  flush(): void {
    const unsent = [...this.#unsent];
    this.#unsent.clear();
    for (const [topic, waiting] of unsent) this.#track(Promise.all(waiting.map((bytes) => this.#send(topic, bytes))));
  }

  #join(topic: TopicName): Joined {
    const row = TOPICS[topic];
    const handlers = new Set<Handler>();
    const queue = new TopicQueue(row, (message) => this.#judge(topic, handlers, message));
    const allowance = new Allowance(this.#ports.clock, { burst: row.queue, perSecond: row.queue / 4 });
    const leave = this.#ports.host.subscribe(topicString(this.#network, topic), async (message) =>
      allowance.take(message.source, 1) ? queue.push(message) : 'ignore',
    );
    const joined = { handlers, queue, allowance, leave };
    this.#joined.set(topic, joined);
    return joined;
  }

  async #judge(topic: TopicName, handlers: ReadonlySet<Handler>, message: Inbound): Promise<Verdict> {
    const { schema, maxBytes } = TOPICS[topic];
    const decoded = decodeCbor(message.bytes, maxBytes);
    if (!decoded.ok || !schema.safeParse(decoded.value).success) return 'reject';
    try {
      return together(await Promise.all([...handlers].map((handle) => handle(decoded.value, message.author))));
    } catch (error) {
      // Our own trouble (a full disk, a silent chain) is not the sender's.
      this.#ports.log.warn({ topic, peer: message.author, err: error }, 'a gossip handler failed');
      return 'ignore';
    }
  }

  async #send(topic: TopicName, bytes: Uint8Array): Promise<void> {
    const reached = await this.#ports.host.publish(topicString(this.#network, topic), bytes);
    if (reached > 0) return;
    const waiting = this.#unsent.get(topic) ?? [];
    this.#unsent.set(topic, [...waiting, bytes].slice(-MAX_UNSENT));
  }

  #track(work: Promise<unknown>): void {
    const settled = work
      .then(
        () => undefined,
        (error: unknown) => {
          this.#ports.log.debug({ err: error }, 'gossip was not sent');
        },
      )
      .finally(() => this.#sending.delete(settled));
    this.#sending.add(settled);
  }
}
