/** What can go wrong between a client and the API of a node. */
import { errorTable } from '#protocol/errors.ts';

export const apiError = errorTable('API', {
  PORT_TAKEN: {
    what: (d: { host: string; port: number }) =>
      `port ${d.port} of ${d.host} is taken, so the API (api.port) cannot listen`,
    todo: 'stop the other program, or choose another port with --api-port, COREX_API_PORT or api.port (0 takes a free one)',
  },
  CANNOT_LISTEN: {
    what: (d: { host: string; port: number; why: string }) =>
      `the API cannot listen on ${d.host}:${d.port} (api.host, api.port): ${d.why}`,
    todo: 'give --api-host an address of this machine and --api-port a port that you may use',
  },
  UNREACHABLE: {
    what: (d: { url: string; why: string }) => `the node at ${d.url} does not answer: ${d.why}`,
    todo: 'see whether the node still runs (`corex status`); if not, start it again with `corex start`',
  },
  BAD_TOKEN: {
    what: (_: Record<string, never>) => 'the API refuses the token',
    todo: 'use the token in api.json of the home of the node that runs now',
  },
  BAD_REQUEST: {
    what: (d: { key: string; why: string }) => `the request is not valid: ${d.key === '' ? '' : `${d.key}: `}${d.why}`,
    todo: 'correct the request; docs/api.md describes every route',
  },
  BAD_ANSWER: {
    what: (d: { url: string; why: string }) => `the node's answer from ${d.url} cannot be read: ${d.why}`,
    todo: 'use the same version of corex for the node and for the command',
  },
  NO_ROUTE: {
    what: (d: { route: string }) => `the API has no route ${d.route}`,
    todo: 'docs/api.md lists every route',
  },
  INTERNAL: {
    what: (d: { why: string }) => `the node failed: ${d.why}`,
    todo: 'see the log of the node; run the command with --trace for the stack',
  },
});
