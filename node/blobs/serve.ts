/** Blocks for others: one a request, from disk only, each peer within its allowance of bytes. */
import type { PeerName } from '#protocol/ids.ts';
import type { Clock } from '#protocol/ports.ts';
import {
  type BlobAnswer,
  blobProtocol,
  decodeBlobRequest,
  encodeBlobAnswer,
  MAX_BLOB_REQUEST,
  MAX_BLOCK,
} from '#protocol/wire/blob.ts';
import type { Exchange } from '#protocol/wire/exchange.ts';
import { Allowance } from '../allowance.ts';
import type { BlockStore } from './store.ts';

export interface ServePorts {
  readonly exchange: Exchange;
  readonly store: Pick<BlockStore, 'read' | 'has'>;
  readonly clock: Clock;
}

export interface ServeSettings {
  readonly network: string;
  /** Bytes that one peer gets at once, and per second from then on. */
  readonly burstBytes: number;
  readonly bytesPerSecond: number;
}

/** A chunk on a slow line. */
const SEND_MS = 60_000;

export class BlockServer {
  readonly #ports: ServePorts;
  readonly #settings: ServeSettings;
  readonly #allowance: Allowance;
  #stopServing: () => Promise<void> = async () => {};

  constructor(ports: ServePorts, settings: ServeSettings) {
    this.#ports = ports;
    this.#settings = settings;
    // A block never exceeds the burst, so every block can be had at last.
    this.#allowance = new Allowance(ports.clock, {
      burst: Math.max(settings.burstBytes, MAX_BLOCK),
      perSecond: settings.bytesPerSecond,
    });
  }

  async start(): Promise<void> {
    const limits = { maxBytes: MAX_BLOB_REQUEST, timeoutMs: SEND_MS, burst: 512, perSecond: 256 };
    this.#stopServing = await this.#ports.exchange.serve(
      blobProtocol(this.#settings.network),
      limits,
      async (request, from) => encodeBlobAnswer(await this.#answer(request, from)),
    );
  }

  stop(): Promise<void> {
    return this.#stopServing();
  }

  async #answer(request: Uint8Array, from: PeerName): Promise<BlobAnswer> {
    const cid = decodeBlobRequest(request);
    if (cid === null) return { status: 'refused' };
    if (!this.#ports.store.has(cid)) return { status: 'missing' };
    const bytes = await this.#ports.store.read(cid);
    if (bytes === null) return { status: 'missing' };
    return this.#allowance.take(from, bytes.length) ? { status: 'found', bytes } : { status: 'busy' };
  }
}
