/** Entry of the devnet's randomness beacon: serves rounds for as long as somebody holds its standard input open. */
import { createInterface } from 'node:readline';
import { hexToBytes } from '@noble/hashes/utils.js';
import { systemClock } from '../clock.ts';
import { beaconOrder } from './beacon.ts';
import { beaconServer } from './beacon-server.ts';

// A Ctrl-C is for the devnet, which ends the beacon after its nodes.
process.on('SIGINT', () => {});
const lines = createInterface({ input: process.stdin });
const [line] = await new Promise<string[]>((resolve) => lines.once('line', (text) => resolve([text])));
const { secretKey, genesis, period } = beaconOrder.parse(JSON.parse(line ?? ''));
const server = beaconServer(hexToBytes(secretKey), { genesis, period }, systemClock);
server.listen(0, '127.0.0.1', () => {
  const at = server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof at === 'object' ? at?.port : null })}\n`);
});
lines.once('close', () => {
  server.close();
  server.closeAllConnections();
});
