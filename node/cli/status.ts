/** `corex status`: one page about this node. */
import type { Status } from '../api/ports.ts';
import type { Command } from './command.ts';
import { columns } from './print.ts';
import { withNode } from './with-node.ts';

export const status: Command = {
  summary: 'show the node, its balances and its work',
  words: [],
  about: 'Shows the node that runs in this home: peers, epoch, balances, proofs, audits and jobs.',
  flags: [],
  settings: ['home', 'profile', 'chain.rpc', 'keys.passwordFile'],
  examples: ['corex status', 'corex status --home ~/miner --json'],
  async run(context) {
    await withNode(context, [], async (api) => {
      const found = await api.status();
      context.print.result(found, statusText(found));
    });
    return 0;
  },
};

export function statusText(found: Status): string {
  const { balances, proofs, audits, head } = found;
  const rows: Array<readonly [string, string]> = [
    ['address', `${found.address}${found.slashed ? ' (slashed)' : ''}`],
    ['peer', `${found.peerId}, ${found.peers} connected`],
    ['network', `${found.profile}, epoch ${found.epoch}, block ${head.number}`],
    ['roles', found.roles.join(', ') || 'none'],
    ['engine', found.engine],
    [
      'balance',
      `${balances.cxt} CXT, ${balances.staked} staked, ${balances.claimable} to claim, ${balances.vesting} vesting`,
    ],
    ['proofs', `${proofs.signed} signed, ${proofs.committed} committed, ${proofs.accepted} accepted`],
    ['audits', `${audits.ok} ok, ${audits.fault} fault, ${audits.unavailable} unavailable`],
  ];
  for (const { id, name, state, progress } of found.jobs)
    rows.push([`job ${id}`, `${name}: ${state}, ${Math.round(progress * 100)} %`]);
  return columns(rows);
}
