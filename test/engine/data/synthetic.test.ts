/** Data and weights of base tasks: exact, bounded, the same for everyone, and learnable. */
import t from 'tap';
import { initialState, syntheticSlice, weightExponent } from '#engine/data/synthetic.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { commitmentOf } from '#engine/state/state.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';

const SEED = sha256Hash(Uint8Array.of(7));
const floats = ({ data }: Tensor): Float32Array => new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4);
const info = [
  { name: 'w', dtype: 'float32', shape: [64, 10] },
  { name: 'b', dtype: 'float32', shape: [10] },
  { name: 'w.m', dtype: 'float32', shape: [64, 10] },
  { name: 'step', dtype: 'int64', shape: [] },
] as const;

t.test('weights lie within their bound and use it, the rest is zero', async (t) => {
  const state = initialState(SEED, info, (name) => name.endsWith('.m'));
  const w = floats(state.get('w') as Tensor);
  const bound = 2 ** weightExponent(64);
  t.ok(w.every((value) => Math.abs(value) <= bound));
  t.ok(w.some((value) => Math.abs(value) > bound * 0.9));
  t.ok(Math.abs(w.reduce((sum, value) => sum + value, 0) / w.length) < bound / 8, 'no drift');
  for (const name of ['b', 'w.m', 'step'])
    t.ok(
      (state.get(name) as Tensor).data.every((byte) => byte === 0),
      name,
    );
});

t.test("weights' bound is the power of two within a factor of two below He's", async (t) => {
  for (const fanIn of [1, 2, 3, 9, 64, 100, 256, 300, 4096]) {
    const he = Math.sqrt(6 / fanIn);
    const bound = 2 ** weightExponent(fanIn);
    t.ok(bound <= he && bound > he / 2.5, `fan-in ${fanIn}: ${bound} of ${he}`);
  }
});

t.test('a tensor of one name does not depend on the others', async (t) => {
  const alone = initialState(SEED, [info[0]]);
  t.same(alone.get('w'), initialState(SEED, info).get('w'));
});

t.test('the agreed bytes of a small task', async (t) => {
  const slice = syntheticSlice({ seed: SEED, rows: 16, features: 4, classes: 3 });
  t.equal(commitmentOf(slice), '0xd88b434e20b5703b481d4aea550aa29951750ee761a6c565f1071b23fe2eeb0a');
  t.equal(commitmentOf(initialState(SEED, info)), '0xbc2f63cc7a3272216b29e47efffa7316d35b0d756022ce428429ffa4dd599935');
});

t.test('a row is nearer to the mean of its class than to the others, mostly', async (t) => {
  const [rows, features, classes] = [300, 16, 4];
  const slice = syntheticSlice({ seed: SEED, rows, features, classes });
  const x = floats(slice.get('x') as Tensor);
  const yData = (slice.get('y') as Tensor).data;
  const labels = [...new BigInt64Array(yData.buffer, yData.byteOffset, rows)].map(Number);
  t.ok(x.every((value) => Math.abs(value) <= 1));
  const rowOf = (i: number) => x.subarray(i * features, (i + 1) * features);
  const means = Array.from({ length: classes }, (_, c) => {
    const mine = labels.flatMap((label, i) => (label === c ? [i] : []));
    return Array.from(
      { length: features },
      (_, f) => mine.reduce((sum, i) => sum + (rowOf(i)[f] as number), 0) / mine.length,
    );
  });
  const distance = (i: number, mean: number[]) =>
    mean.reduce((sum, m, f) => sum + (m - (rowOf(i)[f] as number)) ** 2, 0);
  const nearest = (i: number) =>
    means.map((mean) => distance(i, mean)).reduce((best, d, c, all) => (d < (all[best] as number) ? c : best), 0);
  const right = labels.filter((label, i) => nearest(i) === label).length;
  t.ok(right > rows * 0.8, `${right} of ${rows}`);
});
