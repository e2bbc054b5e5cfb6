/** Samples: in range, weighted by units, different for every judge, and inside a shard on the right segment. */
import t from 'tap';
import { units } from '#protocol/ids.ts';
import { sampleOffsets, segmentAt, tapPick } from '#protocol/audit/sampling.ts';
import { leafAt } from '#protocol/trees/merkle-sum.ts';
import { ann, bob, hashFor } from '#test/ports/memory.ts';

const draw = { seed: hashFor('seed'), worker: ann.address, validator: bob.address };

t.test('offsets lie in range, also in the smallest and the largest', async (t) => {
  for (const total of [1n, 2n, 1_000n, (1n << 128n) - 1n]) {
    const offsets = sampleOffsets(draw, units(total), 200);
    t.equal(offsets.length, 200);
    t.ok(
      offsets.every((offset) => offset >= 0n && offset < total),
      `${total}`,
    );
  }
});

t.test('a leaf is drawn as often as its units weigh', async (t) => {
  const weights = [1, 2, 5, 12];
  const total = 20;
  const count = 4_000;
  const leaves = weights.map((weight, i) => ({ hash: hashFor(`${i}`), sum: units(BigInt(weight)) }));
  const seen = weights.map(() => 0);
  for (const offset of sampleOffsets(draw, units(BigInt(total)), count)) {
    const { index } = leafAt(leaves, offset);
    seen[index] = (seen[index] ?? 0) + 1;
  }
  const chiSquare = weights.reduce((sum, weight, i) => {
    const expected = (count * weight) / total;
    return sum + ((seen[i] ?? 0) - expected) ** 2 / expected;
  }, 0);
  // 3 degrees of freedom: 16.27 is exceeded once in a thousand seeds, and this seed is fixed.
  t.ok(chiSquare < 16.27, `chi-square ${chiSquare} of ${seen}`);
});

t.test('seed, worker and validator each choose other samples; the same draw repeats', async (t) => {
  const total = units(1n << 100n);
  const draws = [
    draw,
    { ...draw, seed: hashFor('x') },
    { ...draw, worker: bob.address },
    { ...draw, validator: ann.address },
  ];
  t.equal(new Set(draws.flatMap((one) => sampleOffsets(one, total, 4))).size, 16);
  t.equal(new Set(draws.map((one) => tapPick(one, 0))).size, 4);
  t.not(tapPick(draw, 0), tapPick(draw, 1));
  t.same(sampleOffsets(draw, total, 4), sampleOffsets(draw, total, 9).slice(0, 4));
});

t.test('an offset in a shard falls into the segment that worked at it', async (t) => {
  const plan = { steps: 10, segment: 4, units: units(1_000n) };
  const at = (within: bigint) => segmentAt(plan, within);
  t.same([0n, 399n, 400n, 799n, 800n, 999n].map(at), [0, 0, 1, 1, 2, 2]);
  t.equal(segmentAt({ ...plan, units: units(0n) }, 0n), 0);
  t.equal(segmentAt({ steps: 1, segment: 1, units: units(7n) }, 6n), 0, 'a merge');
});
