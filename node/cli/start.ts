/** `corex start`: a node that runs until it is told to stop. */
import { readAccess } from '../api/access.ts';
import { keyError } from '../keys/errors.ts';
import { hasKeys } from '../keys/keystore.ts';
import { aborted } from '../lifecycle.ts';
import type { Command } from './command.ts';
import { cliError } from './errors.ts';
import { loadStartNode, passwordFor } from './with-node.ts';

export const start: Command = {
  summary: 'run a node',
  words: [],
  about: 'Joins the network of the profile and works until SIGINT or SIGTERM, then finishes what is pending and ends.',
  flags: [],
  settings: [
    'home',
    'profile',
    'roles',
    'chain.rpc',
    'p2p.listen',
    'p2p.bootstrap',
    'api.port',
    'compute.workers',
    'compute.provider',
    'stake.target',
    'keys.passwordFile',
    'log.level',
  ],
  examples: [
    'corex start --role compute',
    'corex start --role compute,validator --chain-rpc https://rpc.example.org --log-json',
  ],
  async run(context) {
    const settings = context.settings();
    const { home } = settings;
    const other = await readAccess(home);
    if (other !== null) throw cliError('ALREADY_RUNNING', { home, pid: other.pid });
    if (!hasKeys(home)) throw keyError('NO_KEYSTORE', { home });
    const password = await passwordFor(context, settings);
    const startNode = await loadStartNode();
    const node = await startNode(settings, { password });
    try {
      const { address, peerId, listen } = await node.api.status();
      context.print.progress(
        { type: 'started', address, peerId, listen, home },
        `node ${address} runs in ${home}; stop it with Ctrl-C`,
      );
      await aborted(context.world.signal);
    } finally {
      await node.stop();
    }
    context.print.progress({ type: 'stopped' }, 'stopped');
    return 0;
  },
};
