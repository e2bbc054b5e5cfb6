/** `corex devnet`: a whole network on this machine, on real work, that ends by itself. */
import { wholeFlag } from './arguments.ts';
import type { Command } from './command.ts';

/** With a dishonest node one fewer, so that two cores carry the network as well as without it. */
const COMPUTE = { honest: 3, withCheat: 2 };

export const devnet: Command = {
  summary: 'run a whole network on this machine and show it working',
  words: [],
  about:
    'Starts a chain, deploys the contracts, runs compute nodes, validators and a submitter as processes of their own, ' +
    'trains a classifier, runs it on images that it has not seen, pays everybody, and ends with a table.',
  flags: [
    { name: 'compute', value: 'N', about: 'honest compute nodes (3; 2 with --cheat)' },
    { name: 'validators', value: 'N', about: 'validators (3)' },
    { name: 'cheat', value: 'KIND', about: 'one dishonest node more; docs/adversaries.md lists the kinds' },
    { name: 'job', value: 'FILE', about: 'a job file of your own instead of the digits' },
    { name: 'stay', value: null, about: 'keep the network running afterwards, until Ctrl-C, for more nodes and jobs' },
    { name: 'keep', value: 'DIR', about: 'keep keys, databases and logs of all nodes in this folder' },
  ],
  settings: [],
  examples: ['corex devnet', 'corex devnet --cheat skip-steps --json'],
  async run({ flags, json, print, world }) {
    const cheat = flags.get('cheat');
    const job = flags.get('job');
    const keep = flags.get('keep');
    const options = {
      compute: wholeFlag(flags, 'compute', {
        min: 1,
        max: 64,
        fallback: cheat === undefined ? COMPUTE.honest : COMPUTE.withCheat,
      }),
      validators: wholeFlag(flags, 'validators', { min: 1, max: 64, fallback: 3 }),
      json,
      signal: world.signal,
      stay: flags.get('stay') === 'true',
      ...(cheat === undefined ? {} : { cheat }),
      ...(job === undefined ? {} : { job }),
      ...(keep === undefined ? {} : { keep }),
    };
    const { runDevnet } = await import('#node/devnet/network.ts');
    const { ok } = await runDevnet(options, (line: string) => print.line(line));
    return ok ? 0 : 1;
  },
};
