/** A slice of which every step reads the same batch: its rows, step after step, in their own order, and steps beyond one slice. */
import t from 'tap';
import { Batches, readSlice } from '#engine/data/slice.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import { zeros } from '#engine/state/state.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import { repeatedSlice, stepsAtOnce } from '#node/local/repeated.ts';

const x = tensorOf('float32', [5, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
const y = tensorOf('int64', [5], [10, 11, 12, 13, 14]);
const columns = new Map([
  ['x', x],
  ['y', y],
]);

t.test('each step reads the batch as it is', async (t) => {
  const seed = sha256Hash(Uint8Array.of(7));
  const slice = readSlice(repeatedSlice(columns, { rows: 5, steps: 4, seed }));
  const batches = new Batches({ slice, batch: 5, seed });
  for (let step = 0; step < 4; step++) {
    const into = new Map([
      ['x', zeros('float32', [5, 2])],
      ['y', zeros('int64', [5])],
    ]);
    t.equal(batches.load(step, into), 5);
    for (const [name, tensor] of into) t.same(numbersOf(tensor), numbersOf(columns.get(name) ?? x), `${name} ${step}`);
  }
});

t.test('a slice has bounded size', async (t) => {
  t.equal(stepsAtOnce(columns), 1000);
  t.equal(stepsAtOnce(new Map([['x', zeros('float32', [1, 2 ** 20])]])), 16);
  t.equal(stepsAtOnce(new Map([['x', zeros('float32', [1, 2 ** 25])]])), 1);
});
