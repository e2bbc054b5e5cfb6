/** Digests against the published vectors, and hex both ways. */
import t from 'tap';
import { bytesToHash, fromHex, hashToBytes, keccak256Hash, sha256, sha256Hash, toHex } from '#protocol/codec/digest.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);

t.test('the published vectors of both functions', async (t) => {
  // FIPS 180-4 example "abc"; Keccak team's test vector for the empty message.
  t.equal(sha256Hash(text('abc')), '0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  t.equal(keccak256Hash(text('')), '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470');
});

t.test('hash, bytes and hex are one value', async (t) => {
  const digest = sha256(text('corex'));
  t.equal(bytesToHash(digest), sha256Hash(text('corex')));
  t.same(hashToBytes(bytesToHash(digest)), new Uint8Array(digest));
  t.same(fromHex(toHex(digest)), new Uint8Array(digest));
  t.equal(fromHex('0x').length, 0);
});

t.test('what is no hash and no hex is refused', async (t) => {
  t.throws(() => bytesToHash(new Uint8Array(31)), RangeError);
  for (const bad of ['', '0', 'ab', '0xa', '0xgg']) t.throws(() => fromHex(bad), RangeError, bad);
});
