/** Entry of a dishonest node: the ordinary node of a home, in the disguise of its kind. */
import { parseArgs } from 'node:util';
import { aborted, onInterrupt } from '../lifecycle.ts';
import { startNode } from '../node.ts';
import { readSettings } from '../settings-read.ts';
import { isAdversary, zoo } from './zoo/zoo.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { home: { type: 'string' } } });
const [kind = ''] = positionals;
if (!isAdversary(kind)) throw new RangeError(`no adversary ${kind}; there are ${Object.keys(zoo).join(', ')}`);
const { COREX_PASSWORD: password = '', ...environment } = process.env;
const settings = readSettings({ flags: values.home === undefined ? {} : { home: values.home }, environment });
const interrupt = onInterrupt(process);
const node = await startNode(settings, { password, disguise: zoo[kind].disguise });
await aborted(interrupt.signal);
await node.stop();
