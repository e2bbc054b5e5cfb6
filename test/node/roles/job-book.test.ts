/** The job book: open jobs with their specifications, each fetched once, the unreadable left out for good. */
import t from 'tap';
import { compileTrain } from '#engine/train/step.ts';
import { digestOf } from '#protocol/codec/cid.ts';
import { termsHash } from '#protocol/dispute/terms.ts';
import { epoch, units } from '#protocol/ids.ts';
import type { JobView } from '#protocol/ports.ts';
import { baseTask } from '#protocol/work/base-task.ts';
import { type JobSpecWire, jobSpec } from '#protocol/work/job.ts';
import { taskOfJob } from '#protocol/work/shard.ts';
import { JobBook } from '#node/roles/job-book.ts';
import { linear } from '#test/engine/onnx/models.ts';
import { INFERENCE, inference, MemoryBlobs, TRAINING, viewOf } from '#test/ports/memory.ts';
import { baseTerms } from '#verifier/dispute/base-terms.ts';
import { jobTerms } from '#verifier/dispute/job-terms.ts';

const SGD = { kind: 'sgd', lr: 0.1 } as const;

const { step } = compileTrain(linear(), { batch: 2, loss: { kind: 'softmax-cross-entropy' }, optimizer: SGD });
const graphs = new MemoryBlobs();
const graph = await graphs.put(step);
/** Training on a graph that there is. */
const REAL: JobSpecWire = { ...TRAINING, graph };
const real = jobSpec.parse(REAL);
const terms = termsHash(jobTerms(real, step));
const NOTHING = new Uint8Array();
const inferTerms = termsHash(jobTerms(inference, NOTHING));

/** A book over these jobs; `asked` counts what it fetched. */
function openBook(jobs: JobView[]): { book: JobBook; blobs: MemoryBlobs; asked: string[]; warned: unknown[] } {
  const blobs = new MemoryBlobs();
  const asked: string[] = [];
  const warned: unknown[] = [];
  const ignore = () => {};
  const book = new JobBook({
    blobs: {
      get: (cid) => blobs.get(cid),
      getObject: (cid) => {
        asked.push(cid);
        return blobs.getObject(cid);
      },
    },
    view: { jobs: () => jobs },
    log: {
      debug: ignore,
      info: ignore,
      error: ignore,
      warn: (fields) => void warned.push('code' in fields ? fields.code : null),
    },
  });
  return { book, blobs, asked, warned };
}

t.test('open jobs in their order, each fetched once', async (t) => {
  const jobs = [
    viewOf(1n, REAL, { terms }),
    viewOf(2n, REAL, { state: 'complete' }),
    viewOf(3n, INFERENCE, { terms: inferTerms }),
  ];
  const { book, blobs, asked } = openBook(jobs);
  await blobs.put(step);
  await blobs.putObject(REAL);
  await blobs.putObject(INFERENCE);
  t.equal(book.known(1n), null, 'not fetched yet');
  t.same(await book.open(), [
    { view: jobs[0], spec: real },
    { view: jobs[2], spec: inference },
  ]);
  await book.open();
  t.equal(asked.length, 2);
  t.same(book.known(1n), real);
  t.equal(book.known(2n), null, 'nobody needs the specification of a complete job');
});

t.test('what is not served yet is tried again', async (t) => {
  const { book, blobs, warned } = openBook([viewOf(1n, REAL, { terms })]);
  t.same(await book.open(), []);
  await blobs.putObject(REAL);
  t.same(await book.open(), [], 'nor is its graph');
  t.same(warned, ['BLOB_UNAVAILABLE', 'BLOB_UNAVAILABLE']);
  await blobs.put(step);
  t.equal((await book.open()).length, 1);
});

t.test('a job that is malformed, or not what was posted, is left out and not fetched again', async (t) => {
  const junk = { ...TRAINING, steps: 0 };
  const jobs = [
    viewOf(1n, TRAINING, { spec: digestOf(await new MemoryBlobs().putObject(junk)) }),
    viewOf(2n, TRAINING, { shards: 17 }),
    viewOf(3n, TRAINING, { width: 0 }),
    viewOf(4n, TRAINING, { units: units(1n) }),
  ];
  const { book, blobs, asked, warned } = openBook(jobs);
  await blobs.putObject(junk);
  await blobs.putObject(TRAINING);
  t.same(await book.open(), []);
  t.same(await book.open(), []);
  t.same(warned, ['SPEC_MALFORMED', 'SPEC_MISMATCH', 'SPEC_MISMATCH', 'SPEC_MISMATCH']);
  t.equal(asked.length, 4);
  t.equal(book.known(2n), null);
});

t.test('a job whose posted terms are not those of its graph is nobody’s', async (t) => {
  const { book, blobs, warned } = openBook([viewOf(1n, REAL), viewOf(2n, REAL, { terms })]);
  await blobs.put(step);
  await blobs.putObject(REAL);
  t.same(
    (await book.open()).map(({ view }) => view.id),
    [2n],
  );
  t.same(warned, ['SPEC_MISMATCH']);
  t.equal(await book.termsOf(taskOfJob(1n)), null);
  t.match(await book.termsOf(taskOfJob(2n)), { steps: 10, segment: 4, unitsPerStep: 100n, unitsMerge: 7n });
  t.equal(await book.termsOf(taskOfJob(3n)), null, 'no such job');
  t.same(await book.termsOf(baseTask(epoch(4))), baseTerms());
});
