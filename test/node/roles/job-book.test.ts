/** The job book: open jobs with their specifications, each fetched once, the unreadable left out for good. */
import t from 'tap';
import { digestOf } from '#protocol/codec/cid.ts';
import { units } from '#protocol/ids.ts';
import type { JobView } from '#protocol/ports.ts';
import { JobBook } from '#node/roles/job-book.ts';
import { INFERENCE, inference, MemoryBlobs, TRAINING, training, viewOf } from '#test/ports/memory.ts';

/** A book over these jobs; `asked` counts what it fetched. */
function openBook(jobs: JobView[]): { book: JobBook; blobs: MemoryBlobs; asked: string[]; warned: unknown[] } {
  const blobs = new MemoryBlobs();
  const asked: string[] = [];
  const warned: unknown[] = [];
  const ignore = () => {};
  const book = new JobBook({
    blobs: {
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
  const jobs = [viewOf(1n, TRAINING), viewOf(2n, TRAINING, { state: 'complete' }), viewOf(3n, INFERENCE)];
  const { book, blobs, asked } = openBook(jobs);
  await blobs.putObject(TRAINING);
  await blobs.putObject(INFERENCE);
  t.equal(book.known(1n), null, 'not fetched yet');
  t.same(await book.open(), [
    { view: jobs[0], spec: training },
    { view: jobs[2], spec: inference },
  ]);
  await book.open();
  t.equal(asked.length, 2);
  t.same(book.known(1n), training);
  t.equal(book.known(2n), null, 'nobody needs the specification of a complete job');
});

t.test('what is not served yet is tried again', async (t) => {
  const { book, blobs, warned } = openBook([viewOf(1n, TRAINING)]);
  t.same(await book.open(), []);
  t.same(warned, ['BLOB_UNAVAILABLE']);
  await blobs.putObject(TRAINING);
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
