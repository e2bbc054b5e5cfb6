/** Types only: how rooms of a node exchange one request for one answer with a peer, and whom they know. */
import type { Address, PeerName } from '../ids.ts';

export interface RequestOptions {
  /** Longest answer that is read. */
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface ServeLimits {
  /** Longest request that is read. */
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** Requests that one peer may send at once, and per second from then on. */
  readonly burst: number;
  readonly perSecond: number;
}

/** One request, one answer, each a framed message on a stream of its own. */
export interface Exchange {
  /** Rejects with a P2P code when the peer cannot be reached, answers too late or too much. */
  request(peer: PeerName, protocol: string, request: Uint8Array, options: RequestOptions): Promise<Uint8Array>;
  /** @returns stops serving */
  serve(
    protocol: string,
    limits: ServeLimits,
    answer: (request: Uint8Array, from: PeerName) => Promise<Uint8Array>,
  ): Promise<() => Promise<void>>;
}

export interface Peers {
  /** Peers that an operator runs, as its signed records say; connected ones first. */
  peersOf(operator: Address): PeerName[];
  connected(): PeerName[];
}
