/** Every route of the HTTP API: method, path, what it takes and what it answers. docs/api.md is printed from this table. */
import { z } from 'zod';
import * as ports from './ports.ts';
import type { NodeApi } from './ports.ts';

interface Route<In, Out> {
  readonly method: 'GET' | 'POST';
  /** `:id` is the only parameter there is. */
  readonly path: string;
  readonly about: string;
  readonly request: z.ZodType<In>;
  readonly answer: z.ZodType<Out>;
  call(api: NodeApi, request: In, id: string): Promise<Out>;
}

const nothing = z.object({});
const since = z.object({ since: z.coerce.number().int().min(0).default(0) });

/** Keeps `request`, `answer` and `call` of one row in agreement. */
const route = <In, Out>(row: Route<In, Out>): Route<In, Out> => row;

export const routes = {
  status: route({
    method: 'GET',
    path: '/v1/status',
    about: 'address, peers, epoch, balances, proofs, audits, jobs',
    request: nothing,
    answer: ports.status,
    call: (api) => api.status(),
  }),
  quote: route({
    method: 'POST',
    path: '/v1/quotes',
    about: 'price and cut of a job; spends nothing',
    request: ports.jobRequest,
    answer: ports.quote,
    call: (api, request) => api.quote(request),
  }),
  submit: route({
    method: 'POST',
    path: '/v1/jobs',
    about: 'posts a job',
    request: ports.jobRequest,
    answer: ports.submitted,
    call: (api, request) => api.submit(request),
  }),
  job: route({
    method: 'GET',
    path: '/v1/jobs/:id',
    about: 'state, progress and result of a job',
    request: nothing,
    answer: ports.jobStatus,
    call: (api, _request, id) => api.job(id),
  }),
  fetch: route({
    method: 'POST',
    path: '/v1/jobs/:id/fetch',
    about: 'writes the results of a job into a folder',
    request: ports.fetchRequest,
    answer: ports.fetched,
    call: (api, { outDir }, id) => api.fetch(id, outDir),
  }),
  proof: route({
    method: 'POST',
    path: '/v1/proofs',
    about: 'writes a proof with all it needs to be checked offline into a file',
    request: ports.proofRequest,
    answer: ports.proofWritten,
    call: (api, { proof, file }) => api.proof(proof, file),
  }),
  stake: route({
    method: 'POST',
    path: '/v1/stake',
    about: 'adds to the stake',
    request: ports.amountRequest,
    answer: ports.receipt,
    call: (api, { amount }) => api.stake(amount),
  }),
  unstake: route({
    method: 'POST',
    path: '/v1/unstake',
    about: 'asks stake back; it unbonds first',
    request: ports.amountRequest,
    answer: ports.receipt,
    call: (api, { amount }) => api.unstake(amount),
  }),
  withdraw: route({
    method: 'POST',
    path: '/v1/withdraw',
    about: 'takes unbonded stake',
    request: nothing,
    answer: ports.receipt,
    call: (api) => api.withdraw(),
  }),
  claim: route({
    method: 'POST',
    path: '/v1/claim',
    about: 'claims all rewards that are due',
    request: nothing,
    answer: ports.claimed,
    call: (api) => api.claim(),
  }),
  send: route({
    method: 'POST',
    path: '/v1/send',
    about: 'transfers CXT',
    request: ports.sendRequest,
    answer: ports.receipt,
    call: (api, { to, amount }) => api.send(to, amount),
  }),
  events: route({
    method: 'GET',
    path: '/v1/events',
    about: 'events from number `since` on',
    request: since,
    answer: ports.eventPage,
    call: (api, request) => api.events(request.since),
  }),
  health: route({
    method: 'GET',
    path: '/v1/health',
    about: 'whether the parts of the node work',
    request: nothing,
    answer: ports.health,
    call: (api) => api.health(),
  }),
  metrics: route({
    method: 'GET',
    path: '/metrics',
    about: 'metrics as Prometheus text',
    request: nothing,
    answer: z.string(),
    call: (api) => api.metrics(),
  }),
} as const;

export type RouteName = keyof typeof routes;
