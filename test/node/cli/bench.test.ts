/** `corex bench`: figures of a provider that is there, a reason for one that is not, and mistakes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { perceptron } from '#engine/train/base-model.ts';
import { corex, lastJson } from './corex.ts';

const model = (folder: string) => {
  const file = join(folder, 'model.onnx');
  writeFileSync(file, perceptron({ features: 4, layers: [3], classes: 2 }));
  return file;
};

t.test('what the cpu does with a model', async (t) => {
  const file = model(t.testdir());
  const ran = await corex(['bench', file, '--batch', '5', '--provider', 'cpu', '--ms', '1', '--json']);
  t.equal(ran.code, 0, ran.err);
  const result = lastJson(ran);
  t.match(result, { type: 'bench', model: file, class: 'exact', picked: { exact: 'cpu', fast: 'cpu' } });
  const [cpu, ...others] = result.providers as Array<Record<string, unknown>>;
  t.same(others, []);
  t.match(cpu, { provider: 'cpu', isPresent: true, runtime: /^onnxruntime-/ });
  for (const key of ['trainUnitsPerSecond', 'inferUnitsPerSecond', 'trainStepsPerSecond', 'memoryBytes'])
    t.ok(Number(cpu?.[key]) > 0, key);
  t.equal(
    Math.round(Number(cpu?.trainUnitsPerSecond) / Number(cpu?.trainStepsPerSecond)),
    result.unitsPerStep,
    'units and steps agree',
  );
});

t.test('only the provider that was asked for, as a table; the portable one is for no exact job', async (t) => {
  const { code, out, err } = await corex(['bench', model(t.testdir()), '--provider', 'portable', '--ms', '1']);
  t.equal(code, 0, err);
  t.match(out, /provider +steps\/s[^\n]*\n +portable +\d/);
  t.notMatch(out, /\n +cpu/);
  t.match(out, /class exact: none of these, fast: portable/);
});

t.test('mistakes', async (t) => {
  const file = model(t.testdir());
  const says = async (argv: readonly string[], pattern: RegExp) => {
    const { code, err } = await corex(['bench', ...argv]);
    t.equal(code, 2, argv.join(' '));
    t.match(err, pattern);
  };
  await says(
    ['--provider', 'gpu'],
    /CLI_OPTION: --provider: one of cpu, webgpu, cuda, portable is expected, not "gpu"/,
  );
  await says([`${file}.gone`], /CLI_FILE/);
  await says(['--class', 'fast'], /CLI_OPTION: --class: it says nothing without MODEL/);
  await says([file, '--ms', 'long'], /CLI_BAD_VALUE: --ms/);
});
