/** The job specification: sound ones parse, each broken rule is refused at the field that breaks it. */
import t from 'tap';
import { type JobSpecWire, jobSpec, shardsOf, widthOf } from '#protocol/work/job.ts';
import { cidFor, INFERENCE, TRAINING } from '#test/ports/memory.ts';

const one = TRAINING.slices.slice(0, 1);

t.test('sound jobs parse, and amounts become numbers', async (t) => {
  t.same(jobSpec.parse(TRAINING).units, { step: 100n, merge: 7n });
  t.equal(jobSpec.safeParse(INFERENCE).success, true);
  t.equal(jobSpec.safeParse({ ...TRAINING, slices: one, merge: null }).success, true);
});

const refused: ReadonlyArray<readonly [why: string, job: Record<string, unknown>, path: string]> = [
  ['a training job without steps', { ...TRAINING, steps: 0 }, 'steps'],
  ['several slices without a merge', { ...TRAINING, merge: null }, 'merge'],
  ['one slice with a merge', { ...TRAINING, slices: one }, 'merge'],
  ['inference with a merge', { ...INFERENCE, merge: cidFor('merge') }, 'merge'],
  ['inference in rounds', { ...INFERENCE, rounds: 2 }, 'rounds'],
  ['no rounds', { ...TRAINING, rounds: 0 }, 'rounds'],
  ['too many rounds', { ...TRAINING, rounds: 32_769 }, 'rounds'],
  ['no slices', { ...TRAINING, slices: [] }, 'slices'],
  ['too many slices', { ...INFERENCE, slices: Array(256).fill(one[0]) }, 'slices'],
  ['a slice without rows', { ...TRAINING, slices: [{ data: cidFor('x'), rows: 0 }] }, 'slices'],
  ['segments of nothing', { ...TRAINING, segment: 0 }, 'segment'],
  ['more checkpoints than a trace holds', { ...TRAINING, steps: 1_024, segment: 1 }, 'segment'],
  [
    'more checkpoints by the rows',
    { ...INFERENCE, slices: [{ data: cidFor('x'), rows: 8 * 1_024 }], segment: 1 },
    'segment',
  ],
  ['a name of nothing', { ...TRAINING, name: '' }, 'name'],
  ['an unknown class', { ...TRAINING, class: 'rough' }, 'class'],
  ['another version', { ...TRAINING, v: 2 }, 'v'],
  ['units as a number', { ...TRAINING, units: { step: 100, merge: '7' } }, 'units'],
];

t.test('each broken rule is refused where it is broken', async (t) => {
  for (const [why, job, path] of refused) {
    const parsed = jobSpec.safeParse(job);
    t.equal(parsed.success, false, why);
    t.ok(
      parsed.error?.issues.some((issue) => issue.path[0] === path),
      `${why}: at ${path}`,
    );
  }
  t.equal(jobSpec.safeParse({ ...TRAINING, extra: 1 }).success, false, 'a field that nobody knows');
});

t.test('shards and width, as the market is told them', async (t) => {
  const counts = (job: JobSpecWire) => [shardsOf(job), widthOf(job)];
  t.same(counts(TRAINING), [16, 4], '4 rounds of 3 slices and a merge');
  t.same(counts({ ...TRAINING, slices: one }), [4, 1], 'a chain');
  t.same(counts(INFERENCE), [9, 0], 'independent');
});
