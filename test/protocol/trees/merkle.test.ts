/** The Merkle root over plain hashes: its shape, and that every leaf and the order matter. */
import { AbiCoder, keccak256 } from 'ethers';
import fc from 'fast-check';
import t from 'tap';
import { merkleRoot } from '#protocol/trees/merkle.ts';
import { hashFor } from '#test/ports/memory.ts';

const leaves = (count: number) => Array.from({ length: count }, (_, i) => hashFor(`leaf ${i}`));
const pair = (left: string, right: string): string =>
  keccak256(AbiCoder.defaultAbiCoder().encode(['bytes32', 'bytes32'], [left, right]));

t.test('the shape: pairs, and an odd last node goes up unchanged', async (t) => {
  const [a = '', b = '', c = '', d = '', e = ''] = leaves(5);
  t.equal(merkleRoot(leaves(1)), a);
  t.equal(merkleRoot(leaves(2)), pair(a, b));
  t.equal(merkleRoot(leaves(3)), pair(pair(a, b), c));
  t.equal(merkleRoot(leaves(5)), pair(pair(pair(a, b), pair(c, d)), e));
  t.throws(() => merkleRoot([]), RangeError);
});

t.test('another leaf, or another order, is another root', async (t) => {
  const chosen = fc.integer({ min: 2, max: 40 }).chain((count) => fc.tuple(fc.constant(count), fc.nat(count - 1)));
  fc.assert(
    fc.property(chosen, ([count, at]) => {
      const root = merkleRoot(leaves(count));
      const changed = leaves(count).with(at, hashFor('another'));
      return merkleRoot(changed) !== root && merkleRoot(leaves(count).reverse()) !== root;
    }),
  );
  t.pass('for every example');
});
