/** `corex proof`: writes everything that one proof needs to be checked offline into one file. */
import { resolve } from 'node:path';
import { bytesText } from '../local/tables.ts';
import { cliError } from './errors.ts';
import type { Command } from './command.ts';
import { withNode } from './with-node.ts';

export const proof: Command = {
  summary: 'write a proof with all it needs into a file',
  words: ['JOB/SHARD'],
  about:
    'Gathers a signed proof, its trace and checkpoints, the specification, graph and data of its shard, and the proofs and states it started from, into one file that `corex verify` checks without a network. Instead of JOB/SHARD the CID of a signed proof will do, of a base task too.',
  flags: [{ name: 'out', value: 'BUNDLE.car', about: 'file to write' }],
  settings: ['home', 'profile', 'chain.rpc', 'keys.passwordFile'],
  examples: ['corex proof 1/0 --out proof.car', 'corex verify proof.car'],
  async run(context) {
    const [of = ''] = context.words;
    const out = context.flags.get('out');
    if (out === undefined) throw cliError('NO_VALUE', { flag: '--out' });
    await withNode(context, ['submitter'], async (api) => {
      const written = await api.proof(of, resolve(out));
      const { file, worker, shard, units, blocks, bytes } = written;
      const text = `wrote ${file}: shard ${shard} of ${worker}, ${units} units, ${blocks} blocks, ${bytesText(bytes)}`;
      context.print.result({ type: 'proof', ...written }, text);
    });
    return 0;
  },
};
