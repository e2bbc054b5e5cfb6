/** The devnet's beacon: drand's API, a process that ends with its owner, and a key that is nobody else's. */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { sha256 } from '@noble/hashes/sha2.js';
import t from 'tap';
import { z } from 'zod';
import { systemClock as clock, systemRandom as random } from '#node/clock.ts';
import { startBeacon } from '#node/devnet/beacon.ts';
import { chainHash } from '#node/devnet/beacon-server.ts';
import { verifyRound } from '#protocol/time/beacon.ts';

const published = z.object({ round: z.int(), randomness: z.string(), signature: z.string() });

t.test('the name of a chain is computed as drand does', async (t) => {
  const quicknet = {
    publicKey:
      '83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a',
    genesis: 1_692_803_367,
    period: 3,
    groupHash: 'f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e',
    beaconId: 'quicknet',
  };
  t.equal(chainHash(quicknet), '52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971');
});

t.test('a process serves rounds by number, none before its time, and ends when it is told', async (t) => {
  const genesis = Math.floor(clock.now() / 1000) - 10;
  const beacon = await startBeacon(genesis, random);
  const { chain, publicKey } = beacon.chain;
  const get = (path: string) => fetch(`${beacon.url}/${path}`);
  try {
    const second = published.parse(await (await get(`${chain}/public/2`)).json());
    t.equal(second.round, 2);
    t.ok(verifyRound(publicKey, 2, hexToBytes(second.signature)));
    t.equal(second.randomness, bytesToHex(sha256(hexToBytes(second.signature))));
    const latest = published.parse(await (await get(`${chain}/public/latest`)).json());
    t.ok(latest.round >= 11 && latest.round <= clock.now() / 1000 - genesis + 1, `latest is ${latest.round}`);
    t.match(await (await get(`${chain}/info`)).json(), { public_key: publicKey, period: 1, genesis_time: genesis });
    for (const path of ['', `${chain}/public/0`, `${chain}/public/9999`, `${chain}/public/x`, 'other/public/2'])
      t.equal((await get(path)).status, 404, path);
  } finally {
    await beacon.stop();
  }
  await t.rejects(get('info'), 'nobody listens any more');
});

t.test('every devnet has a key of its own', async (t) => {
  const beacons = await Promise.all([startBeacon(1, random), startBeacon(1, random)]);
  await Promise.all(beacons.map((beacon) => beacon.stop()));
  t.not(beacons[0]?.chain.publicKey, beacons[1]?.chain.publicKey);
});
