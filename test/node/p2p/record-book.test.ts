/** The book of records: newest wins, bounds hold, and a stranger's lie about the time is not believed. */
import t from 'tap';
import { RecordBook } from '#node/p2p/record-book.ts';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import type { PeerName } from '#protocol/ids.ts';
import type { Keep } from '#protocol/ports.ts';
import { type SignedRecord, signRecord } from '#protocol/wire/node-record.ts';
import { signerOf } from './fixture.ts';

const NOW = 1_900_000_000_000;

function memory(): Keep & { readonly rows: Map<string, unknown> } {
  const rows = new Map<string, unknown>();
  return {
    rows,
    get: async (key) => rows.get(key),
    put: async (key, value) => void rows.set(key, value),
    del: async (key) => void rows.delete(key),
    list: async (prefix) => [...rows].filter(([key]) => key.startsWith(prefix)),
  };
}

async function record(operator: number, peer: number, sequence: number): Promise<SignedRecord> {
  const seed = new Uint8Array(32).fill(peer);
  const name = peerIdFromPrivateKey(await generateKeyPairFromSeed('Ed25519', seed)).toString() as PeerName;
  const signer = signerOf(operator);
  return signRecord(
    {
      v: 1,
      network: 'test',
      operator: signer.address,
      peer: name,
      addrs: [],
      roles: [],
      engine: '',
      golden: '',
      sequence,
    },
    signer,
    seed,
  );
}

t.test('newest wins, in memory and on disk', async (t) => {
  const keep = memory();
  const book = new RecordBook(keep, 'test', async () => {});
  const first = await record(1, 2, NOW);
  const second = await record(1, 2, NOW + 1);
  t.equal((await book.take(second, NOW)).taken, 'new');
  t.equal((await book.take(first, NOW)).taken, 'known');
  t.equal((await book.take({ ...first }, NOW)).signed?.record.sequence, NOW + 1);
  const again = new RecordBook(keep, 'test', async () => {});
  t.same(await again.load(), [second]);
  t.equal(again.ofPeer(second.record.peer)?.record.operator, second.record.operator);
});

t.test('a record from the future, of another network or unsigned is bad', async (t) => {
  const book = new RecordBook(memory(), 'test', async () => {});
  t.equal((await book.take(await record(1, 2, NOW + 3_600_001), NOW)).taken, 'bad');
  t.equal((await new RecordBook(memory(), 'other', async () => {}).take(await record(1, 2, NOW), NOW)).taken, 'bad');
  t.equal((await book.take({ ...(await record(1, 2, NOW)), signature: `0x${'11'.repeat(65)}` }, NOW)).taken, 'bad');
  t.same(book.all(), []);
});

t.test('one operator keeps its sixteen newest peers', async (t) => {
  const keep = memory();
  const book = new RecordBook(keep, 'test', async () => {});
  for (let n = 1; n <= 18; n++) await book.take(await record(1, n, NOW + n), NOW);
  t.equal(book.all().length, 16);
  t.equal(keep.rows.size, 16);
  t.equal(Math.min(...book.all().map((signed) => signed.record.sequence)), NOW + 3);
});

t.test('what is damaged on disk is deleted at load', async (t) => {
  const keep = memory();
  keep.rows.set('x/y', { nonsense: 1 });
  t.same(await new RecordBook(keep, 'test', async () => {}).load(), []);
  t.equal(keep.rows.size, 0);
});
