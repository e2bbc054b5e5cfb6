/** Data of a job: CSV and safetensors to tensors and slices, and how wrong data is named. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Tensor } from '#engine/graph/tensor.ts';
import { readSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import type { LossSpec } from '#engine/train/options.ts';
import { readExamples, readNamedFile } from '#node/jobfile/data.ts';
import { parseJob, readJobFile } from '#node/jobfile/parse.ts';
import type { ReadJob } from '#node/jobfile/parse.ts';
import { rowsOfSlices, sliceExamples } from '#node/jobfile/slices.ts';

const floats = (bytes: Uint8Array): number[] => [...new Float32Array(bytes.slice().buffer)];
const longs = (bytes: Uint8Array): bigint[] => [...new BigInt64Array(bytes.slice().buffer)];

const train = (baseDir: string, data: string, extra = ''): ReadJob => {
  const text = `name: t\nprogram: train\nmodel: m.onnx\ndata: ${data}\nloss: softmax-cross-entropy\noptimizer: { kind: sgd, lr: 1 }\nbatch: 1\nsteps: 1\nfee: 1\n${extra}`;
  return { job: parseJob(text, 'job.yaml'), file: 'job.yaml', baseDir };
};

t.test('the digits', async (t) => {
  const read = await readJobFile(join(import.meta.dirname, '..', '..', '..', 'examples', 'digits', 'train.yaml'));
  const { rows, x, y } = await readExamples(read);
  t.equal(rows, 1437);
  t.same(x.shape, [1437, 64]);
  t.same(floats(x.data.subarray(0, 16)), [0, 0, 1 / 16, 13 / 16]);
  t.same(y?.shape, [1437]);
  t.same(longs(y?.data.subarray(0, 24) ?? new Uint8Array()), [6n, 9n, 6n]);
  const slices = sliceExamples(read, { rows, x, y });
  t.same(
    slices.map((slice) => slice.rows),
    [479, 479, 479],
  );
  const second = readSafetensors(slices[1]?.bytes ?? new Uint8Array());
  t.same(second.get('x')?.shape, [479, 64]);
  t.same(longs(second.get('y')?.data.subarray(0, 16) ?? new Uint8Array()), [9n, 7n], 'dealt: rows 361 and 364');
});

t.test('slices: dealt for training, cut for inference, none lost', (t) => {
  t.same(rowsOfSlices(5, 2, 'dealt'), [
    [0, 2, 4],
    [1, 3],
  ]);
  t.same(rowsOfSlices(5, 2, 'cut'), [
    [0, 1],
    [2, 3, 4],
  ]);
  for (const order of ['dealt', 'cut'] as const)
    t.same(
      rowsOfSlices(17, 5, order)
        .flat()
        .sort((a, b) => a - b),
      Array.from({ length: 17 }, (_, i) => i),
    );
  t.end();
});

t.test('wrong CSV names file, key and place', async (t) => {
  const folder = t.testdir({
    'a.csv': '1,2,0\n3,4,1\n',
    'cell.csv': '1,2,0\n3,x,1\n',
    'ragged.csv': '1,2,0\n3,4\n',
    'head.csv': 'a,b,c\n1,2,0\n',
    'half.csv': '1,2,0.5\n',
    'empty.csv': '\n',
  });
  const wrong = async (data: string, code: string, message: RegExp): Promise<void> => {
    await t.rejects(readExamples(train(folder, data)), { code, message }, data);
  };
  await wrong('{ csv: none.csv, features: 0-1, label: 2 }', 'JOBFILE_FILE_MISSING', /job\.yaml: data\.csv: none\.csv/);
  await wrong('{ csv: cell.csv, features: 0-1, label: 2 }', 'JOBFILE_BAD_CELL', /cell\.csv, row 1, column 1: "x"/);
  await wrong('{ csv: ragged.csv, features: 0-1, label: 2 }', 'JOBFILE_BAD_SHAPE', /row 1 has 2 columns, row 0 has 3/);
  await wrong('{ csv: empty.csv, features: 0-1, label: 2 }', 'JOBFILE_BAD_SHAPE', /no rows/);
  await wrong('{ csv: a.csv, features: 0-5, label: 2 }', 'JOBFILE_BAD_SHAPE', /data\.features: .*the file has 3/);
  await wrong('{ csv: a.csv, features: 0-1, label: 9 }', 'JOBFILE_BAD_SHAPE', /data\.label: .*column 9/);
  await wrong('{ csv: a.csv, features: 0-1 }', 'JOBFILE_BAD_SHAPE', /data\.label: .*missing/);
  await wrong(
    '{ csv: a.csv, rows: 0-2, features: 0-1, label: 2 }',
    'JOBFILE_BAD_SHAPE',
    /data\.rows: .*the file has 2/,
  );
  await wrong(
    '{ csv: a.csv, features: 0-1, label: 2, shape: [3] }',
    'JOBFILE_BAD_SHAPE',
    /data\.shape: .*\[3\] has 3 values, data\.features has 2/,
  );
  await wrong('{ csv: half.csv, features: 0-1, label: 2 }', 'JOBFILE_BAD_SHAPE', /data\.label: .*0\.5/);
  const { x } = await readExamples(
    train(folder, '{ csv: head.csv, header: true, features: 0-1, label: 2, scale: 2, shape: [2, 1] }'),
  );
  t.same(x.shape, [1, 2, 1]);
  t.same(floats(x.data), [2, 4]);
});

t.test('more slices than rows', async (t) => {
  const read = train(t.testdir({ 'a.csv': '1,2,0\n' }), '{ csv: a.csv, features: 0-1, label: 2 }', 'slices: 2\n');
  const examples = await readExamples(read);
  t.throws(() => sliceExamples(read, examples), { code: 'JOBFILE_BAD_SHAPE', message: /slices: .*2 slices .*1 rows/ });
});

t.test('safetensors', async (t) => {
  const folder = t.testdir({ 'bad.safetensors': 'no' });
  const x = { dtype: 'float32', shape: [2, 1], data: new Uint8Array(8) } as const;
  const y = { dtype: 'int64', shape: [2], data: new Uint8Array(16) } as const;
  const write = (name: string, tensors: Parameters<typeof writeSafetensors>[0]): void =>
    writeFileSync(join(folder, name), writeSafetensors(tensors));
  write(
    'good.safetensors',
    new Map<string, Tensor>([
      ['x', x],
      ['y', y],
    ]),
  );
  write(
    'short.safetensors',
    new Map<string, Tensor>([
      ['x', x],
      ['y', { ...y, shape: [1], data: new Uint8Array(8) }],
    ]),
  );
  write('x.safetensors', new Map<string, Tensor>([['x', x]]));
  t.match(await readExamples(train(folder, '{ safetensors: good.safetensors }')), { rows: 2 });
  const wrong = (name: string, message: RegExp) =>
    t.rejects(readExamples(train(folder, `{ safetensors: ${name} }`)), { code: 'JOBFILE_BAD_SHAPE', message });
  await wrong('bad.safetensors', /data\.safetensors: bad\.safetensors/);
  await wrong('short.safetensors', /x has 2 rows, y has 1/);
  await wrong('x.safetensors', /tensor y/);
});

t.test('files are bounded', async (t) => {
  const read = train(t.testdir({ 'm.onnx': 'abcdef' }), '{ csv: a.csv, features: 0-1, label: 2 }');
  await t.rejects(readNamedFile(read, 'model', 'm.onnx', 3), { code: 'JOBFILE_FILE_TOO_BIG' });
  await t.rejects(readNamedFile(read, 'model', 'none.onnx'), {
    code: 'JOBFILE_FILE_MISSING',
    message: /model: none\.onnx/,
  });
});

/** A job that trains with another loss. */
const withLoss = (read: ReadJob, loss: LossSpec): ReadJob =>
  read.job.program === 'train' ? { ...read, job: { ...read.job, loss } } : read;

t.test('targets as the loss wants them', async (t) => {
  const folder = t.testdir({ 'a.csv': '1,2,0\n3,4,-100\n5,6,0.5\n' });
  const classes = train(folder, '{ csv: a.csv, rows: 0-1, features: 0-1, label: 2 }');
  await t.rejects(readExamples(classes), { code: 'JOBFILE_BAD_SHAPE', message: /row 1 has -100/ });
  const { y } = await readExamples(withLoss(classes, { kind: 'softmax-cross-entropy', ignoreIndex: -100 }));
  t.same(longs(y?.data ?? new Uint8Array()), [0n, -100n]);
  const values = train(folder, '{ csv: a.csv, features: 0-1, label: 2 }');
  for (const kind of ['mean-squared-error', 'binary-cross-entropy-with-logits', 'l1', 'huber', 'output'] as const) {
    const real = (await readExamples(withLoss(values, { kind }))).y;
    t.same([real?.dtype, real?.shape], ['float32', [3, 1]], kind);
  }
  const alone = train(folder, '{ csv: a.csv, features: 0-1 }');
  t.equal((await readExamples(withLoss(alone, { kind: 'output' }))).y, null);
  await t.rejects(readExamples(withLoss(alone, { kind: 'l1' })), { code: 'JOBFILE_BAD_SHAPE', message: /data\.label/ });
});

t.test('a model that computes its loss takes whatever y the file has', async (t) => {
  const folder = t.testdir();
  const x = { dtype: 'float32', shape: [2, 1], data: new Uint8Array(8) } as const;
  const y = { dtype: 'int32', shape: [2, 3], data: new Uint8Array(24) } as const;
  writeFileSync(join(folder, 'x.safetensors'), writeSafetensors(new Map<string, Tensor>([['x', x]])));
  const both = new Map<string, Tensor>([
    ['x', x],
    ['y', y],
  ]);
  writeFileSync(join(folder, 'xy.safetensors'), writeSafetensors(both));
  const own = (name: string) => withLoss(train(folder, `{ safetensors: ${name} }`), { kind: 'output' });
  t.equal((await readExamples(own('x.safetensors'))).y, null);
  t.match((await readExamples(own('xy.safetensors'))).y, { dtype: 'int32', shape: [2, 3] });
});
