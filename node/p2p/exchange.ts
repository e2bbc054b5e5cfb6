/** Requests and answers over streams: implements Exchange with deadlines, size limits and an allowance a peer. */
import type { Stream } from '@libp2p/interface';
import { CorexError } from '#protocol/errors.ts';
import type { PeerName } from '#protocol/ids.ts';
import type { Clock, Log } from '#protocol/ports.ts';
import type { Exchange, RequestOptions, ServeLimits } from '#protocol/wire/exchange.ts';
import { Allowance } from '../allowance.ts';
import { within } from './deadline.ts';
import { p2pError } from './errors.ts';
import { readFrame, writeFrame } from './frames.ts';
import type { Host } from './host.ts';

export interface ExchangePorts {
  readonly host: Pick<Host, 'openStream' | 'handle'>;
  readonly clock: Clock;
  readonly log: Log;
}

type Answerer = (request: Uint8Array, from: PeerName) => Promise<Uint8Array>;

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** The request is written, its side of the stream closed, then the answer read; a failure resets the stream. */
async function converse(
  stream: Stream,
  request: Uint8Array,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const abort = (): void => stream.abort(asError(signal.reason));
  signal.addEventListener('abort', abort, { once: true });
  try {
    // Listening before speaking: an answer cannot come too early.
    const answer = readFrame(stream, maxBytes);
    const asked = writeFrame(stream, request, signal).then(() => stream.close({ signal }));
    const [bytes] = await Promise.all([answer, asked]);
    return bytes;
  } catch (error) {
    stream.abort(asError(error));
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

export class StreamExchange implements Exchange {
  readonly #ports: ExchangePorts;
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(ports: ExchangePorts) {
    this.#ports = ports;
  }

  /** Ends what is under way and waits for it. */
  async stop(): Promise<void> {
    this.#stopping.abort(p2pError('NOT_RUNNING', {}));
    await Promise.allSettled(this.#running);
  }

  request(peer: PeerName, protocol: string, request: Uint8Array, options: RequestOptions): Promise<Uint8Array> {
    const { timeoutMs: ms } = options;
    const signal =
      options.signal === undefined ? this.#stopping.signal : AbortSignal.any([this.#stopping.signal, options.signal]);
    const late = () => p2pError('TIMEOUT', { peer, protocol, ms });
    const asked = within(this.#ports.clock, { ms, late, signal }, async (inner) => {
      const stream = await this.#ports.host.openStream(peer, protocol, inner);
      return converse(stream, request, options.maxBytes, inner);
    }).catch((error: unknown) => {
      if (error instanceof CorexError) throw error;
      throw p2pError('UNREACHABLE', { peer, protocol, reason: asError(error).message }, error);
    });
    this.#track(asked);
    return asked;
  }

  serve(protocol: string, limits: ServeLimits, answer: Answerer): Promise<() => Promise<void>> {
    const { log } = this.#ports;
    const allowance = new Allowance(this.#ports.clock, limits);
    const handler = (stream: Stream, from: PeerName): Promise<void> => {
      const served = this.#serveOne({ stream, from, protocol, limits, answer, allowed: allowance.take(from, 1) }).catch(
        (error: unknown) => {
          stream.abort(asError(error));
          log.debug({ peer: from, protocol, reason: asError(error).message }, 'a request was not answered');
        },
      );
      this.#track(served);
      return served;
    };
    return this.#ports.host.handle(protocol, handler);
  }

  async #serveOne(job: {
    readonly stream: Stream;
    readonly from: PeerName;
    readonly protocol: string;
    readonly limits: ServeLimits;
    readonly answer: Answerer;
    readonly allowed: boolean;
  }): Promise<void> {
    const { stream, from, protocol, limits } = job;
    if (!job.allowed) throw p2pError('TOO_MANY', { peer: from, protocol });
    const late = () => p2pError('TIMEOUT', { peer: from, protocol, ms: limits.timeoutMs });
    await within(this.#ports.clock, { ms: limits.timeoutMs, late, signal: this.#stopping.signal }, async (signal) => {
      const request = await readFrame(stream, limits.maxBytes);
      await writeFrame(stream, await job.answer(request, from), signal);
      await stream.close({ signal });
    });
  }

  #track(work: Promise<unknown>): void {
    const settled = work
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => this.#running.delete(settled));
    this.#running.add(settled);
  }
}
