/** The Merkle-sum tree: paths climb, offsets find their leaf, and no sum can be bent without another root. */
import { AbiCoder, keccak256 } from 'ethers';
import fc from 'fast-check';
import t from 'tap';
import { units } from '#protocol/ids.ts';
import { climb, leafAt, parentOf, type SumNode, sumPath, sumRoot } from '#protocol/trees/merkle-sum.ts';
import { hashFor } from '#test/ports/memory.ts';

const leavesOf = (sums: readonly number[]): SumNode[] =>
  sums.map((sum, i) => ({ hash: hashFor(`leaf ${i}`), sum: units(BigInt(sum)) }));

/** Trees of 1 to 33 leaves, and one of their leaves. */
const trees = fc
  .array(fc.nat(50), { minLength: 1, maxLength: 33 })
  .chain((sums) => fc.record({ sums: fc.constant(sums), at: fc.nat(sums.length - 1) }));

const leafOf = (leaves: readonly SumNode[], at: number): SumNode =>
  leaves[at] ?? { hash: hashFor('none'), sum: units(0n) };

t.test('a parent is the hash of both hashes and both sums', async (t) => {
  const [left, right] = [leafOf(leavesOf([3, 4]), 0), leafOf(leavesOf([3, 4]), 1)];
  const encoded = AbiCoder.defaultAbiCoder().encode(
    ['bytes32', 'uint256', 'bytes32', 'uint256'],
    [left.hash, left.sum, right.hash, right.sum],
  );
  t.same(parentOf(left, right), { hash: keccak256(encoded), sum: 7n });
  t.not(parentOf(left, right).hash, parentOf(right, left).hash);
});

t.test('every path climbs to the root, and no other leaf does on it', async (t) => {
  fc.assert(
    fc.property(trees, ({ sums, at }) => {
      const leaves = leavesOf(sums);
      const root = sumRoot(leaves);
      const path = sumPath(leaves, at);
      const reached = climb(leafOf(leaves, at), path);
      const forged = climb({ hash: hashFor('forged'), sum: leafOf(leaves, at).sum }, path);
      return reached.hash === root.hash && reached.sum === root.sum && forged.hash !== root.hash;
    }),
  );
  t.pass('for every example');
});

t.test('the root counts every unit', async (t) => {
  fc.assert(fc.property(trees, ({ sums }) => sumRoot(leavesOf(sums)).sum === BigInt(sums.reduce((a, b) => a + b, 0))));
  t.pass('for every example');
});

t.test('an inflated leaf changes the root in hash and in sum', async (t) => {
  fc.assert(
    fc.property(trees, fc.integer({ min: 1, max: 9 }), ({ sums, at }, more) => {
      const honest = sumRoot(leavesOf(sums));
      const bent = sumRoot(leavesOf(sums.with(at, (sums[at] ?? 0) + more)));
      return bent.sum === honest.sum + BigInt(more) && (sums.length === 1 || bent.hash !== honest.hash);
    }),
  );
  t.pass('for every example');
});

t.test('units moved from one leaf to another leave the sum and change the hash', async (t) => {
  const [honest, moved] = [sumRoot(leavesOf([5, 5, 5])), sumRoot(leavesOf([6, 4, 5]))];
  t.equal(moved.sum, honest.sum);
  t.not(moved.hash, honest.hash);
});

t.test('the offsets cover every unit of every leaf exactly once', async (t) => {
  fc.assert(
    fc.property(trees, ({ sums }) => {
      const leaves = leavesOf(sums);
      const seen = new Set<string>();
      for (let offset = 0n; offset < sumRoot(leaves).sum; offset += 1n) {
        const { index, within } = leafAt(leaves, offset);
        if (within < 0n || within >= leafOf(leaves, index).sum) return false;
        seen.add(`${index}/${within}`);
      }
      return BigInt(seen.size) === sumRoot(leaves).sum;
    }),
    { numRuns: 40 },
  );
  t.pass('for every example');
});

t.test('what is outside is refused', async (t) => {
  const leaves = leavesOf([2, 0, 3]);
  for (const offset of [-1n, 5n, 99n]) t.throws(() => leafAt(leaves, offset), { code: 'TREE_OFFSET' });
  t.throws(() => sumRoot([]), { code: 'TREE_EMPTY' });
  for (const index of [-1, 3]) t.throws(() => sumPath(leaves, index), RangeError);
});
