/** The libp2p stack: transports, security, discovery and services, with a prefix of its own for each network. */
import { gossipsub, type GossipSub } from '@chainsafe/libp2p-gossipsub';
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { autoNAT } from '@libp2p/autonat';
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import { dcutr } from '@libp2p/dcutr';
import { identify, identifyPush } from '@libp2p/identify';
import type { Libp2p } from '@libp2p/interface';
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht';
import { mdns } from '@libp2p/mdns';
import { ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import { webSockets } from '@libp2p/websockets';
import { createLibp2p } from 'libp2p';
import { hashText } from '#protocol/codec/abi.ts';
import { p2pError } from './errors.ts';
import { scoreParams, scoreThresholds } from './scoring.ts';

export interface HostSettings {
  /** Seed of the Ed25519 key, 32 bytes. */
  readonly key: Uint8Array;
  readonly network: string;
  readonly listen: readonly string[];
  /** Addresses at which others reach this node, where it cannot know them itself. */
  readonly announce?: readonly string[];
  readonly mdns: boolean;
  /** Relay the connections of peers behind a NAT. */
  readonly relay: boolean;
  /** Be reached through the relays of others, too. */
  readonly viaRelay: boolean;
}

/** libp2p as this room uses it. */
export type Node = Libp2p<{ readonly pubsub: GossipSub }>;

function servicesOf(settings: HostSettings) {
  // Identify with a prefix of its own: nodes of another network never learn each other's protocols.
  const protocolPrefix = `corex/${settings.network}`;
  return {
    identify: identify({ protocolPrefix, runOnLimitedConnection: true }),
    identifyPush: identifyPush({ protocolPrefix }),
    ping: ping({ protocolPrefix }),
    dht: kadDHT({
      protocol: `/${protocolPrefix}/kad/1.0.0`,
      clientMode: false,
      peerInfoMapper: passthroughMapper,
    }),
    autoNAT: autoNAT({ protocolPrefix }),
    dcutr: dcutr(),
    pubsub: gossipsub({
      globalSignaturePolicy: 'StrictSign',
      allowPublishToZeroTopicPeers: true,
      emitSelf: false,
      floodPublish: true,
      // Messages are below 20 kB; a frame holds a few dozen of them.
      maxInboundDataLength: 1_048_576,
      decodeRpcLimits: {
        maxSubscriptions: 64,
        maxMessages: 256,
        maxIhaveMessageIDs: 2_000,
        maxIwantMessageIDs: 2_000,
        maxIdontwantMessageIDs: 500,
        maxControlMessages: 2_000,
        maxPeerInfos: 16,
      },
      scoreParams: scoreParams(settings.network),
      scoreThresholds,
    }),
    ...(settings.relay
      ? {
          relay: circuitRelayServer({ reservations: { defaultDataLimit: 16_777_216n, defaultDurationLimit: 300_000 } }),
        }
      : {}),
  };
}

export async function createNode(settings: HostSettings): Promise<Node> {
  const tag = `_corex-${hashText(settings.network).slice(2, 14)}._udp.local`;
  return createLibp2p({
    start: false,
    privateKey: await generateKeyPairFromSeed('Ed25519', settings.key),
    nodeInfo: { name: 'corex' },
    addresses: {
      listen: [...settings.listen, ...(settings.viaRelay ? ['/p2p-circuit'] : [])],
      appendAnnounce: [...(settings.announce ?? [])],
    },
    transports: [tcp(), webSockets(), circuitRelayTransport()],
    streamMuxers: [yamux()],
    connectionEncrypters: [noise()],
    peerDiscovery: settings.mdns ? [mdns({ serviceTag: tag })] : [],
    // All nodes of a devnet, or of a household, come from one address.
    connectionManager: { maxConnections: 256, inboundConnectionThreshold: 64, maxIncomingPendingConnections: 32 },
    connectionMonitor: { protocolPrefix: `corex/${settings.network}` },
    services: servicesOf(settings),
  });
}

/** A port that somebody else holds is the one thing that a person can act on at once. */
export function listenError(error: unknown, listen: readonly string[]): Error {
  const reason = error instanceof Error ? error.message : String(error);
  const port = /EADDRINUSE[^\n]*?:(\d+)\s*$/m.exec(reason)?.[1];
  if (port !== undefined) return p2pError('PORT_TAKEN', { port: Number(port), key: 'p2p.listen' }, error);
  return p2pError('CANNOT_LISTEN', { listen, reason: reason.split('\n', 4).join(' ') }, error);
}
