/** The API of a running node as a NodeApi: the same calls, over HTTP, with errors that keep their code and remedy. */
import { z } from 'zod';
import { CorexError } from '#protocol/errors.ts';
import { readAccess } from './access.ts';
import { apiError } from './errors.ts';
import type { NodeApi } from './ports.ts';
import { routes } from './routes.ts';
import type { RouteName } from './routes.ts';

const failure = z.object({ error: z.object({ code: z.string(), message: z.string(), todo: z.string() }) });

export interface ClientOptions {
  readonly url: string;
  readonly token: string;
}

/** The node that runs in this home, or null when none does. */
export async function openClient(home: string): Promise<NodeApi | null> {
  const access = await readAccess(home);
  return access === null ? null : createClient(access);
}

export function createClient(options: ClientOptions): NodeApi {
  const call = <N extends RouteName>(name: N, given: Given = {}): Promise<Answer<N>> => request(options, name, given);
  return {
    status: () => call('status'),
    quote: (job) => call('quote', { body: job }),
    submit: (job) => call('submit', { body: job }),
    job: (id) => call('job', { id }),
    fetch: (id, outDir) => call('fetch', { id, body: { outDir } }),
    proof: (of, file) => call('proof', { body: { proof: of, file } }),
    stake: (amount) => call('stake', { body: { amount } }),
    unstake: (amount) => call('unstake', { body: { amount } }),
    withdraw: () => call('withdraw'),
    claim: () => call('claim'),
    send: (to, amount) => call('send', { body: { to, amount } }),
    events: (since) => call('events', { query: `?since=${since}` }),
    health: () => call('health'),
    metrics: () => call('metrics'),
  };
}

interface Given {
  readonly id?: string;
  readonly query?: string;
  readonly body?: object;
}

type Answer<N extends RouteName> = (typeof routes)[N]['answer'] extends z.ZodType<infer Out> ? Out : never;

async function request<N extends RouteName>({ url, token }: ClientOptions, name: N, given: Given): Promise<Answer<N>> {
  const row = routes[name];
  const target = `${url}${row.path.replace(':id', encodeURIComponent(given.id ?? ''))}${given.query ?? ''}`;
  const response = await send(target, {
    method: row.method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
  });
  const text = await response.text();
  const data: unknown =
    response.headers.get('content-type')?.includes('json') === true ? parseJson(target, text) : text;
  if (!response.ok) throw remoteError(target, response.status, data);
  const parsed = row.answer.safeParse(data);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw apiError('BAD_ANSWER', { url: target, why: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` });
  }
  return parsed.data as Answer<N>;
}

async function send(target: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(target, init);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw apiError('UNREACHABLE', { url: target, why: cause instanceof Error ? cause.message : String(cause) }, error);
  }
}

function remoteError(url: string, status: number, data: unknown): CorexError {
  const parsed = failure.safeParse(data);
  if (!parsed.success) return apiError('BAD_ANSWER', { url, why: `status ${status}` });
  const { code, message, todo } = parsed.data.error;
  return new CorexError(code, message, todo, { url });
}

function parseJson(url: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw apiError('BAD_ANSWER', { url, why: 'it is not JSON' }, error);
  }
}
