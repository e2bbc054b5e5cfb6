/** The database: values survive a reopen, tables do not mix, a lock is named, a batch is all or nothing. */
import { join } from 'node:path';
import t from 'tap';
import { Database } from '#node/store/database.ts';
import { openKeep } from '#node/store/keep.ts';
import { TABLES } from '#node/store/tables.ts';
import { scratch } from '../p2p/fixture.ts';

t.test('values survive a reopen', async (t) => {
  const path = join(await scratch(t), 'db');
  const first = await Database.open(path);
  const value = { n: 7, big: 2 ** 52, text: 'ü', bytes: Uint8Array.of(1, 2), list: [null, true, 1.5] };
  await openKeep(first.table('compute')).put('a', value);
  await first.close();
  const second = await Database.open(path);
  t.teardown(() => second.close());
  t.same(await openKeep(second.table('compute')).get('a'), value);
  t.equal(await openKeep(second.table('compute')).get('b'), undefined);
  t.equal(await openKeep(second.table('validator')).get('a'), undefined, 'tables do not mix');
});

t.test('list gives a prefix in key order; del removes', async (t) => {
  const database = await Database.open(join(await scratch(t), 'db'));
  t.teardown(() => database.close());
  const keep = openKeep(database.table('validator'));
  for (const key of ['b/2', 'a/1', 'b/10', 'c/1', 'b/ü']) await keep.put(key, key);
  t.same(await keep.list('b/'), [
    ['b/10', 'b/10'],
    ['b/2', 'b/2'],
    ['b/ü', 'b/ü'],
  ]);
  t.equal((await keep.list('')).length, 5);
  await keep.del('b/2');
  await keep.del('b/2');
  t.equal(await keep.get('b/2'), undefined);
  t.equal((await keep.list('')).length, 4);
});

t.test('a batch over two tables happens or does not', async (t) => {
  const database = await Database.open(join(await scratch(t), 'db'));
  t.teardown(() => database.close());
  await database.batch([
    { table: 'compute', type: 'put', key: 'x', value: Uint8Array.of(1) },
    { table: 'validator', type: 'put', key: 'x', value: Uint8Array.of(2) },
    { table: 'compute', type: 'del', key: 'y' },
  ]);
  t.same(await database.table('compute').get('x'), Uint8Array.of(1));
  t.same(await database.table('validator').get('x'), Uint8Array.of(2));
});

t.test('a second process, or a second opening, is told that the database is locked', async (t) => {
  const path = join(await scratch(t), 'db');
  const database = await Database.open(path);
  t.teardown(() => database.close());
  await t.rejects(Database.open(path), { code: 'STORE_LOCKED', details: { path } });
});

t.test('a folder that cannot be one is a coded error', async (t) => {
  await t.rejects(Database.open('/dev/null/db'), { code: 'STORE_UNUSABLE' });
});

t.test('what has no CBOR form is refused, what is damaged is said', async (t) => {
  const database = await Database.open(join(await scratch(t), 'db'));
  t.teardown(() => database.close());
  const keep = openKeep(database.table('compute'));
  await t.rejects(keep.put('x', { f: () => 1 }), { code: 'CBOR_NOT_PLAIN' });
  await database.table('compute').put('x', Uint8Array.of(0xff));
  await t.rejects(keep.get('x'), { code: 'STORE_DAMAGED' });
});

t.test('prefixes are unique', (t) => {
  const prefixes = Object.values(TABLES).map(({ prefix }) => prefix);
  t.equal(new Set(prefixes).size, prefixes.length);
  t.end();
});
