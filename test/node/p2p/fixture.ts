/** Real hosts on 127.0.0.1 for the tests of the network: keys from a number, memory on a real database. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#node/clock.ts';
import { type P2p, startP2p } from '#node/p2p/start.ts';
import { Database } from '#node/store/database.ts';
import { openKeep } from '#node/store/keep.ts';
import { addressOfKey, signDigest } from '#protocol/codec/signature.ts';
import type { Address, PeerName } from '#protocol/ids.ts';
import type { Log, Signer } from '#protocol/ports.ts';

export const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface Teardown {
  teardown(done: () => Promise<unknown>): unknown;
}

export function signerOf(n: number): Signer {
  const key = new Uint8Array(32).fill(n);
  return { address: addressOfKey(key), sign: async (digest) => signDigest(digest, key) };
}

export async function scratch(t: Teardown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'corex-test-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface TestNode {
  readonly p2p: P2p;
  readonly operator: Address;
  readonly peer: PeerName;
  readonly address: string;
  /** Ends it before the test does. */
  readonly stop: () => Promise<void>;
}

/** Node number n, connected to the given ones. */
export async function testNode(
  t: Teardown,
  n: number,
  options: { network?: string; bootstrap?: string[]; folder?: string; wanted?: number; viaRelay?: boolean } = {},
): Promise<TestNode> {
  const database = await Database.open(join(options.folder ?? (await scratch(t)), `db${n}`));
  const signer = signerOf(n);
  const p2p = await startP2p({
    key: new Uint8Array(32).fill(100 + n),
    network: options.network ?? 'test',
    listen: options.viaRelay === true ? [] : ['/ip4/127.0.0.1/tcp/0'],
    viaRelay: options.viaRelay ?? false,
    bootstrap: options.bootstrap ?? [],
    mdns: false,
    wanted: options.wanted ?? 12,
    profile: { roles: ['compute'], engine: `engine-${n}`, golden: '' },
    keep: openKeep(database.table('peers')),
    signer,
    clock: systemClock,
    log: silent,
  });
  let running = true;
  const stop = async (): Promise<void> => {
    if (!running) return;
    running = false;
    await p2p.stop();
    await database.close();
  };
  t.teardown(stop);
  return { p2p, operator: signer.address, peer: p2p.host.peer(), address: p2p.host.addresses()[0] ?? '', stop };
}

/** Waits until something is true; the test's own timeout is the limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await systemClock.sleep(20);
}
