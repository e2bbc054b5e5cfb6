/** The HTTP API of a node: local, behind a bearer token, every request and every answer held to its schema. */
import { timingSafeEqual } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createAdaptorServer } from '@hono/node-server';
import type { ServerType } from '@hono/node-server';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { CorexError } from '#protocol/errors.ts';
import type { Log, Random } from '#protocol/ports.ts';
import type { Metrics } from '../metrics.ts';
import { removeAccess, writeAccess } from './access.ts';
import { apiError } from './errors.ts';
import { jobId } from './ports.ts';
import type { NodeApi } from './ports.ts';
import { routes } from './routes.ts';

const MAX_BODY_BYTES = 1 << 20;

export interface ApiOptions {
  readonly api: NodeApi;
  readonly home: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly random: Random;
  readonly log: Log;
  readonly metrics?: Metrics;
}

export interface RunningApi {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** Ends open requests and takes api.json away. */
  stop(): Promise<void>;
}

/** @throws API_PORT_TAKEN naming api.port */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const token = Buffer.from(options.random.bytes(32)).toString('hex');
  const server = createAdaptorServer({ fetch: createApp(options, token).fetch });
  const port = await listen(server, options);
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const url = `http://${host}:${port}`;
  await mkdir(options.home, { recursive: true, mode: 0o700 });
  await writeAccess(options.home, { version: 1, url, token, pid: process.pid, port });
  options.log.info({ url }, 'API listens');
  return {
    url,
    port,
    token,
    stop: async () => {
      await removeAccess(options.home, token);
      await close(server);
    },
  };
}

function createApp({ api, log, metrics }: ApiOptions, token: string): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    metrics?.add('corex_api_requests_total', 1, { status: String(context.res.status) });
  });
  app.use(async (context, next) => {
    if (!isToken(context.req.header('authorization'), token)) throw apiError('BAD_TOKEN', {});
    await next();
  });
  const tooBig = (): never => {
    throw apiError('BAD_REQUEST', { key: '', why: `at most ${MAX_BODY_BYTES} bytes are accepted` });
  };
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooBig }));
  for (const row of Object.values(routes)) {
    const handler = async (context: Context): Promise<Response> => answer(context, await run(row, api, context));
    app.on(row.method, row.path, handler);
  }
  app.notFound((context) =>
    failure(context, apiError('NO_ROUTE', { route: `${context.req.method} ${context.req.path}` })),
  );
  app.onError((error, context) => {
    if (!(error instanceof CorexError)) log.error({ error: error.message, stack: error.stack }, 'API request failed');
    return failure(context, error);
  });
  return app;
}

type Row = (typeof routes)[keyof typeof routes];

async function run(row: Row, api: NodeApi, context: Context): Promise<unknown> {
  const given: unknown = row.method === 'GET' ? context.req.query() : await body(context);
  const request = row.request.safeParse(given);
  const id = row.path.includes(':id')
    ? jobId.safeParse(context.req.param('id'))
    : { success: true as const, data: '', error: undefined };
  const issue = request.error?.issues[0] ?? id.error?.issues[0];
  if (!request.success || !id.success) {
    throw apiError('BAD_REQUEST', { key: issue?.path.join('.') ?? '', why: issue?.message ?? 'not valid' });
  }
  // Each row was built by `route`, which ties `call` to `request`; a union of rows loses that tie.
  const call = row.call as (api: NodeApi, request: unknown, id: string) => Promise<unknown>;
  return call(api, request.data, id.data);
}

async function body(context: Context): Promise<unknown> {
  const text = await context.req.text();
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw apiError('BAD_REQUEST', { key: '', why: 'JSON is expected' }, error);
  }
}

function answer(context: Context, value: unknown): Response {
  return typeof value === 'string' ? context.text(value) : context.json(value as object);
}

/** Errors travel as `{ error: { code, message, todo, details } }`. */
function failure(context: Context, error: Error): Response {
  const known = error instanceof CorexError ? error : apiError('INTERNAL', { why: error.message }, error);
  return context.json({ error: { code: known.code, message: known.message, todo: known.todo } }, statusOf(known.code));
}

const STATUS: Readonly<Record<string, ContentfulStatusCode>> = {
  API_BAD_TOKEN: 401,
  API_NO_ROUTE: 404,
  API_INTERNAL: 500,
};

const statusOf = (code: string): ContentfulStatusCode => STATUS[code] ?? 400;

function isToken(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function listen(server: ServerType, { host, port }: ApiOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        taken
          ? apiError('PORT_TAKEN', { host, port })
          : apiError('CANNOT_LISTEN', { host, port, why: error.message }, error),
      );
    });
    server.listen(port, host, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}

function close(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
}
