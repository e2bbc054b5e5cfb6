/** JSON-RPC to the first endpoint that answers: fails over to the next, and never talks to another chain by mistake. */
import { z } from 'zod';
import { CorexError } from '#protocol/errors.ts';
import type { Log } from '#protocol/ports.ts';
import { chainError } from './errors.ts';

export interface EndpointsSettings {
  readonly urls: readonly string[];
  readonly chainId: number;
}

export interface Endpoints {
  /** @throws CHAIN_UNREACHABLE when none answers, CHAIN_RPC when the endpoint refuses */
  send(method: string, params: readonly unknown[]): Promise<unknown>;
  /** The endpoint in use, without the secrets that its address may carry. */
  shown(): string;
  /** Cancels what is under way. */
  close(): void;
}

/** Why an endpoint refuses, as far as the outbox acts on it. */
export type Refusal = 'reverted' | 'no-funds' | 'nonce-used' | 'underpriced' | 'known' | 'other';

const TIMEOUT_MS = 10_000;
/** EIP-1474's "limit exceeded" and what large providers answer when their quota is used up. */
const BUSY_CODES = new Set([-32005, -32029, 429]);

const answerSchema = z.union([
  z.object({ error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }) }),
  z.object({ result: z.unknown(), error: z.null().optional() }),
]);

/** Messages differ between clients (geth, erigon, nethermind, anvil); these are the words that they share. */
function refusalOf(code: number, message: string, data: string | null): Refusal {
  if (/insufficient funds|out of gas money/i.test(message)) return 'no-funds';
  if (/nonce too low|nonce has already been used|invalid nonce|oldnonce/i.test(message)) return 'nonce-used';
  if (/underpriced|fee too low|replacement/i.test(message)) return 'underpriced';
  if (/already known|already imported|known transaction|alreadyexists/i.test(message)) return 'known';
  if (code === 3 || data !== null || /revert|invalid opcode|out of gas/i.test(message)) return 'reverted';
  return 'other';
}

/** Revert data stands in `data`, or one level below it. */
function revertData(data: unknown): string | null {
  if (typeof data === 'string') return /^0x[0-9a-f]*$/i.test(data) ? data : null;
  if (typeof data === 'object' && data !== null && 'data' in data) return revertData(data.data);
  return null;
}

/** One endpoint did not do its part: the next is asked. */
class Unanswered extends Error {}

function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/[^/]{16,}/g, '…').replace(/\/$/, '');
}

async function post(url: string, method: string, params: readonly unknown[], closed: AbortSignal): Promise<unknown> {
  let text: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.any([closed, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    text = await response.text();
    // A quota or a proxy's trouble; other statuses may carry a JSON-RPC error of their own.
    if (response.status === 429 || response.status >= 500) throw new Unanswered(`HTTP status ${response.status}`);
  } catch (cause) {
    if (cause instanceof Unanswered) throw cause;
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    throw new Unanswered(inner instanceof Error ? inner.message || inner.name : 'no connection', { cause });
  }
  return readAnswer(url, method, text);
}

function readAnswer(url: string, method: string, text: string): unknown {
  let answer: z.infer<typeof answerSchema>;
  try {
    answer = answerSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Unanswered(`${withoutSecrets(url)} does not speak JSON-RPC`, { cause });
  }
  if (!('error' in answer) || answer.error === null || answer.error === undefined) return answer.result;
  const { code, message, data } = answer.error;
  if (BUSY_CODES.has(code)) throw new Unanswered(message);
  const bytes = revertData(data);
  throw chainError('RPC', { method, reason: message, kind: refusalOf(code, message, bytes), data: bytes });
}

class FailoverEndpoints implements Endpoints {
  readonly #settings: EndpointsSettings;
  readonly #log: Log;
  readonly #closed = new AbortController();
  /** Endpoints known to serve our chain. */
  readonly #verified = new Set<string>();
  #current = 0;

  constructor(settings: EndpointsSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
  }

  async send(method: string, params: readonly unknown[]): Promise<unknown> {
    const { urls } = this.#settings;
    let reason = 'no endpoint is configured';
    for (let tries = 0; tries < urls.length; tries += 1) {
      const url = urls[this.#current] ?? '';
      try {
        await this.#verify(url);
        return await post(url, method, params, this.#closed.signal);
      } catch (cause) {
        if (!(cause instanceof Unanswered)) throw cause;
        reason = cause.message;
        this.#verified.delete(url);
        if (this.#closed.signal.aborted) throw chainError('STOPPED', { call: method }, cause);
        if (urls.length > 1)
          this.#log.warn({ url: withoutSecrets(url), reason }, 'chain endpoint fails, trying the next');
        this.#current = (this.#current + 1) % urls.length;
      }
    }
    throw chainError('UNREACHABLE', { urls: urls.map(withoutSecrets), key: 'chain.rpc', reason });
  }

  /** An endpoint that was away may come back as another chain: asked at first use and after each failure. */
  async #verify(url: string): Promise<void> {
    if (this.#verified.has(url)) return;
    const found = Number(await post(url, 'eth_chainId', [], this.#closed.signal));
    const expected = this.#settings.chainId;
    if (found !== expected) {
      throw chainError('WRONG_NETWORK', { url: withoutSecrets(url), key: 'chain.id', expected, found });
    }
    this.#verified.add(url);
  }

  shown(): string {
    return withoutSecrets(this.#settings.urls[this.#current] ?? '');
  }

  close(): void {
    this.#closed.abort();
  }
}

/** Resolves when an endpoint answers for the right chain. @throws CHAIN_UNREACHABLE, CHAIN_WRONG_NETWORK */
export async function openEndpoints(settings: EndpointsSettings, ports: { readonly log: Log }): Promise<Endpoints> {
  const endpoints = new FailoverEndpoints(settings, ports.log);
  await endpoints.send('eth_chainId', []);
  return endpoints;
}

/** How the endpoint refused, when that is what the error says. */
export function refusal(error: unknown): { kind: Refusal; data: string | null; reason: string } | null {
  if (!(error instanceof CorexError) || error.code !== 'CHAIN_RPC') return null;
  const { kind, data, reason } = error.details;
  return { kind: kind as Refusal, data: typeof data === 'string' ? data : null, reason: String(reason) };
}
