/** Which shards a worker asks for: free ones of the frontier or the word after it, and never all of them. */
import t from 'tap';
import type { Address } from '#protocol/ids.ts';
import { planJob } from '#protocol/work/shard.ts';
import { chooseShards } from '#node/roles/compute/claim.ts';
import { ann, bob, INFERENCE, inference, TRAINING, training, viewOf } from '#test/ports/memory.ts';

const ordered = { view: viewOf(1n, TRAINING), spec: training };
const independent = { view: viewOf(2n, INFERENCE), spec: inference };

const held = (...shards: number[]): Map<number, Address> => new Map(shards.map((shard) => [shard, bob.address]));
const choose = (claims: Map<number, Address>, delivered: readonly number[] = [], room = 9) =>
  chooseShards(ordered, planJob(training), claims, (shard) => delivered.includes(shard), room);

t.test('the first word first, a third of it at most', async (t) => {
  t.same(choose(held()), { job: 1n, word: 0, mask: 0b111n, limit: 1 });
  t.same(choose(held(0, 2)), { job: 1n, word: 0, mask: 0b010n, limit: 1 }, 'only what is free is in the mask');
});

t.test('the word after the frontier may be claimed ahead, no later one', async (t) => {
  t.same(choose(held(0, 1, 2)), { job: 1n, word: 1, mask: 1n, limit: 1 }, 'the merge, while its inputs are made');
  t.equal(choose(held(0, 1, 2, 256)), null);
  t.same(choose(held(0, 1, 2, 256), [0, 1, 2]), { job: 1n, word: 2, mask: 0b111n, limit: 1 });
  t.equal(choose(held(0, 1, 2, 256), [0, 1]), null, 'one slice is missing');
});

t.test('a shard that was freed is asked for again, before anything later', async (t) => {
  t.match(choose(held(0, 2, 256), [0, 2, 256]), { word: 0, mask: 0b010n });
});

t.test('independent shards have no frontier, only room', async (t) => {
  const plans = planJob(inference);
  const ask = (room: number, claims = held()) => chooseShards(independent, plans, claims, () => false, room);
  t.same(ask(9), { job: 2n, word: 0, mask: 0b1_1111_1111n, limit: 3 });
  t.match(ask(2), { limit: 2 });
  t.match(ask(9, held(0, 1, 2, 3, 4, 5, 6)), { mask: 0b1_1000_0000n, limit: 1 });
});

t.test('no room, nothing free or all delivered: nothing is asked for', async (t) => {
  t.equal(choose(held(), [], 0), null);
  t.equal(choose(held(), [], -1), null);
  t.equal(
    chooseShards(ordered, planJob(training), held(), () => true, 9),
    null,
  );
  const all = new Map(planJob(inference).map(({ index }) => [index, ann.address]));
  t.equal(
    chooseShards(independent, planJob(inference), all, () => false, 9),
    null,
  );
});
