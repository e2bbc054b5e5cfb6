/** A merge is the mean, added in order; integers come from the first part; more parts cost more. */
import t from 'tap';
import { tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { compileMerge } from '#engine/train/merge.ts';
import { numbersAt, runOnce } from './running.ts';

const part = (weights: readonly number[], count: number): Map<string, Tensor> =>
  new Map([
    ['w', tensorOf('float32', [2], weights)],
    ['step', tensorOf('int64', [], [count])],
  ]);

const feeds = (parts: ReadonlyArray<ReadonlyMap<string, Tensor>>): Map<string, Tensor> =>
  new Map(parts.flatMap((state, i) => [...state].map(([name, tensor]) => [`s${i}.${name}`, tensor] as const)));

t.test('the mean of three', async (t) => {
  const parts = [part([1, 2], 5), part([2, 4], 6), part([6, 3], 7)];
  const { graph, units } = compileMerge(part([0, 0], 0), parts.length);
  const results = await runOnce(graph, feeds(parts));
  t.same(numbersAt(results, 'w.next'), [3, 3]);
  t.same(numbersAt(results, 'step.next'), [5]);
  t.equal(units, 6n, 'two additions and a product of two elements each');
});

t.test('the order of the additions is that of the parts', async (t) => {
  // 2^24 + 1 is 2^24 in float32, so the order shows.
  const big = 2 ** 24;
  const mean = async (weights: readonly number[]): Promise<number | undefined> => {
    const parts = weights.map((weight) => part([weight, 0], 0));
    return numbersAt(await runOnce(compileMerge(part([0, 0], 0), 4).graph, feeds(parts)), 'w.next')[0];
  };
  t.equal(await mean([big, 1, 1, 0]), big / 4);
  t.equal(await mean([1, 1, big, 0]), (big + 2) / 4);
});

t.test('one part is itself, none is a mistake', async (t) => {
  const results = await runOnce(compileMerge(part([0, 0], 0), 1).graph, feeds([part([5, 7], 1)]));
  t.same(numbersAt(results, 'w.next'), [5, 7]);
  t.throws(() => compileMerge(part([0, 0], 0), 0), RangeError);
});
