/** Errors of the chain room: what went wrong between this node and its chain, and what to do about it. */
import { errorTable } from '#protocol/errors.ts';

export const chainError = errorTable('CHAIN', {
  UNREACHABLE: {
    what: (d: { urls: readonly string[]; key: string; reason: string }) =>
      `no chain endpoint of ${d.key} answers (${d.urls.join(', ')}): ${d.reason}`,
    todo: 'check the network, or set chain.rpc to an endpoint that is up; the node goes on when one answers',
  },
  WRONG_NETWORK: {
    what: (d: { url: string; key: string; expected: number; found: number }) =>
      `${d.url} serves chain ${d.found}, but ${d.key} says ${d.expected}`,
    todo: 'set chain.rpc to an endpoint of the network in use, or choose the profile of that chain',
  },
  BAD_ANSWER: {
    what: (d: { url: string; method: string; reason: string }) =>
      `${d.url} answered ${d.method} with something unreadable: ${d.reason}`,
    todo: 'use another endpoint in chain.rpc; this one does not speak Ethereum JSON-RPC',
  },
  RPC: {
    what: (d: { method: string; reason: string; kind: string; data: string | null }) =>
      `the chain endpoint refused ${d.method}: ${d.reason}`,
    todo: 'read the reason; if it is a limit of a public endpoint, use another one in chain.rpc',
  },
  REVERTED: {
    what: (d: { error: string; call: string; args: readonly string[] }) =>
      `${d.call} cannot succeed: ${d.error}${d.args.length === 0 ? '' : `(${d.args.join(', ')})`}`,
    todo: 'the contract forbids this now; its interface explains the error by name',
  },
  NO_GAS: {
    what: (d: { account: string; have: string; need: string; call: string }) =>
      `${d.account} has ${d.have} wei of gas money and ${d.call} may cost ${d.need}`,
    todo: "send some of the chain's own coin to the operator's address",
  },
  STOPPED: {
    what: (d: { call: string }) => `the node stopped before ${d.call} was confirmed`,
    todo: 'nothing: the transaction is kept and followed up at the next start',
  },
  PORT_TAKEN: {
    what: (d: { port: number }) => `port ${d.port} is taken, the embedded chain cannot listen there`,
    todo: 'stop the other program, or set chain.port to 0 or to a free port',
  },
  EMBEDDED_MISSING: {
    what: (d: { platform: string }) => `the embedded chain has no binary for ${d.platform}`,
    todo: 'run npm install again with optional packages, or set chain.rpc to an external endpoint',
  },
  EMBEDDED_FAILED: {
    what: (d: { reason: string }) => `the embedded chain did not start: ${d.reason}`,
    todo: 'read the reason; a state file of another version must be moved away',
  },
  NOT_DEPLOYED: {
    what: (d: { url: string; contract: string; block: number }) =>
      `${d.url} has no contract at ${d.contract} (deployed in block ${d.block})`,
    todo: 'check the addresses of the profile; an embedded chain that lost its state must be deployed to again',
  },
  DEPLOY_MISMATCH: {
    what: (d: { contract: string; expected: string; found: string }) =>
      `${d.contract} landed at ${d.found} instead of ${d.expected}`,
    todo: 'deploy again from an account that sends nothing else meanwhile',
  },
  KEEP_UNREADABLE: {
    what: (d: { key: string; reason: string }) => `the kept chain record ${d.key} is unreadable: ${d.reason}`,
    todo: 'delete the chain part of the data folder; it is read again from the chain',
  },
});
