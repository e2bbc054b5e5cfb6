/** The devnet's randomness beacon as drand's HTTP API would serve it: rounds by number, none before its time. */
import { createServer, type Server } from 'node:http';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Clock } from '#protocol/ports.ts';
import { type BeaconChain, publicKeyOf, roundAt, signRound, timeOf } from '#protocol/time/beacon.ts';

/** What drand's members agree on before their first round. */
export interface Group {
  readonly publicKey: string;
  readonly genesis: number;
  readonly period: number;
  /** 32 bytes as hex. */
  readonly groupHash: string;
  readonly beaconId: string;
}

/** The name of a chain among drand's, https://docs.drand.love/docs/specification */
export function chainHash({ publicKey, genesis, period, groupHash, beaconId }: Group): string {
  const numbers = new DataView(new ArrayBuffer(12));
  numbers.setUint32(0, period);
  numbers.setBigInt64(4, BigInt(genesis));
  const parts = [new Uint8Array(numbers.buffer), hexToBytes(publicKey), hexToBytes(groupHash), utf8ToBytes(beaconId)];
  return bytesToHex(sha256(concatBytes(...parts)));
}

export const SCHEME = 'bls-unchained-g1-rfc9380';
const ID = 'devnet';

/** The group of one member that a secret key makes. */
export function groupOf(secretKey: Uint8Array, timing: Pick<BeaconChain, 'genesis' | 'period'>): Group {
  const publicKey = publicKeyOf(secretKey);
  return { ...timing, publicKey, groupHash: bytesToHex(sha256(hexToBytes(publicKey))), beaconId: ID };
}

export function beaconServer(
  secretKey: Uint8Array,
  timing: Pick<BeaconChain, 'genesis' | 'period'>,
  clock: Pick<Clock, 'now'>,
): Server {
  const group = groupOf(secretKey, timing);
  const chain = { ...group, margin: 0 };
  const hash = chainHash(group);
  const newest = () => roundAt(chain, Math.floor(clock.now() / 1000) + 1) - 1;
  const answer = (path: string): object | null => {
    const [, name, what, word, ...rest] = path.split('/');
    if (name !== hash || rest.length > 0) return null;
    if (what === 'info' && word === undefined) return infoOf(group, hash);
    if (what !== 'public' || word === undefined) return null;
    const round = word === 'latest' ? newest() : Number(/^[1-9]\d{0,14}$/.exec(word)?.[0] ?? 0);
    if (round < 1 || clock.now() < timeOf(chain, round) * 1000) return null;
    const signature = signRound(secretKey, round);
    return { round, randomness: bytesToHex(sha256(signature)), signature: bytesToHex(signature) };
  };
  return createServer((request, response) => {
    const found = request.method === 'GET' ? answer(new URL(request.url ?? '/', 'http://beacon').pathname) : null;
    response.writeHead(found === null ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? { error: 'no such round yet' }));
  });
}

function infoOf({ publicKey, period, genesis, groupHash, beaconId }: Group, hash: string): object {
  const info = { public_key: publicKey, period, genesis_time: genesis, genesis_seed: groupHash, chain_hash: hash };
  return { ...info, scheme: SCHEME, beacon_id: beaconId };
}
