/** The address of an object: canonical, and the one that every IPFS tool computes. */
import t from 'tap';
import { digestOf } from '#protocol/codec/cid.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import { cidOfObject } from '#protocol/codec/object.ts';

t.test('the known address of the empty map', async (t) => {
  t.equal(cidOfObject({}), 'bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua');
  t.equal(digestOf(cidOfObject({})), sha256Hash(Uint8Array.of(0xa0)), 'the sha2-256 of its one byte');
});

t.test('the order of keys does not matter, every value does', async (t) => {
  t.equal(cidOfObject({ a: 1, b: [2] }), cidOfObject({ b: [2], a: 1 }));
  t.not(cidOfObject({ a: 1, b: [2] }), cidOfObject({ a: 1, b: [3] }));
  t.throws(() => cidOfObject({ a: undefined }), { code: 'CBOR_NOT_PLAIN' });
});
