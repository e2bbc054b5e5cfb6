/** Signatures: ethers agrees on what we sign and recover, and the second form of a signature is refused. */
import { SigningKey, computeAddress } from 'ethers';
import fc from 'fast-check';
import t from 'tap';
import { addressOfKey, recoverAddress, signDigest } from '#protocol/codec/signature.ts';
import { hash } from '#protocol/ids.ts';

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const asHash = (bytes: Uint8Array) => hash(`0x${Buffer.from(bytes).toString('hex')}`);
/** Order of secp256k1, SEC 2 section 2.4.1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

t.test('ethers gives the same signature and the same address', (t) => {
  fc.assert(
    fc.property(
      bytes32,
      bytes32.filter((key) => key.some((b) => b > 0) && key[0] !== 0xff),
      (message, key) => {
        const digest = asHash(message);
        const theirs = new SigningKey(asHash(key));
        t.equal(signDigest(digest, key), theirs.sign(digest).serialized);
        t.equal(recoverAddress(digest, theirs.sign(digest).serialized), computeAddress(theirs).toLowerCase());
        t.equal(addressOfKey(key), computeAddress(theirs).toLowerCase());
      },
    ),
    { numRuns: 25 },
  );
  t.end();
});

t.test('what a contract refuses is refused', (t) => {
  const digest = asHash(new Uint8Array(32).fill(7));
  const key = new Uint8Array(32).fill(1);
  const good = signDigest(digest, key);
  t.equal(recoverAddress(digest, good), addressOfKey(key));
  const s = BigInt(`0x${good.slice(66, 130)}`);
  const twin = `${good.slice(0, 66)}${(ORDER - s).toString(16).padStart(64, '0')}${good.endsWith('1b') ? '1c' : '1b'}`;
  t.equal(recoverAddress(digest, twin), null, 's in the upper half');
  for (const bad of [
    '0x',
    good.slice(0, -2),
    `${good}00`,
    good.toUpperCase(),
    `${good.slice(0, 130)}00`,
    `0x${'00'.repeat(64)}1b`,
    `0x${'ff'.repeat(64)}1b`,
  ]) {
    t.equal(recoverAddress(digest, bad), null, bad.slice(0, 20));
  }
  t.not(recoverAddress(asHash(new Uint8Array(32).fill(8)), good), addressOfKey(key), 'another digest');
  t.end();
});
