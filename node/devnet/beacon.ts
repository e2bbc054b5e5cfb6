/** The devnet's own randomness beacon: drand's scheme with a key of its own, in a process of its own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { z } from 'zod';
import type { Random } from '#protocol/ports.ts';
import type { BeaconChain } from '#protocol/time/beacon.ts';
import { chainHash, groupOf } from './beacon-server.ts';

/** What its process reads from its standard input: one line, so that the key is in no list of processes. */
export const beaconOrder = z.strictObject({
  secretKey: z.string().regex(/^[0-9a-f]{64}$/),
  genesis: z.int(),
  period: z.int().min(1),
});

const listening = z.object({ port: z.int().min(1) });

export interface DevnetBeacon {
  readonly url: string;
  /** As in a profile. */
  readonly chain: BeaconChain & { readonly chain: string };
  stop(): Promise<void>;
}

/** A round a second, so that short epochs are seeded soon. */
const PERIOD_SECONDS = 1;
/** The embedded chain states a block's time when it closes the block. */
const MARGIN_SECONDS = 0;
/** Bytes from which a key is reduced with no bias that could be found. */
const KEY_SEED_BYTES = 48;
const ENTRY = join(import.meta.dirname, 'beacon-process.ts');

/** @param genesis when its round 1 appears */
export async function startBeacon(genesis: number, random: Random): Promise<DevnetBeacon> {
  const secretKey = bls12_381.utils.randomSecretKey(random.bytes(KEY_SEED_BYTES));
  const timing = { genesis, period: PERIOD_SECONDS };
  const group = groupOf(secretKey, timing);
  const child = spawn(process.execPath, [ENTRY], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const answered = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the beacon's process ended with ${code}`)));
  });
  child.stdin.on('error', () => {});
  child.stdin.write(`${JSON.stringify({ secretKey: bytesToHex(secretKey), ...timing })}\n`);
  const { port } = listening.parse(JSON.parse(await answered));
  return {
    url: `http://127.0.0.1:${port}`,
    chain: { chain: chainHash(group), publicKey: group.publicKey, ...timing, margin: MARGIN_SECONDS },
    stop: async () => {
      child.stdin.end();
      await gone;
    },
  };
}
