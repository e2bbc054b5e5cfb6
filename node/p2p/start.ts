/** Composition of the network room: host, exchange, gossip, questions, directory, neighbours; started in order, stopped in reverse. */
import type { Ask, Clock, Gossip, Keep, Log, Signer } from '#protocol/ports.ts';
import { TopicGossip } from './gossip.ts';
import { Asker } from './ask.ts';
import { Directory, type Profile } from './directory.ts';
import { StreamExchange } from './exchange.ts';
import { Host } from './host.ts';
import { Neighbours } from './neighbours.ts';

export interface P2pOptions {
  /** Seed of the Ed25519 key of libp2p, 32 bytes. */
  readonly key: Uint8Array;
  /** Id of the network; nodes of different ids never meet. */
  readonly network: string;
  readonly listen: readonly string[];
  readonly announce?: readonly string[];
  readonly bootstrap: readonly string[];
  readonly mdns: boolean;
  /** Relay the connections of peers behind a NAT; true unless said otherwise. */
  readonly relay?: boolean;
  /** Be reached through the relays of others, too; for a node behind a NAT. */
  readonly viaRelay?: boolean;
  /** Connections to keep by dialling known peers; 12 unless said otherwise. */
  readonly wanted?: number;
  readonly profile: Profile;
  readonly keep: Keep;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly log: Log;
}

export interface P2p {
  readonly host: Host;
  readonly exchange: StreamExchange;
  readonly gossip: Gossip;
  readonly ask: Ask;
  readonly directory: Directory;
  stop(): Promise<void>;
}

/** Milliseconds for one question; a validator asks before its window closes, not after. */
const ASK_MS = 10_000;
const WANTED_PEERS = 12;

/** @throws P2P_PORT_TAKEN, P2P_CANNOT_LISTEN; nothing is left running then */
export async function startP2p(options: P2pOptions): Promise<P2p> {
  const { key, network, listen, bootstrap, keep, signer, clock, log, profile } = options;
  const announce = options.announce ?? [];
  const host = new Host(
    { clock, log },
    {
      key,
      network,
      listen,
      announce,
      mdns: options.mdns,
      relay: options.relay ?? true,
      viaRelay: options.viaRelay ?? false,
    },
  );
  const exchange = new StreamExchange({ host, clock, log });
  const gossip = new TopicGossip({ host, clock, log }, { network });
  const asker = new Asker({ exchange, log }, { network, operator: signer.address, timeoutMs: ASK_MS });
  const directory = new Directory({ host, asker, gossip, keep, signer, clock, log }, { network, key, profile });
  const neighbours = new Neighbours(
    { host, directory, onRound: () => gossip.flush(), clock, log },
    { bootstrap, wanted: options.wanted ?? WANTED_PEERS },
  );

  const stop = async (): Promise<void> => {
    await neighbours.stop();
    // Whoever waits for an answer is freed first.
    await exchange.stop();
    await directory.stop();
    await asker.stop();
    await gossip.stop();
    await host.stop();
  };
  await host.open();
  try {
    await asker.start();
    await host.start();
    await directory.start();
    neighbours.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, exchange, gossip, ask: asker, directory, stop };
}
