/** The commands that move CXT: stake, unstake, withdraw, claim, send. */
import type { NodeApi, Receipt } from '../api/ports.ts';
import { positiveCxt } from '../amount.ts';
import { isAddress } from '#protocol/ids.ts';
import type { SettingKey } from '../settings.ts';
import type { Command, Context } from './command.ts';
import { cliError } from './errors.ts';
import { withNode } from './with-node.ts';

const settings: readonly SettingKey[] = ['home', 'profile', 'chain.rpc', 'keys.passwordFile'];

export const stake: Command = {
  summary: 'add to the stake',
  words: ['AMOUNT'],
  about: 'Puts CXT at stake. It counts as weight from the next epoch on, and is lost with a fault.',
  flags: [],
  settings,
  examples: ['corex stake 12.5'],
  async run(context) {
    const amount = amountOf(context, 0);
    return move(context, 'staked', (api) => api.stake(amount));
  },
};

export const unstake: Command = {
  summary: 'ask stake back',
  words: ['AMOUNT'],
  about:
    'Starts the unbonding of stake; `corex withdraw` takes it when the time is over. Until then it can still be slashed.',
  flags: [],
  settings,
  examples: ['corex unstake 5'],
  async run(context) {
    const amount = amountOf(context, 0);
    return move(context, 'unbonding', (api) => api.unstake(amount));
  },
};

export const withdraw: Command = {
  summary: 'take unbonded stake',
  words: [],
  about: 'Moves the stake whose unbonding is over to the account.',
  flags: [],
  settings,
  examples: ['corex withdraw'],
  run: (context) => move(context, 'withdrawn', (api) => api.withdraw()),
};

export const send: Command = {
  summary: 'transfer CXT',
  words: ['ADDRESS', 'AMOUNT'],
  about: 'Transfers CXT from the account of this node to another one.',
  flags: [],
  settings,
  examples: ['corex send 0x00000000000000000000000000000000000000aa 3.25'],
  async run(context) {
    const [to = ''] = context.words;
    if (!isAddress(to.toLowerCase()))
      throw cliError('BAD_VALUE', { flag: 'ADDRESS', value: to, expected: 'a 20-byte address as 0x-hex' });
    const amount = amountOf(context, 1);
    return move(context, `sent to ${to}`, (api) => api.send(to, amount));
  },
};

export const claim: Command = {
  summary: 'claim rewards',
  words: [],
  about: 'Claims what computing and auditing have earned in all epochs that pay now.',
  flags: [],
  settings,
  examples: ['corex claim', 'corex claim --json'],
  async run(context) {
    await withNode(context, [], async (api) => {
      const result = await api.claim();
      const lines = result.epochs.map(
        ({ epoch, work, audit }) => `  epoch ${epoch}: ${work} CXT for work, ${audit} CXT for audits`,
      );
      context.print.result(result, [...lines, `claimed ${result.total} CXT`].join('\n'));
    });
    return 0;
  },
};

/** Checked before a node is asked, or started. */
function amountOf({ words }: Context, place: number): string {
  const amount = words[place] ?? '';
  if (positiveCxt.safeParse(amount).success) return amount;
  throw cliError('BAD_VALUE', { flag: 'AMOUNT', value: amount, expected: 'an amount of CXT above zero, such as 12.5' });
}

async function move(context: Context, done: string, act: (api: NodeApi) => Promise<Receipt>): Promise<number> {
  await withNode(context, [], async (api) => {
    const receipt = await act(api);
    context.print.result(receipt, `${receipt.amount} CXT ${done} (block ${receipt.block}, ${receipt.transaction})`);
  });
  return 0;
}
