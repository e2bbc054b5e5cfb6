/** A job of 3 slices and 4 rounds, unfolded: words and bits, inputs that come before, and units that add up. */
import t from 'tap';
import { jobSpec, shardsOf } from '#protocol/work/job.ts';
import {
  hasShard,
  jobOfTask,
  lastShard,
  planJob,
  planShard,
  segmentSteps,
  segmentsOf,
  shardsInWord,
  taskOfJob,
  unitsOfJob,
} from '#protocol/work/shard.ts';
import { hashFor, inference, TRAINING, training } from '#test/ports/memory.ts';

const chain = jobSpec.parse({ ...TRAINING, slices: TRAINING.slices.slice(0, 1), merge: null });
const jobs = { training, inference, chain };

t.test('two words a round: the slices, then their merge', async (t) => {
  const plans = planJob(training);
  t.equal(plans.length, 16);
  t.same(
    plans.map(({ index }) => [Math.floor(index / 256), index % 256]),
    [0, 1, 2, 3].flatMap((round) => [...[0, 1, 2].map((slice) => [round * 2, slice]), [round * 2 + 1, 0]]),
  );
  t.same(
    plans.slice(0, 4).map(({ kind }) => kind),
    ['train', 'train', 'train', 'merge'],
  );
});

t.test('a round starts from the merge before it, a merge from the slices before it', async (t) => {
  t.same(planShard(training, 1), {
    index: 1,
    kind: 'train',
    round: 0,
    slice: 1,
    firstStep: 0,
    steps: 10,
    segment: 4,
    inputs: [],
    units: 1_000n,
  });
  t.match(planShard(training, 256), { kind: 'merge', round: 0, slice: null, inputs: [0, 1, 2], steps: 1, units: 7n });
  t.match(planShard(training, 512 + 2), { kind: 'train', round: 1, slice: 2, inputs: [256], firstStep: 10 });
  t.match(planShard(training, 7 * 256), { kind: 'merge', round: 3, inputs: [1_536, 1_537, 1_538] });
  t.match(planShard(chain, 3 * 256), { kind: 'train', round: 3, slice: 0, inputs: [512], firstStep: 30 });
});

t.test('in every job, inputs come before their shard and exist; units and counts add up', async (t) => {
  for (const [name, job] of Object.entries(jobs)) {
    const plans = planJob(job);
    const made = new Set<number>();
    for (const { index, inputs } of plans) {
      t.ok(
        inputs.every((input) => input < index && made.has(input)),
        `${name}: inputs of ${index}`,
      );
      made.add(index);
    }
    t.equal(plans.length, shardsOf(job), name);
    t.equal(made.size, plans.length, `${name}: no shard twice`);
    t.equal(
      unitsOfJob(job),
      plans.reduce((sum, plan) => sum + plan.units, 0n),
      name,
    );
  }
  t.equal(unitsOfJob(training), 4n * (3n * 1_000n + 7n));
});

t.test('an inference shard takes as many batches as its rows need', async (t) => {
  const { slices } = inference;
  for (const [i, slice] of slices.entries()) {
    const steps = Math.ceil(slice.rows / 8);
    t.match(planShard(inference, i), { kind: 'infer', slice: i, steps, units: BigInt(steps) * 100n, inputs: [] });
  }
});

t.test('there are no shards beside these', async (t) => {
  for (const index of [-1, 3, 255, 257, 8 * 256, 0.5, Number.NaN]) {
    t.throws(() => planShard(training, index), RangeError, `${index}`);
  }
  t.throws(() => planShard(inference, 9), RangeError);
  t.throws(() => planShard(chain, 1), RangeError);
  t.same(
    [-1, 0, 1, 7, 8].map((word) => shardsInWord(training, word)),
    [0, 3, 1, 1, 0],
  );
  t.equal(hasShard(training, 1, 0), true);
  t.equal(hasShard(training, 1, 1), false);
});

t.test('the last shard holds the result', async (t) => {
  t.equal(lastShard(training), planJob(training).at(-1)?.index);
  t.equal(lastShard(chain), planJob(chain).at(-1)?.index);
  t.equal(lastShard(inference), null);
});

t.test('segments cover the steps once, the last may be shorter', async (t) => {
  const plan = planShard(training, 0);
  const pieces = Array.from({ length: segmentsOf(plan) }, (_, s) => segmentSteps(plan, s));
  t.same(pieces, [
    { first: 0, steps: 4 },
    { first: 4, steps: 4 },
    { first: 8, steps: 2 },
  ]);
});

t.test('a market task is its number, a hash is none', async (t) => {
  for (const id of [1n, 65_537n, (1n << 64n) - 1n]) t.equal(jobOfTask(taskOfJob(id)), id);
  t.equal(taskOfJob(1n), `0x${'0'.repeat(63)}1`);
  t.equal(jobOfTask(hashFor('base')), null);
});
