/** Job files: what is accepted, and how each mistake is named. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseJob, readJobFile } from '#node/jobfile/parse.ts';
import { stringify } from 'yaml';
import { trainJob } from '#node/jobfile/schema.ts';
import { totalSteps } from '#node/jobfile/training-schema.ts';

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

const changed = (written: string, instead: string) => {
  const job = parseJob(good.replace(written, instead), 'job.yaml');
  if (job.program !== 'train') throw new TypeError('it trains');
  return job;
};

const SGD = 'optimizer: { kind: sgd, lr: 0.1, momentum: 0.9 }';

t.test('how to train: names alone, defaults, and everything said', (t) => {
  t.match(changed('loss: softmax-cross-entropy', 'loss: l1'), { loss: { kind: 'l1' } });
  const smoothed = 'loss: { kind: softmax-cross-entropy, ignoreIndex: -100, labelSmoothing: 0.1 }';
  t.match(changed('loss: softmax-cross-entropy', smoothed), { loss: { ignoreIndex: -100, labelSmoothing: 0.1 } });
  t.match(changed(SGD, 'optimizer: { kind: adam, lr: 1 }'), { optimizer: { beta2: 0.999, weightDecay: 0 } });
  t.match(changed(SGD, 'optimizer: { kind: adamw, lr: 1 }'), { optimizer: { epsilon: 1e-8, weightDecay: 0.01 } });
  t.match(changed(SGD, 'optimizer: { kind: lion, lr: 1 }'), { optimizer: { beta1: 0.9, beta2: 0.99 } });
  t.match(changed('', ''), { class: 'exact', accumulate: 1, batchNorm: 'as-exported', schedule: undefined });
  const groups = [
    { match: '*.bias', weightDecay: 0 },
    { match: 'layer0.*', frozen: true },
    { match: '*', lr: 0.5 },
  ];
  const schedule = { kind: 'cosine', warmupSteps: 10, totalSteps: 100, floor: 0.1 };
  const more = { schedule, clipNorm: 1, groups, accumulate: 4, batchNorm: 'train' };
  t.match(changed('class: exact', `class: fast\n${stringify(more)}`), { ...more, class: 'fast' });
  t.end();
});

t.test('the decay ends with the job where nothing else is said', (t) => {
  const job = changed(SGD, `${SGD}\nschedule: { kind: linear, warmupSteps: 160 }`);
  t.equal(totalSteps(job), 160);
  t.equal(
    totalSteps({ rounds: 3, steps: 5, schedule: { kind: 'cosine', warmupSteps: 0, totalSteps: 7, floor: 0 } }),
    7,
  );
  t.equal(totalSteps({ rounds: 3, steps: 5 }), 15);
  t.end();
});

const mistakes: ReadonlyArray<readonly [string, string, RegExp]> = [
  ['slices: 3', 'slcies: 3', /^job\.yaml:\d+: slcies: unknown key "slcies"; did you mean "slices"\?$/],
  ['optimizer:', 'optimzer:', /optimzer: unknown key "optimzer"; did you mean "optimizer"/],
  ['features: 0-63', 'faetures: 0-63', /^job\.yaml:5: data\.faetures: unknown key "faetures"; did you mean "features"/],
  ['momentum: 0.9', 'momentun: 0.9', /optimizer\.momentun: unknown key "momentun"; did you mean "momentum"/],
  ['kind: sgd', 'kind: sdg', /optimizer\.kind: sgd, adam, adamw or lion is expected/],
  ['batch: 32\n', '', /^job\.yaml:\d+: batch: is missing/],
  ['batch: 32', 'batch: 0', /batch: /],
  ['batch: 32', 'batch: many', /batch: .*number/],
  ['program: train', 'program: trian', /^job\.yaml:3: program: .*train or infer is expected$/],
  ['program: train\n', '', /program: .*train or infer is expected$/],
  ['rows: 360-1796', 'rows: 9-3', /data\.rows: a range such as 0-63/],
  ['fee: "0.6"', 'fee: "lots"', /fee: an amount of CXT/],
  ['fee: "0.6"', 'fee: "-1"', /fee: an amount of CXT/],
  ['deadline: 30m', 'deadline: soon', /deadline: a duration such as 90s/],
  ['loss: softmax-cross-entropy', 'loss: hinge', /: loss: softmax-cross-entropy, .*huber or output is expected/],
  ['loss: softmax-cross-entropy', 'loss: { kind: hinge }', /loss\.kind: softmax-cross-entropy, .* is expected/],
  ['loss: softmax-cross-entropy', 'loss: { kind: huber, dleta: 2 }', /loss\.dleta: unknown key .* "delta"/],
  ['loss: softmax-cross-entropy', 'loss: { kind: l1, delta: 2 }', /loss\.delta: unknown key "delta"/],
  ['loss: softmax-cross-entropy', 'loss: { kind: huber, delta: 0 }', /loss\.delta: .*>0/],
  [SGD, 'optimizer: { kind: sgd, lr: 0.1, nesterov: true }', /optimizer\.nesterov: needs a momentum above 0/],
  [SGD, 'optimizer: { kind: lion, lr: 0.1, epsilon: 1 }', /optimizer\.epsilon: unknown key "epsilon"/],
  [SGD, 'optimizer: { kind: adamw, lr: 0.1, beta2: 1 }', /optimizer\.beta2: .*<1/],
  [SGD, `${SGD}\nschedule: { kind: cosine, warmup: 3 }`, /schedule\.warmup: unknown key .*"warmupSteps"/],
  [SGD, `${SGD}\nschedule: { kind: sine }`, /schedule\.kind: constant, linear or cosine is expected/],
  [SGD, `${SGD}\nschedule: { kind: constant, floor: 0.1 }`, /schedule\.floor: unknown key/],
  [
    SGD,
    `${SGD}\nschedule: { kind: linear, warmupSteps: 161 }`,
    /schedule\.warmupSteps: 161 is more than the 160 steps/,
  ],
  [SGD, `${SGD}\nclipNorm: 0`, /clipNorm: .*>0/],
  [SGD, `${SGD}\ngroups: [{ match: "*.bias", lr: 0 }]`, /groups\.0\.lr: .*>0/],
  [SGD, `${SGD}\ngroups: [{ macth: "*.bias" }]`, /groups\.0\.macth: unknown key .*"match"/],
  [SGD, `${SGD}\naccumulate: 5`, /accumulate: a batch of 32 does not divide into 5 parts/],
  [SGD, `${SGD}\nbatchNorm: off`, /batchNorm: .*frozen/],
  ['class: exact', 'class: quick', /class: .*fast/],
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
