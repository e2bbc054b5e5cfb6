/** Rows of static words against ethers' AbiCoder. */
import { AbiCoder, id, keccak256 } from 'ethers';
import fc from 'fast-check';
import t from 'tap';
import { encodeWords, hashText, hashWords, type Word } from '#protocol/codec/abi.ts';
import { toHex } from '#protocol/codec/digest.ts';
import { address, hash } from '#protocol/ids.ts';

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => `0x${Buffer.from(b).toString('hex')}`);

/** A Solidity type and a value of it. */
const typed: fc.Arbitrary<readonly [type: string, word: Word]> = fc.oneof(
  hex(32).map((text) => ['bytes32', hash(text)] as const),
  hex(20).map((text) => ['address', address(text)] as const),
  fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }).map((n) => ['uint256', n] as const),
  fc.nat().map((n) => ['uint32', n] as const),
);

t.test('as abi.encode has it', async (t) => {
  fc.assert(
    fc.property(fc.array(typed, { maxLength: 8 }), (row) => {
      const words = row.map(([, word]) => word);
      const expected = AbiCoder.defaultAbiCoder().encode(
        row.map(([type]) => type),
        words,
      );
      return toHex(encodeWords(words)) === expected && hashWords(words) === keccak256(expected);
    }),
  );
  t.pass('for every example');
});

t.test('what is no uint256 is refused', async (t) => {
  for (const bad of [-1, -1n, 1n << 256n, 0.5]) t.throws(() => encodeWords([bad]), RangeError, `${bad}`);
  t.equal(toHex(encodeWords([(1n << 256n) - 1n])), `0x${'ff'.repeat(32)}`);
});

t.test('texts are hashed as their UTF-8 bytes', async (t) => {
  for (const text of ['', 'corex.leaf.v1', 'zwölf – 十二']) t.equal(hashText(text), id(text), text);
});
