/** Job files: what is accepted, and how each mistake is named. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseJob, readJobFile } from '#node/jobfile/parse.ts';
import { trainJob } from '#node/jobfile/schema.ts';

const examples = join(import.meta.dirname, '..', '..', '..', 'examples', 'digits');
const good = readFileSync(join(examples, 'train.yaml'), 'utf8');

t.test('the examples are valid and mean what they say', async (t) => {
  const { job, baseDir } = await readJobFile(join(examples, 'train.yaml'));
  t.equal(baseDir, examples);
  t.match(job, { program: 'train', slices: 3, rounds: 4, steps: 40, segment: 10, fee: '0.6', deadline: 1800 });
  t.match(job.data, { csv: 'digits.csv', rows: '360-1796', label: 64 });
  const infer = await readJobFile(join(examples, 'infer.yaml'));
  t.match(infer.job, { program: 'infer', labels: true, model: 'trained.onnx' });
});

t.test('a job that was read can be read again: it travels to the node and is checked there', (t) => {
  const job = parseJob(good, 'train.yaml');
  t.same(trainJob.parse(JSON.parse(JSON.stringify(job))), job);
  t.end();
});

const mistakes: ReadonlyArray<readonly [string, string, RegExp]> = [
  ['slices: 3', 'slcies: 3', /^job\.yaml:\d+: slcies: unknown key "slcies"; did you mean "slices"\?$/],
  ['optimizer:', 'optimzer:', /optimzer: unknown key "optimzer"; did you mean "optimizer"/],
  ['features: 0-63', 'faetures: 0-63', /^job\.yaml:5: data\.faetures: unknown key "faetures"; did you mean "features"/],
  ['momentum: 0.9', 'momentun: 0.9', /optimizer\.momentun: unknown key "momentun"; did you mean "momentum"/],
  ['kind: sgd', 'kind: sdg', /optimizer/],
  ['batch: 32\n', '', /^job\.yaml:\d+: batch: is missing/],
  ['batch: 32', 'batch: 0', /batch: /],
  ['batch: 32', 'batch: many', /batch: .*number/],
  ['program: train', 'program: trian', /^job\.yaml:3: program: .*train or infer is expected$/],
  ['program: train\n', '', /program: .*train or infer is expected$/],
  ['rows: 360-1796', 'rows: 9-3', /data\.rows: a range such as 0-63/],
  ['fee: "0.6"', 'fee: "lots"', /fee: an amount of CXT/],
  ['fee: "0.6"', 'fee: "-1"', /fee: an amount of CXT/],
  ['deadline: 30m', 'deadline: soon', /deadline: a duration such as 90s/],
  ['loss: softmax-cross-entropy', 'loss: hinge', /loss: /],
  ['batch: 32', 'batch: 32\nbatch: 33', /unique/],
  ['name: digits', 'name: [', /^job\.yaml:\d+: /],
];

for (const [written, mistaken, expected] of mistakes) {
  t.test(`${written.trim()} → ${mistaken.trim()}`, (t) => {
    t.ok(good.includes(written));
    t.throws(() => parseJob(good.replace(written, mistaken), 'job.yaml'), {
      code: 'JOBFILE_BAD_KEY',
      message: expected,
    });
    t.end();
  });
}

t.test('what is no job file at all', async (t) => {
  t.throws(() => parseJob('just text', 'job.yaml'), { code: 'JOBFILE_BAD_KEY' });
  t.throws(() => parseJob('', 'job.yaml'), { code: 'JOBFILE_BAD_KEY' });
  await t.rejects(readJobFile(join(t.testdir(), 'none.yaml')), { code: 'JOBFILE_UNREADABLE', message: /none\.yaml/ });
});
