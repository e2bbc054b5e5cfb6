/** The order of rows: a permutation a pass, the same for everyone, without bias; and the batches that come of it. */
import fc from 'fast-check';
import t from 'tap';
import { SeededRandom } from '#engine/data/random.ts';
import { Batches, batchRows, gatherRows, passOrder, readSlice, sequentialRows } from '#engine/data/slice.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { zeros } from '#engine/state/state.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import type { Hash } from '#protocol/ids.ts';

const seedOf = (n: number): Hash => sha256Hash(Uint8Array.of(n));
const SEED = seedOf(1);

t.test('every pass is a permutation of the rows', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.nat({ max: 50 }), fc.nat({ max: 255 }), (rows, pass, seed) => {
      const order = passOrder({ seed: seedOf(seed), rows, pass });
      t.same(
        [...order].sort((a, b) => a - b),
        Array.from({ length: rows }, (_, i) => i),
      );
    }),
  );
});

t.test(
  'passes and seeds have orders of their own, and this one is agreed (computed apart from this code)',
  async (t) => {
    const order = (seed: Hash, pass: number) => passOrder({ seed, rows: 12, pass }).join(' ');
    t.equal(new Set([order(SEED, 0), order(SEED, 1), order(SEED, 10), order(seedOf(2), 0)]).size, 4);
    t.equal(order(SEED, 0), '1 6 11 0 3 4 7 9 8 10 2 5');
  },
);

t.test('steps read pass after pass without a gap', async (t) => {
  const [rows, batch] = [10, 4];
  const read = [0, 1, 2, 3, 4].flatMap((step) => [...batchRows({ seed: SEED, rows, batch, step })]);
  t.same(read, [...passOrder({ seed: SEED, rows, pass: 0 }), ...passOrder({ seed: SEED, rows, pass: 1 })]);
  t.equal(batchRows({ seed: SEED, rows: 3, batch: 8, step: 5 }).length, 8, 'a slice smaller than a batch fills it');
  t.throws(() => batchRows({ seed: SEED, rows: 0, batch: 1, step: 0 }), { code: 'DATA_BAD_SLICE' });
});

t.test('each of the 24 orders of 4 rows is as likely as the others', async (t) => {
  const counts = new Map<string, number>();
  const passes = 4_800;
  for (let pass = 0; pass < passes; pass++) {
    const order = passOrder({ seed: SEED, rows: 4, pass }).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  const expected = passes / 24;
  const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  t.equal(counts.size, 24);
  // 23 degrees of freedom: 49.7 is passed by chance once in a thousand seeds, and this seed is fixed.
  t.ok(chiSquare < 49.7, `chi-square ${chiSquare}`);
});

t.test('numbers below a bound that does not divide 2^32 have no bias', async (t) => {
  // Without rejection the lower third would be drawn half of the time.
  const bound = 3 * 2 ** 30;
  const random = new SeededRandom(SEED, 'bias');
  const low = Array.from({ length: 3_000 }, () => random.below(bound)).filter((n) => n < 2 ** 30).length;
  t.ok(low > 850 && low < 1_150, `${low} of 3000 in the lower third`);
});

const x: Tensor = { dtype: 'uint8', shape: [5, 2], data: Uint8Array.of(0, 1, 10, 11, 20, 21, 30, 31, 40, 41) };
const y: Tensor = { dtype: 'uint8', shape: [5], data: Uint8Array.of(0, 1, 2, 3, 4) };

const buffersOf = ({ infos }: Batches) => new Map(infos.map(({ name, dtype, shape }) => [name, zeros(dtype, shape)]));

t.test('inference reads in file order and pads the last batch with zeros', async (t) => {
  const slice = readSlice(
    writeSafetensors(
      new Map([
        ['x', x],
        ['y', y],
      ]),
    ),
  );
  const batches = new Batches({ slice, batch: 3, seed: null });
  const tensors = buffersOf(batches);
  t.equal(batches.load(0, tensors), 3);
  t.same([...(tensors.get('x') as Tensor).data], [0, 1, 10, 11, 20, 21]);
  t.equal(batches.load(1, tensors), 2);
  t.same([...(tensors.get('x') as Tensor).data], [30, 31, 40, 41, 0, 0]);
  t.same([...(tensors.get('y') as Tensor).data], [3, 4, 0]);
  t.throws(() => batches.load(2, tensors), { code: 'DATA_NO_SUCH_STEP' });
  t.throws(() => sequentialRows({ rows: 6, batch: 3, step: 2 }), { code: 'DATA_NO_SUCH_STEP' });
});

t.test('training gathers x and y of the same rows', async (t) => {
  const slice = readSlice(
    writeSafetensors(
      new Map([
        ['x', x],
        ['y', y],
      ]),
    ),
  );
  const batches = new Batches({ slice, batch: 4, seed: SEED });
  const tensors = buffersOf(batches);
  for (const step of [0, 3, 1]) {
    t.equal(batches.load(step, tensors), 4);
    const rows = [...batchRows({ seed: SEED, rows: 5, batch: 4, step })];
    t.same([...(tensors.get('y') as Tensor).data], rows);
    t.same(
      [...(tensors.get('x') as Tensor).data],
      rows.flatMap((row) => [row * 10, row * 10 + 1]),
    );
  }
  t.same(tensors.get('x')?.shape, [4, 2]);
});

t.test('rows without bytes and slices without rows', async (t) => {
  const empty: Tensor = { dtype: 'uint8', shape: [2, 0], data: new Uint8Array() };
  gatherRows(empty, Uint32Array.of(1), new Uint8Array());
  const refused = (columns: Array<[string, Tensor]>) =>
    t.throws(() => readSlice(writeSafetensors(new Map(columns))), { code: 'DATA_BAD_SLICE' });
  refused([['y', y]]);
  refused([
    ['x', x],
    ['z', y],
  ]);
  refused([
    ['x', x],
    ['y', { ...y, shape: [1, 5] }],
  ]);
  refused([['x', { dtype: 'uint8', shape: [0, 2], data: new Uint8Array() }]]);
});
