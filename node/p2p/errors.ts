/** Errors of the network room. */
import { errorTable } from '#protocol/errors.ts';

export const p2pError = errorTable('P2P', {
  PORT_TAKEN: {
    what: (d: { port: number; key: string }) => `port ${d.port} is taken, peers cannot be accepted there`,
    todo: 'stop the other program, or set p2p.listen to another port (0 takes a free one)',
  },
  CANNOT_LISTEN: {
    what: (d: { listen: readonly string[]; reason: string }) =>
      `no peers can be accepted on ${d.listen.join(', ')}: ${d.reason}`,
    todo: 'set p2p.listen to addresses of this machine, such as /ip4/0.0.0.0/tcp/4681',
  },
  BAD_ADDRESS: {
    what: (d: { address: string; reason: string }) => `${d.address} is not an address of a peer: ${d.reason}`,
    todo: 'write it as /ip4/1.2.3.4/tcp/4681 or /dns4/name/tcp/4681, with /p2p/<peer> at the end where it is known',
  },
  UNREACHABLE: {
    what: (d: { peer: string; protocol: string; reason: string }) =>
      `${d.peer} did not answer on ${d.protocol}: ${d.reason}`,
    todo: 'nothing: the next peer is tried',
  },
  TIMEOUT: {
    what: (d: { peer: string; protocol: string; ms: number }) =>
      `${d.peer} did not answer on ${d.protocol} within ${d.ms} ms`,
    todo: 'nothing: the next peer is tried',
  },
  TOO_MANY: {
    what: (d: { peer: string; protocol: string }) => `${d.peer} asks more often on ${d.protocol} than it is allowed to`,
    todo: 'nothing: it is answered again when its allowance has grown',
  },
  NO_MESSAGE: {
    what: (d: { protocol: string }) => `a stream of ${d.protocol} ended before a message came`,
    todo: 'nothing: the next peer is tried',
  },
  NOT_RUNNING: {
    what: (_: Record<string, never>) => 'the network is not started, or already stopped',
    todo: 'start the node first',
  },
  MESSAGE_TOO_BIG: {
    what: (d: { topic: string; bytes: number; limit: number }) =>
      `a message of ${d.bytes} bytes on ${d.topic}, where ${d.limit} are allowed`,
    todo: 'put the content into a blob and send its CID',
  },
  BAD_MESSAGE: {
    what: (d: { topic: string; reason: string }) => `this is no message for ${d.topic}: ${d.reason}`,
    todo: 'publish what the schema of the topic describes (protocol/wire/topics.ts)',
  },
});
