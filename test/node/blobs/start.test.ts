/** Blobs over real hosts: the port's suite, a provider that dies midway, a provider that lies, retention and a full disk. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type BlobRoom, startBlobs } from '#node/blobs/start.ts';
import { BlockStore } from '#node/blobs/store.ts';
import { Retention } from '#node/blobs/retention.ts';
import { systemClock } from '#node/clock.ts';
import { Database } from '#node/store/database.ts';
import { openKeep } from '#node/store/keep.ts';
import { cidOf } from '#protocol/codec/cid.ts';
import type { Cid, PeerName } from '#protocol/ids.ts';
import { blobProtocol, decodeBlobRequest, encodeBlobAnswer, MAX_BLOB_REQUEST } from '#protocol/wire/blob.ts';
import type { Exchange } from '#protocol/wire/exchange.ts';
import { blobsSuite, pattern } from '../../ports/blobs.suite.ts';
import { scratch, silent, type TestNode, testNode, until } from '../p2p/fixture.ts';

const CHUNK = 256 * 1024;
const CAP = 64 * 1024 * 1024;

interface Node extends TestNode {
  readonly room: BlobRoom;
}

async function blobNode(
  t: Test,
  n: number,
  options: { bootstrap?: string[]; home?: string; wrap?: (exchange: Exchange) => Exchange } = {},
): Promise<Node> {
  const home = options.home ?? (await scratch(t));
  const node = await testNode(t, n, { bootstrap: options.bootstrap ?? [] });
  const database = await Database.open(join(await scratch(t), 'blobs-db'));
  const exchange = options.wrap?.(node.p2p.exchange) ?? node.p2p.exchange;
  const room = await startBlobs({
    network: 'test',
    home,
    capBytes: CAP,
    exchange,
    peers: node.p2p.directory,
    keep: openKeep(database.table('blobs')),
    clock: systemClock,
    log: silent,
    blockMs: 5_000,
  });
  let running = true;
  const stop = async (): Promise<void> => {
    if (!running) return;
    running = false;
    await room.stop();
    await node.stop();
    await database.close();
  };
  t.teardown(stop);
  return { ...node, room, stop };
}

/** Counts the requests of a node, and may do something before one. */
function watched(before: (count: number, peer: PeerName) => Promise<void>): {
  count: number;
  wrap: (exchange: Exchange) => Exchange;
} {
  const state = {
    count: 0,
    wrap: (exchange: Exchange): Exchange => ({
      serve: (...args) => exchange.serve(...args),
      request: async (peer, ...rest) => {
        state.count += 1;
        await before(state.count, peer);
        return exchange.request(peer, ...rest);
      },
    }),
  };
  return state;
}

const knows = (a: TestNode, b: TestNode): boolean => a.p2p.directory.peersOf(b.operator).length > 0;

blobsSuite(t, async (t) => {
  const a = await blobNode(t, 1);
  const b = await blobNode(t, 2, { bootstrap: [a.address] });
  await until(() => knows(b, a));
  return [a.room.blobs, b.room.blobs];
});

t.test('3 MB: the provider dies midway, the rest comes from another one, and nothing is fetched twice', async (t) => {
  const bytes = pattern(3_000_000, 3);
  const a = await blobNode(t, 1);
  const home = await scratch(t);
  const watch = watched(async (count) => {
    if (count === 6) await a.stop();
  });
  const b = await blobNode(t, 2, { bootstrap: [a.address], home, wrap: watch.wrap });
  await until(() => knows(b, a));
  const cid = await a.room.blobs.put(bytes);
  await t.rejects(b.room.blobs.get(cid, { from: [a.operator] }), { code: 'BLOB_UNAVAILABLE' });
  const held = b.room.store.held().size;
  t.ok(held > 1 && held < 13, `${held} of 13 blocks arrived`);

  const c = await blobNode(t, 3, { bootstrap: [b.address] });
  await c.room.blobs.put(bytes);
  await until(() => knows(b, c));
  const before = watch.count;
  t.equal(Buffer.compare(await b.room.blobs.get(cid, { from: [a.operator, c.operator] }), bytes), 0);
  const blocksFromC = 13 - held;
  // The dead peer may be asked up to two times by each of the four workers before it is left out.
  t.ok(
    watch.count - before >= blocksFromC && watch.count - before <= blocksFromC + 8,
    `${watch.count - before} requests for ${blocksFromC} blocks`,
  );
  await b.stop();

  const again = await blobNode(t, 2, { home });
  t.equal(await again.room.blobs.has(cid), true, 'and it is there after a restart');
});

t.test('a peer that serves wrong bytes is dropped and the next one asked', async (t) => {
  const bytes = pattern(1_000, 4);
  const liar = await testNode(t, 1);
  let lies = 0;
  await liar.p2p.exchange.serve(
    blobProtocol('test'),
    { maxBytes: MAX_BLOB_REQUEST, timeoutMs: 5_000, burst: 99, perSecond: 99 },
    async (request) => {
      t.ok(decodeBlobRequest(request));
      lies += 1;
      return encodeBlobAnswer({ status: 'found', bytes: pattern(1_000, 5) });
    },
  );
  const b = await blobNode(t, 2, { bootstrap: [liar.address] });
  await until(() => knows(b, liar));
  const cid = cidOf(bytes, 'raw');
  await t.rejects(b.room.blobs.get(cid, { from: [liar.operator] }), { code: 'BLOB_UNAVAILABLE' });
  t.equal(b.room.store.held().size, 0, 'nothing wrong is stored');
  const c = await blobNode(t, 3, { bootstrap: [b.address] });
  await c.room.blobs.put(bytes);
  await until(() => knows(b, c));
  t.same(await b.room.blobs.get(cid, { from: [liar.operator] }), bytes, 'from C, although nobody named it');
  t.equal(lies, 1, 'the liar is not asked again');
});

t.test('a block that is damaged on disk is fetched again', async (t) => {
  const a = await blobNode(t, 1);
  const home = await scratch(t);
  const b = await blobNode(t, 2, { bootstrap: [a.address], home });
  await until(() => knows(b, a));
  const bytes = pattern(500, 6);
  const cid = await a.room.blobs.put(bytes);
  await b.room.blobs.get(cid);
  await writeFile(join(home, 'blobs', cid.slice(-2), cid), 'damaged');
  t.same(await b.room.blobs.get(cid), bytes);
});

t.test('the one who wants a blob may give up', async (t) => {
  const a = await blobNode(t, 1);
  await t.rejects(a.room.blobs.get(cidOf(pattern(9, 9), 'raw'), { signal: AbortSignal.abort() }), {
    code: 'BLOB_ABORTED',
  });
});

interface Shelf {
  readonly store: BlockStore;
  readonly retention: Retention;
  readonly put: (seed: number) => Promise<Cid>;
  now: number;
}

/** A store with room for four chunks on a clock that the test moves. */
async function shelf(t: Test, folder: string): Promise<Shelf> {
  const database = await Database.open(join(await scratch(t), 'db'));
  t.teardown(() => database.close());
  const state = { now: Date.parse('2030-01-01') };
  const clock = { now: () => state.now, sleep: systemClock.sleep };
  const store = new BlockStore({ clock, log: silent }, { folder, capBytes: 4 * CHUNK });
  const retention = new Retention(
    { store, keep: openKeep(database.table('blobs')), clock, log: silent },
    { graceMs: 3_600_000, sweepMs: 1e9 },
  );
  await store.start();
  const put = async (seed: number): Promise<Cid> => {
    const bytes = pattern(CHUNK, seed);
    const cid = cidOf(bytes, 'raw');
    await store.write(cid, bytes);
    return cid;
  };
  return Object.assign(state, { store, retention, put });
}

t.test('retention: what is kept stays, the rest goes after a while', async (t) => {
  const s = await shelf(t, await scratch(t));
  const kept = await s.put(1);
  const loose = await s.put(2);
  await s.retention.keep(kept, 'epoch/7');
  await s.retention.sweep();
  t.ok(s.store.has(loose), 'not at once');
  s.now += 3_600_001;
  await s.retention.sweep();
  t.equal(s.store.has(loose), false);
  t.ok(s.store.has(kept));
  await s.retention.release('epoch');
  await s.retention.sweep();
  t.ok(s.store.has(kept), 'another owner');
  await s.retention.release('epoch/7');
  await s.retention.sweep();
  t.equal(s.store.has(kept), false);
  t.equal(s.store.bytes(), 0);
});

t.test('retention: a manifest keeps its chunks', async (t) => {
  const a = await blobNode(t, 1);
  const cid = await a.room.blobs.put(pattern(2 * CHUNK, 8));
  await a.room.blobs.keep(cid, 'me');
  const later = { now: () => systemClock.now() + 1e9, sleep: systemClock.sleep };
  const keep = {
    list: async () => [[`me/${cid}`, 1] as const],
    get: async () => 1,
    put: async () => {},
    del: async () => {},
  };
  await new Retention({ store: a.room.store, keep, clock: later, log: silent }, { graceMs: 0, sweepMs: 1e9 }).sweep();
  t.equal(await a.room.blobs.has(cid), true);
});

t.test('a full store drops what nobody keeps, the oldest first, and then says that it is full', async (t) => {
  const folder = await scratch(t);
  const s = await shelf(t, folder);
  const cids: Cid[] = [];
  for (const seed of [1, 2, 3, 4]) {
    cids.push(await s.put(seed));
    s.now += 100_000;
  }
  const fifth = await s.put(5);
  t.same(
    cids.map((cid) => s.store.has(cid)),
    [false, true, true, true],
  );
  for (const cid of [...cids, fifth]) await s.retention.keep(cid, 'me');
  s.now += 10_000_000;
  await t.rejects(s.put(6), { code: 'BLOB_FULL' });
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.includes('bafk'));
  t.equal(files.length, 4, 'and leaves no half-written file');
});
