/** `corex gradients`: PyTorch's logits, losses, gradients and trained weights; batches as other tools write them; mistakes. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { importSafetensors, readSafetensors, writeSafetensors } from '#engine/state/safetensors.ts';
import { perceptron } from '#engine/train/base-model.ts';
import { compileGradients } from '#engine/train/step.ts';
import { relativeError } from '#test/engine/run/near.ts';
import { numbersAt, runOnce } from '#test/engine/train/running.ts';
import { corex, lastJson } from './corex.ts';

const references = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'reference');
const skip = existsSync(references) ? false : 'the reference files are not here';
const LOSS = ['--loss', 'softmax-cross-entropy'] as const;
const OPTIMIZERS = {
  sgd: ['--optimizer', 'sgd', '--lr', '0.05', '--momentum', '0.9'],
  adamw: [
    ...['--optimizer', 'adamw', '--lr', '1e-3', '--beta1', '0.9', '--beta2', '0.999', '--eps', '1e-8'],
    ...['--weight-decay', '0.01'],
  ],
} as const;

for (const name of ['mlp', 'cnn', 'gpt']) {
  for (const [optimizer, flags] of Object.entries(OPTIMIZERS)) {
    t.test(`${name} as PyTorch has it, and ten steps of ${optimizer}`, { skip }, async (t) => {
      const out = join(t.testdir(), 'out.safetensors');
      const files = ['forward.onnx', 'expected.safetensors'].map((file) => join(references, name, file));
      const ran = await corex(['gradients', ...files, ...LOSS, '--steps', '10', ...flags, '--out', out, '--json']);
      t.equal(ran.code, 0, ran.err);
      const found = readSafetensors(readFileSync(out));
      const expected = importSafetensors(readFileSync(files[1] as string));
      const near = (ours: string, theirs: string, limit = 1e-4) => {
        const error = relativeError(found.get(ours), expected.get(theirs));
        t.ok(error < limit, `${ours}: ${error}`);
      };
      near('logits', 'logits');
      near('loss', 'loss');
      near('losses', `${optimizer}.losses`);
      const named = (prefix: string) => [...expected.keys()].filter((key) => key.startsWith(prefix));
      for (const key of named('grad.')) near(key, key);
      // Moments divide by the size of a gradient, which for some weights is rounding alone.
      for (const key of named(`${optimizer}.param.`)) near(key.slice(optimizer.length + 1), key, 1e-2);
      t.ok(named('grad.').length > 5 && named(`${optimizer}.param.`).length > 5);
      t.same(found.get('loss')?.shape, []);
      t.equal(numbersAt(found, 'losses')[0], numbersAt(found, 'loss')[0], 'both read the rows in the same order');
      t.match(lastJson(ran), { type: 'gradients', loss: numbersAt(found, 'loss')[0], out });
    });
  }
}

/** As many rows as a bias has elements: nothing may take the one for the other. */
const ROWS = 3;
const model = perceptron({
  features: 4,
  layers: [ROWS],
  classes: 2,
  weight: (_, shape) => {
    const count = shape.reduce((product, size) => product * size, 1);
    return tensorOf(
      'float32',
      shape,
      Array.from({ length: count }, (_, i) => Math.sin(i + 1)),
    );
  },
});
const x = tensorOf(
  'float32',
  [ROWS, 4],
  Array.from({ length: 4 * ROWS }, (_, i) => Math.cos(i)),
);
const y = tensorOf('int64', [ROWS], [1, 0, 1]);

const place = (t: { testdir(): string }, tensors: Record<string, Tensor>) => {
  const folder = t.testdir();
  const files = { model: join(folder, 'model.onnx'), batch: join(folder, 'b.safetensors'), out: join(folder, 'o') };
  writeFileSync(files.model, model);
  writeFileSync(files.batch, writeSafetensors(new Map(Object.entries(tensors))));
  return files;
};

t.test('every gradient has the shape of its weight, whatever the number of rows', async (t) => {
  const { graph, weights } = compileGradients(model, { batch: ROWS, loss: { kind: 'softmax-cross-entropy' } });
  const expected = await runOnce(graph, new Map([...weights, ['x', x], ['y', y]]));
  const files = place(t, { x, y });
  const ran = await corex(['gradients', files.model, files.batch, '--out', files.out]);
  t.equal(ran.code, 0, ran.err);
  const found = readSafetensors(readFileSync(files.out));
  t.same([...found.keys()].sort(), [...expected.keys()].sort());
  for (const [name, { shape, data }] of expected) {
    t.same(found.get(name)?.shape, shape, name);
    t.same(Buffer.from(found.get(name)?.data ?? []), Buffer.from(data), name);
  }
  t.match(ran.out, /loss \d\.\d+.*\n\n +weight +shape +gradient norm[\s\S]*layer0\.weight +\[4, 3\][\s\S]*wrote /);
});

t.test('a batch as others write it', async (t) => {
  const files = place(t, { x, y });
  const lossOf = async (tensors: Record<string, Tensor>, ...flags: string[]) => {
    writeFileSync(files.batch, writeSafetensors(new Map(Object.entries(tensors))));
    const ran = await corex(['gradients', files.model, files.batch, '--json', ...flags]);
    t.equal(ran.code, 0, ran.err);
    return lastJson(ran).loss;
  };
  const plain = await lossOf({ x, y });
  t.type(plain, 'number');
  const other = tensorOf('float32', [5], [9, 9, 9, 9, 9]);
  t.equal(await lossOf({ x, y, other, 'param.layer0.bias': other }), plain, 'other tensors are of no interest');
  t.equal(await lossOf({ x, y: tensorOf('int32', [ROWS], [1, 0, 1]) }), plain, 'int32 classes');
  t.equal(await lossOf({ x, y: tensorOf('int64', [ROWS, 1], [1, 0, 1]) }), plain, 'a column of classes');
  const target = [0, 1, 1, 0, 0, 1];
  const squared = await lossOf({ x, y: tensorOf('float32', [ROWS, 2], target) }, '--loss', 'mean-squared-error');
  t.equal(
    await lossOf({ x, y: tensorOf('float64', [ROWS, 2], target) }, '--loss', 'mean-squared-error'),
    squared,
    'doubles',
  );
  t.not(await lossOf({ x, y }, '--label-smoothing', '0.1'), plain);
  const short = {
    x: tensorOf(
      'float32',
      [2, 4],
      Array.from({ length: 8 }, (_, i) => Math.cos(i)),
    ),
    y: tensorOf('int64', [2], [1, 0]),
  };
  t.equal(
    await lossOf({ x, y: tensorOf('int64', [ROWS], [1, 0, -100]) }, '--ignore-index', '-100'),
    await lossOf(short),
  );
});

t.test('choices of the steps', async (t) => {
  const files = place(t, { x, y });
  const losses = async (...flags: string[]) => {
    const ran = await corex(['gradients', files.model, files.batch, '--json', '--steps', '4', ...flags]);
    t.equal(ran.code, 0, ran.err);
    return lastJson(ran).losses as number[];
  };
  const sgd = await losses('--optimizer', 'sgd', '--lr', '0.1', '--momentum', '0.9');
  t.equal(sgd.length, 4);
  t.ok((sgd[3] as number) < (sgd[0] as number));
  const others = [
    ['--optimizer', 'sgd', '--lr', '0.1', '--momentum', '0.9', '--nesterov'],
    ['--optimizer', 'adam', '--lr', '0.1'],
    ['--optimizer', 'lion', '--lr', '0.1'],
    ['--optimizer', 'sgd', '--lr', '0.1', '--clip-norm', '0.01'],
    ['--optimizer', 'sgd', '--lr', '0.1', '--schedule', 'cosine', '--warmup-steps', '2'],
  ];
  const all = [sgd, ...(await Promise.all(others.map((flags) => losses(...flags))))];
  t.equal(new Set(all.map((one) => one.join())).size, all.length, 'each choice has an effect');
  t.equal(new Set(all.map(([first]) => first)).size, 1, 'from the same start');
});

t.test('mistakes name the file, tensor or option', async (t) => {
  const files = place(t, { x });
  const says = async (argv: readonly string[], pattern: RegExp) => {
    const { code, err, out } = await corex(['gradients', ...argv]);
    t.equal(code, 2, argv.join(' '));
    t.match(err, pattern);
    t.equal(out, '');
  };
  const given = [files.model, files.batch];
  const sgd = ['--steps', '1', '--optimizer', 'sgd'];
  await says([files.model, 'nowhere'], /CLI_FILE: nowhere cannot be read: ENOENT/);
  await says([files.model, files.model], /CLI_BATCH: .*the file: /);
  await says(given, /CLI_BATCH: .*y: there is none, int64 \[3\] is expected/);
  await says([...given, '--loss', 'squares'], /CLI_OPTION: --loss: .*softmax-cross-entropy/);
  await says([...given, '--delta', '1'], /CLI_OPTION: --delta: softmax-cross-entropy does not take it/);
  await says([...given, '--lr', '1'], /CLI_OPTION: --lr: it says nothing without --steps/);
  await says([...given, ...sgd], /CLI_OPTION: --lr: it is needed with --optimizer sgd/);
  await says([...given, ...sgd, '--lr', 'much'], /CLI_OPTION: --lr: .*number.*"much"/);
  await says([...given, ...sgd, '--lr', '1', '--beta1', '0.5'], /CLI_OPTION: --beta1: sgd does not take it/);
  await says([...given, ...sgd, '--lr', '1', '--nesterov'], /CLI_OPTION: --nesterov: needs a momentum/);
  await says([...given, '--steps', '1', '--optimizer', 'sdg', '--lr', '1'], /CLI_OPTION: --optimizer: .*sgd, adam/);
  await says([...given, '--class', 'near'], /CLI_OPTION: --class/);
  writeFileSync(files.batch, writeSafetensors(new Map([['x', tensorOf('float32', [3, 5], new Array(15).fill(0))]])));
  await says(given, /MODEL_|CLI_BATCH/);
  for (const label of [2, -1]) {
    writeFileSync(
      files.batch,
      writeSafetensors(
        new Map([
          ['x', x],
          ['y', tensorOf('int64', [ROWS], [0, label, 1])],
        ]),
      ),
    );
    await says(given, new RegExp(`CLI_BATCH: .*y: it holds class ${label}, the model has 0 to 1`));
  }
  writeFileSync(files.batch, writeSafetensors(new Map([['z', x]])));
  await says(given, /CLI_BATCH: .*x: there is none; the file holds z/);
});

t.test('more steps than one run takes go on where the last one ended', async (t) => {
  const files = place(t, { x, y });
  const ran = await corex([
    ...['gradients', files.model, files.batch, '--json', '--steps', '1003'],
    ...['--optimizer', 'sgd', '--lr', '0.001', '--momentum', '0.9'],
  ]);
  t.equal(ran.code, 0, ran.err);
  const losses = lastJson(ran).losses as number[];
  t.equal(losses.length, 1003);
  t.ok((losses[0] as number) > 1.1 * (losses[1000] as number));
  t.ok(losses.every((loss, i) => i === 0 || loss <= (losses[i - 1] as number) + 1e-6));
});
