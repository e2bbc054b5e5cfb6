/** Rounds of drand's quicknet as published, and everything that is nearly one. */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import t from 'tap';
import { epoch } from '#protocol/ids.ts';
import {
  isPublicKey,
  messageOf,
  publicKeyOf,
  roundAt,
  roundOf,
  seedOf,
  signRound,
  timeOf,
  uncompressed,
  uncompressedKey,
  verifyRound,
} from '#protocol/time/beacon.ts';
import { LAW } from '#test/ports/memory.ts';

/** https://api.drand.sh/52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971/info */
const QUICKNET = {
  publicKey:
    '83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a',
  genesis: 1_692_803_367,
  period: 3,
  margin: 0,
};
const ROUND_1000 = 'b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39';
/** Its rounds from 1000 on. */
const PUBLISHED = [
  ROUND_1000,
  'b33bf3667cbd5a82de3a24b4e0e9fe5513cc1a0e840368c6e31f5fcfa79bea03f73896b25883abf2853d10337fb8fa41',
  'ab066f9c12dd6de1336fca0f925192fb0c72a771c3e4c82ede1fd362c1a770f9eb05843c6308ce2530b53a99c0281a6e',
  'b104c82771698f45fd8dcfead083d482694c31ab519bcef077f126f3736fe98c8392fd5d45d88aeb76b56ccfcb0296d7',
  'a40658b820c0f8c10207524179a2031ba9537688a0d04e4851b58026be9a341fee3b96fb48ffad28483d84b40a5864aa',
  'b896a4e9ebdb143601d1cdb39aa9357ef27b48d7d3c1c614e14110243850a9ea21fd96e016a5b64c2a2960d1c73abad8',
  '820251ae1f3f819ec339ea2c80c8f44c5fc9b5ce42c75685e33af39ff9a8809359cd1b7539158f73fcece916cca85ded',
];
const SECRET = new Uint8Array(32).fill(7);

t.test('published rounds verify', async (t) => {
  for (const [i, signature] of PUBLISHED.entries())
    t.ok(verifyRound(QUICKNET.publicKey, 1000 + i, hexToBytes(signature)), `round ${1000 + i}`);
  t.equal(
    bytesToHex(sha256(hexToBytes(ROUND_1000))),
    'fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd',
    'and this is what drand calls its randomness',
  );
});

t.test('nothing else does', async (t) => {
  const refuses = (sentence: string, signature: Uint8Array, round = 1000, key = QUICKNET.publicKey) =>
    t.notOk(verifyRound(key, round, signature), sentence);
  const good = hexToBytes(ROUND_1000);
  refuses('another round', good, 1001);
  refuses('another key', good, 1000, publicKeyOf(SECRET));
  refuses('another signature', hexToBytes(PUBLISHED[1] ?? ''));
  refuses('the negated point', hexToBytes(`9${ROUND_1000.slice(1)}`));
  refuses('nothing', new Uint8Array(0));
  refuses('zeros', new Uint8Array(48));
  refuses('too short', good.subarray(1));
  refuses('too long', Uint8Array.of(...good, 0));
  refuses(
    'x that is on no point',
    good.map((byte, i) => (i === 47 ? byte ^ 3 : byte)),
  );
  refuses('the zero of the group', hexToBytes(`c0${'00'.repeat(47)}`));
  refuses('x beyond the field', hexToBytes(`9a0111ea${'ff'.repeat(44)}`));
  const outside = hexToBytes(`80${'00'.repeat(46)}04`);
  t.throws(() => bls12_381.G1.Point.fromBytes(outside), /subgroup/, 'x = 4 is on the curve');
  refuses('a point outside of the subgroup', outside);
});

t.test('a bit anywhere makes it false', async () => {
  fc.assert(
    fc.property(fc.nat(48 * 8 - 1), (bit) => {
      const bytes = hexToBytes(ROUND_1000);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return !verifyRound(QUICKNET.publicKey, 1000, bytes);
    }),
    { numRuns: 60 },
  );
});

t.test('what is signed verifies under its own key alone', async (t) => {
  const key = publicKeyOf(SECRET);
  t.ok(isPublicKey(key));
  const signature = signRound(SECRET, 2 ** 40);
  t.ok(verifyRound(key, 2 ** 40, signature));
  t.notOk(verifyRound(QUICKNET.publicKey, 2 ** 40, signature));
  t.not(bytesToHex(messageOf(1)), bytesToHex(messageOf(256)), 'all eight bytes count');
});

t.test('public keys', async (t) => {
  t.ok(isPublicKey(QUICKNET.publicKey));
  t.notOk(isPublicKey(`c0${'00'.repeat(95)}`), 'the zero of G2 signs everything');
  t.notOk(isPublicKey(QUICKNET.publicKey.slice(2)));
  t.notOk(isPublicKey(ROUND_1000), 'a point of G1');
  t.throws(() => uncompressedKey(`c0${'00'.repeat(95)}`), RangeError);
});

t.test('points as the precompiles read them', async (t) => {
  // The same constants stand in contracts/test/Beacon/drand.t.sol.
  t.match(uncompressed(hexToBytes(ROUND_1000)), /^0x0{32}144679b9.{88}0{32}11f92e45.{79}60a01b6d2$/);
  t.match(
    uncompressedKey(QUICKNET.publicKey),
    /^0x0{32}0d1fec75.{88}0{32}03cf0f28.{88}0{32}0e5db2b6.{88}0{32}01a714f2/,
  );
  t.equal(
    seedOf(epoch(0), hexToBytes(ROUND_1000)),
    `0x4413687fe891a8469a877ede6323bb2d270735d601feee92${'0'.repeat(16)}`,
  );
  t.not(seedOf(epoch(0), hexToBytes(ROUND_1000)), seedOf(epoch(1), hexToBytes(ROUND_1000)), 'the epoch is in the seed');
});

t.test('rounds in time', async (t) => {
  const at = (seconds: number) => roundAt(QUICKNET, QUICKNET.genesis + seconds);
  t.same([-100, 0, 1, 3, 4, 2_997].map(at), [1, 1, 2, 2, 3, 1000]);
  t.equal(timeOf(QUICKNET, 1000), QUICKNET.genesis + 2_997);
  const numbers = fc.record({ genesis: fc.nat(3_000), period: fc.integer({ min: 1, max: 90 }), margin: fc.nat(60) });
  fc.assert(
    fc.property(numbers, fc.nat(500), (timing, e) => {
      const chain = { ...QUICKNET, ...timing };
      const closed = LAW.genesis + (e + 1) * LAW.epochSeconds + LAW.commitSeconds + timing.margin;
      const round = roundOf(LAW, chain, epoch(e));
      const isFirst = round === 1 || timeOf(chain, round - 1) < closed;
      return timeOf(chain, round) >= closed && isFirst;
    }),
  );
});
