/** Gives a command a node to talk to: the one that runs in this home, else one started for the time of the command. */
import { openClient } from '../api/client.ts';
import type { NodeApi } from '../api/ports.ts';
import { hasKeys } from '../keys/keystore.ts';
import { keyError } from '../keys/errors.ts';
import { readPassword } from '../keys/password.ts';
import { withSettings } from '../settings-read.ts';
import type { RoleName, Settings } from '../settings.ts';
import type { Context } from './command.ts';

type StartNode = typeof import('#node/node.ts').startNode;

/** Loaded only when a node must run in this process, so that everything else is quick. */
export async function loadStartNode(): Promise<StartNode> {
  const { startNode } = await import('#node/node.ts');
  return startNode;
}

export async function passwordFor(context: Context, settings: Settings): Promise<string> {
  const { environment, terminal } = context.world;
  return readPassword({ passwordFile: settings.keys.passwordFile, environment, terminal });
}

/** @param roles what a node of this command's own does: nothing, unless the command needs a role */
export async function withNode<T>(
  context: Context,
  roles: readonly RoleName[],
  use: (api: NodeApi) => Promise<T>,
): Promise<T> {
  const settings = context.settings();
  const running = await openClient(settings.home);
  if (running !== null) return use(running);
  if (!hasKeys(settings.home)) throw keyError('NO_KEYSTORE', { home: settings.home });
  const password = await passwordFor(context, settings);
  const startNode = await loadStartNode();
  // Ports of its own choice: another node of this machine may have the usual ones.
  const brief = withSettings(settings, {
    roles: [...roles],
    'api.port': 0,
    'p2p.listen': ['/ip4/0.0.0.0/tcp/0'],
    'log.level': quiet(settings),
  });
  const node = await startNode(brief, { password });
  try {
    return await use(node.api);
  } finally {
    await node.stop();
  }
}

/** The user asked for a result and not for the log of a node that lives a few seconds. */
function quiet(settings: Settings): Settings['log']['level'] {
  return settings.log.level === 'info' ? 'warn' : settings.log.level;
}
