/** Composition of the blob room: store, retention, server, fetcher and the port over them. */
import { join } from 'node:path';
import type { Clock, Keep, Log } from '#protocol/ports.ts';
import type { Exchange, Peers } from '#protocol/wire/exchange.ts';
import { ContentBlobs } from './blobs.ts';
import { BlockFetcher } from './fetch.ts';
import { Retention } from './retention.ts';
import { BlockServer } from './serve.ts';
import { BlockStore } from './store.ts';

export interface BlobsOptions {
  readonly network: string;
  /** Folder of this node's data; blocks go into `blobs` below it. */
  readonly home: string;
  readonly capBytes: number;
  readonly exchange: Exchange;
  readonly peers: Peers;
  readonly keep: Keep;
  readonly clock: Clock;
  readonly log: Log;
  /** For one block from one peer; 20 s unless said otherwise. */
  readonly blockMs?: number;
}

export interface BlobRoom {
  readonly blobs: ContentBlobs;
  readonly store: BlockStore;
  readonly retention: Retention;
  stop(): Promise<void>;
}

const MINUTE_MS = 60_000;
const MIB = 1_048_576;

/** After the network, which it serves; stop it before the network. */
export async function startBlobs(options: BlobsOptions): Promise<BlobRoom> {
  const { network, home, capBytes, exchange, peers, keep, clock, log } = options;
  const store = new BlockStore({ clock, log }, { folder: join(home, 'blobs'), capBytes });
  const retention = new Retention({ store, keep, clock, log }, { graceMs: 60 * MINUTE_MS, sweepMs: 10 * MINUTE_MS });
  const server = new BlockServer(
    { exchange, store, clock },
    { network, burstBytes: 256 * MIB, bytesPerSecond: 64 * MIB },
  );
  const fetcher = new BlockFetcher(
    { exchange, peers, store, clock, log },
    { network, blockMs: options.blockMs ?? 20_000, banMs: 10 * MINUTE_MS },
  );
  await store.start();
  retention.start();
  await server.start();
  return {
    blobs: new ContentBlobs({ store, fetcher, retention }),
    store,
    retention,
    stop: async () => {
      await server.stop();
      await retention.stop();
    },
  };
}
