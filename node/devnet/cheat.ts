/** Entry of a dishonest node: the ordinary node of a home, except for the one thing that it does wrong. */
import { parseArgs } from 'node:util';
import { aborted, onInterrupt } from '../lifecycle.ts';
import { startNode } from '../node.ts';
import { readSettings } from '../settings-read.ts';
import { cheatOf, cheats, isCheatKind } from './cheats.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { home: { type: 'string' } } });
const [kind = ''] = positionals;
if (!isCheatKind(kind)) throw new RangeError(`no cheat ${kind}; there are ${Object.keys(cheats).join(', ')}`);
const { COREX_PASSWORD: password = '', ...environment } = process.env;
const settings = readSettings({ flags: values.home === undefined ? {} : { home: values.home }, environment });
const interrupt = onInterrupt(process);
const { prover, bend } = cheatOf(kind);
const options = { ...(prover === undefined ? {} : { prover }), ...(bend === undefined ? {} : { bend }) };
const node = await startNode(settings, { password, ...options });
await aborted(interrupt.signal);
await node.stop();
