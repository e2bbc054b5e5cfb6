/** Fetching rounds: from whichever endpoint is honest and up, and none that is not the round that was asked for. */
import { createServer, type RequestListener } from 'node:http';
import t, { type Test } from 'tap';
import { bytesToHex } from '@noble/hashes/utils.js';
import { systemClock as clock } from '#node/clock.ts';
import { beaconServer, chainHash, groupOf } from '#node/devnet/beacon-server.ts';
import { drandRounds } from '#node/drand.ts';
import { signRound, verifyRound } from '#protocol/time/beacon.ts';
import { quiet } from '#test/node/chain/world.ts';

const SECRET = new Uint8Array(32).fill(9);
const timing = { genesis: Math.floor(clock.now() / 1000) - 1000, period: 1 };
const group = groupOf(SECRET, timing);
const chain = chainHash(group);
const beacon = { ...timing, publicKey: group.publicKey, margin: 0 };
const SIGNATURE = signRound(SECRET, 500);

async function serve(t: Test, listener: RequestListener): Promise<string> {
  return listening(t, createServer(listener));
}

async function listening(t: Test, server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const at = server.address();
  if (at === null || typeof at !== 'object') throw new RangeError('no address');
  return `http://127.0.0.1:${at.port}`;
}

const from = (...endpoints: string[]) => drandRounds({ endpoints, chain, beacon }, quiet);
const saying =
  (answer: unknown): RequestListener =>
  (_, response) =>
    void response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));

t.test('a round that has appeared is fetched, and is the round', async (t) => {
  const honest = await listening(t, beaconServer(SECRET, timing, clock));
  t.same(await from(honest).signature(500), SIGNATURE);
  t.same(await from(`${honest}/`).signature(500), SIGNATURE, 'a slash at the end changes nothing');
  t.ok(verifyRound(group.publicKey, 1, await from(honest).signature(1)));
});

t.test('endpoints that are down or false are passed over', async (t) => {
  const honest = await listening(t, beaconServer(SECRET, timing, clock));
  const bad = [
    'http://127.0.0.1:1',
    await serve(t, (_, response) => void response.writeHead(500).end()),
    await serve(t, saying('<html>')),
    await serve(t, saying({ round: 500 })),
    await serve(t, saying({ round: 501, signature: bytesToHex(SIGNATURE) })),
    await serve(t, saying({ round: 500, signature: bytesToHex(signRound(SECRET, 501)) })),
    await serve(t, saying({ round: 500, signature: `c0${'00'.repeat(47)}` })),
    await serve(t, saying({ round: 500, signature: `0${'1'.repeat(95)}` })),
    await serve(t, saying(' '.repeat(1 << 20))),
  ];
  t.same(await from(...bad, honest).signature(500), SIGNATURE);
  for (const endpoint of bad)
    await t.rejects(from(endpoint).signature(500), { code: 'BEACON_UNAVAILABLE', message: /127\.0\.0\.1/ });
});

t.test('what has not appeared is not served, and without endpoints nothing is', async (t) => {
  const honest = await listening(t, beaconServer(SECRET, timing, clock));
  await t.rejects(from(honest).signature(100_000), { code: 'BEACON_UNAVAILABLE', message: /404/ });
  await t.rejects(from().signature(1), { code: 'BEACON_UNAVAILABLE', message: /none is set/ });
  const ended = AbortSignal.abort();
  await t.rejects(from(honest).signature(500, ended), { code: 'BEACON_UNAVAILABLE' });
});
