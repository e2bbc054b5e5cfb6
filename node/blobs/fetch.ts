/** Blocks from others: each checked against its CID before anything sees it, a liar dropped, the next peer tried. */
import type { Address, Cid, PeerName } from '#protocol/ids.ts';
import type { Clock, Log } from '#protocol/ports.ts';
import { blobProtocol, decodeBlobAnswer, encodeBlobRequest, MAX_BLOB_ANSWER } from '#protocol/wire/blob.ts';
import type { Exchange, Peers } from '#protocol/wire/exchange.ts';
import { isBlock } from './digest.ts';
import { blobError } from './errors.ts';
import type { BlockStore } from './store.ts';

export interface FetchPorts {
  readonly exchange: Exchange;
  readonly peers: Peers;
  readonly store: Pick<BlockStore, 'read' | 'write'>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface FetchSettings {
  readonly network: string;
  /** For one block from one peer. */
  readonly blockMs: number;
  /** How long a peer that served wrong bytes is not asked. */
  readonly banMs: number;
}

type Outcome = 'got' | 'missing' | 'busy' | 'failed' | 'wrong';

/** Peers that have not served this blob yet and are asked beyond the named operators. */
const MAX_STRANGERS = 16;
/** Failures (silence, broken streams) before a peer is left out of one fetch. */
const MAX_FAILURES = 2;
/** Rounds over all peers while some are merely busy. */
const MAX_ROUNDS = 30;
const BUSY_MS = 500;

/** One blob being fetched: which peers are asked for its blocks, best first. */
export class BlobSource {
  readonly #named: readonly Address[];
  readonly #peers: Peers;
  readonly #good: PeerName[] = [];
  readonly #failures = new Map<PeerName, number>();
  readonly asked = new Set<PeerName>();

  constructor(peers: Peers, named: readonly Address[]) {
    this.#peers = peers;
    this.#named = named;
  }

  /** Those that served already, then the named operators' peers, then whoever is connected; looked up anew each time. */
  candidates(isBanned: (peer: PeerName) => boolean): PeerName[] {
    const named = this.#named.flatMap((operator) => this.#peers.peersOf(operator));
    const near = [...new Set([...this.#good, ...named])];
    const strangers = this.#peers
      .connected()
      .filter((peer) => !near.includes(peer))
      .slice(0, MAX_STRANGERS);
    return [...near, ...strangers].filter((peer) => !isBanned(peer) && (this.#failures.get(peer) ?? 0) < MAX_FAILURES);
  }

  note(peer: PeerName, outcome: Outcome): void {
    this.asked.add(peer);
    const at = this.#good.indexOf(peer);
    if (outcome === 'got') {
      this.#failures.delete(peer);
      if (at < 0) this.#good.push(peer);
    } else if (outcome === 'failed') {
      this.#failures.set(peer, (this.#failures.get(peer) ?? 0) + 1);
      if (at >= 0) this.#good.splice(at, 1);
    }
  }
}

export class BlockFetcher {
  readonly #ports: FetchPorts;
  readonly #settings: FetchSettings;
  readonly #bans = new Map<PeerName, number>();

  constructor(ports: FetchPorts, settings: FetchSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  source(named: readonly Address[]): BlobSource {
    return new BlobSource(this.#ports.peers, named);
  }

  /** From disk, else from the source's peers, and then on disk. @throws BLOB_UNAVAILABLE, BLOB_ABORTED, BLOB_FULL */
  async block(cid: Cid, source: BlobSource, signal?: AbortSignal): Promise<Uint8Array> {
    const here = await this.#ports.store.read(cid);
    if (here !== null) return here;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const { bytes, busy } = await this.#askAll(cid, source, signal);
      if (bytes !== null) return bytes;
      if (!busy) break;
      await this.#ports.clock.sleep(BUSY_MS, signal);
    }
    throw blobError('UNAVAILABLE', { cid, asked: source.asked.size });
  }

  async #askAll(
    cid: Cid,
    source: BlobSource,
    signal?: AbortSignal,
  ): Promise<{ bytes: Uint8Array | null; busy: boolean }> {
    let busy = false;
    for (const peer of source.candidates((name) => this.#isBanned(name))) {
      if (signal?.aborted === true) throw blobError('ABORTED', { cid });
      const { outcome, bytes } = await this.#askOne(cid, peer, signal);
      source.note(peer, outcome);
      if (bytes !== null) {
        await this.#ports.store.write(cid, bytes);
        return { bytes, busy };
      }
      busy ||= outcome === 'busy';
      if (outcome === 'wrong') this.#ban(cid, peer);
    }
    if (signal?.aborted === true) throw blobError('ABORTED', { cid });
    return { bytes: null, busy };
  }

  async #askOne(
    cid: Cid,
    peer: PeerName,
    signal?: AbortSignal,
  ): Promise<{ outcome: Outcome; bytes: Uint8Array | null }> {
    const { exchange, log } = this.#ports;
    const { network, blockMs: timeoutMs } = this.#settings;
    const options = { maxBytes: MAX_BLOB_ANSWER, timeoutMs, ...(signal === undefined ? {} : { signal }) };
    try {
      const answer = decodeBlobAnswer(
        await exchange.request(peer, blobProtocol(network), encodeBlobRequest(cid), options),
      );
      if (answer?.status !== 'found')
        return {
          outcome: answer?.status === 'missing' || answer?.status === 'busy' ? answer.status : 'failed',
          bytes: null,
        };
      // A copy: what came from the socket is part of a larger buffer, and at an odd place in it.
      return isBlock(answer.bytes, cid)
        ? { outcome: 'got', bytes: new Uint8Array(answer.bytes) }
        : { outcome: 'wrong', bytes: null };
    } catch (error) {
      log.debug(
        { cid, peer, reason: error instanceof Error ? error.message : String(error) },
        'a block was not served',
      );
      return { outcome: 'failed', bytes: null };
    }
  }

  #isBanned(peer: PeerName): boolean {
    const end = this.#bans.get(peer);
    if (end !== undefined && end <= this.#ports.clock.now()) this.#bans.delete(peer);
    return this.#bans.has(peer);
  }

  #ban(cid: Cid, peer: PeerName): void {
    this.#ports.log.warn(
      { err: blobError('WRONG_BYTES', { cid, peer }), cid, peer },
      'a peer served wrong bytes and is not asked for a while',
    );
    if (this.#bans.size >= 4_096) this.#bans.clear();
    this.#bans.set(peer, this.#ports.clock.now() + this.#settings.banMs);
  }
}
