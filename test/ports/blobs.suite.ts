/** What any Blobs must do, the real one and a simulated one alike. */
import type { Blobs } from '#protocol/ports.ts';
import type { Test } from 'tap';

const CHUNK = 256 * 1024;

/** Bytes that differ in every chunk. */
export function pattern(length: number, seed: number): Uint8Array {
  const out = new Uint8Array(length);
  let x = seed + 1;
  for (let i = 0; i < length; i++) {
    x = (Math.imul(x, 1_103_515_245) + 12_345) >>> 0;
    out[i] = x >>> 24;
  }
  return out;
}

/** @param open two fresh ports that can reach each other */
export function blobsSuite(t: Test, open: (t: Test) => Promise<readonly [Blobs, Blobs]>): void {
  t.test('small bytes come back, under the CID of their content', async (t) => {
    const [a] = await open(t);
    const cid = await a.put(new TextEncoder().encode('hello'));
    t.equal(cid, 'bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq', 'as every IPFS tool says');
    t.same(await a.get(cid), new TextEncoder().encode('hello'));
    t.equal(await a.has(cid), true);
  });

  t.test('objects are canonical: the order of keys does not matter', async (t) => {
    const [a] = await open(t);
    const cid = await a.putObject({ b: 1, a: [true, null, 'x'] });
    t.equal(await a.putObject({ a: [true, null, 'x'], b: 1 }), cid);
    t.same(await a.getObject(cid), { a: [true, null, 'x'], b: 1 });
    await t.rejects(a.putObject({ x: undefined }), { code: 'CBOR_NOT_PLAIN' });
  });

  for (const length of [1, CHUNK, CHUNK + 1, 3 * CHUNK]) {
    t.test(`${length} bytes travel to the other side`, async (t) => {
      const [a, b] = await open(t);
      const bytes = pattern(length, length);
      const cid = await a.put(bytes);
      t.equal(await b.has(cid), false);
      t.equal(Buffer.compare(await b.get(cid), bytes), 0);
      t.equal(await b.has(cid), true);
      await t.rejects(b.get(cid, { maxBytes: length - 1 }), { code: 'BLOB_TOO_BIG' });
    });
  }

  t.test('what nobody has is unavailable, and what is no CID is refused', async (t) => {
    const [a, b] = await open(t);
    const cid = await a.put(pattern(10, 1));
    const [, other] = await open(t);
    await t.rejects(other.get(cid), { code: 'BLOB_UNAVAILABLE' });
    await t.rejects(b.get('bafkreinonsense' as typeof cid), { code: 'CID_MALFORMED' });
    await t.rejects(a.put(new Uint8Array(0)), { code: 'BLOB_EMPTY' });
  });
}
