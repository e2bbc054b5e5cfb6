/** `corex calibrate`: honest machines are within, cheats are not; a model of one's own; mistakes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { syntheticSlice, uniform } from '#engine/data/synthetic.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { perceptron } from '#engine/train/base-model.ts';
import { SeededRandom } from '#engine/data/random.ts';
import { hashFor } from '#test/ports/memory.ts';
import { corex, type Ran } from './corex.ts';

t.setTimeout(240_000);

interface Row {
  readonly name: string;
  readonly trials: number;
  readonly outside: number;
  readonly least: number;
}
interface Result {
  readonly pairs: ReadonlyArray<{ readonly pair: string; readonly honest: Row }>;
  readonly cheats: readonly Row[];
  readonly profile: { readonly checkpoints: readonly unknown[]; readonly operators: readonly unknown[] };
}
const found = ({ out }: Ran) => JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as Result;

function place(folder: string, rows: number) {
  const files = { model: join(folder, 'm.onnx'), data: join(folder, 'd.safetensors') };
  const weight = (name: string, shape: readonly number[]) => uniform(new SeededRandom(hashFor('w'), name), shape, -2);
  writeFileSync(files.model, perceptron({ features: 6, layers: [8], classes: 3, weight }));
  writeFileSync(files.data, writeSafetensors(syntheticSlice({ seed: hashFor('d'), rows, features: 6, classes: 3 })));
  return files;
}

t.test("a model of one's own", async (t) => {
  const { model, data } = place(t.testdir(), 21 * 4);
  const argv = [
    'calibrate',
    '--providers',
    'cpu,portable',
    '--seeds',
    '1',
    '--model',
    model,
    '--data',
    data,
    '--batch',
    '4',
  ];
  const ran = await corex([...argv, '--optimizer', 'sgd', '--lr', '0.1', '--momentum', '0.9', '--json']);
  t.equal(ran.code, 0, ran.err);
  const { pairs, cheats, profile } = found(ran);
  t.same(
    pairs.map(({ pair }) => pair),
    ['cpu and portable', 'cpu and cpu, not optimized', 'cpu and cpu, 2 threads'],
  );
  for (const { honest } of pairs) t.match(honest, { trials: 3, outside: 0 });
  t.equal(cheats.length, 14);
  for (const { name, trials, outside, least } of cheats) t.ok(outside === trials && least > 1, name);
  t.equal(profile.checkpoints.length, 9);
  const text = await corex([...argv, '--optimizer', 'sgd', '--lr', '0.1']);
  t.match(text.out, /machines +segments +withheld[\s\S]*half of the batch +3 +3/);
});

t.test('mistakes', async (t) => {
  const { model, data } = place(t.testdir(), 20);
  const says = async (argv: readonly string[], pattern: RegExp) => {
    const ran = await corex(['calibrate', ...argv]);
    t.equal(ran.code, 2, argv.join(' '));
    t.match(ran.err, pattern);
  };
  await says(['--providers', 'cpu,tpu'], /CLI_OPTION: --providers: there is no provider "tpu"/);
  await says(['--providers', 'portable'], /CLI_OPTION: --providers: a pair is needed/);
  await says(['--lr', '1'], /CLI_OPTION: --lr: it says nothing without --model and --data/);
  await says(['--model', model, '--data', data, '--optimizer', 'sgd', '--lr', '1'], /CLI_BATCH: .*20 rows/);
  const one = ['--model', model, '--data', data, '--batch', '2', '--optimizer', 'sgd', '--lr', '1', '--write'];
  await says(one, /CLI_(OPTION|BATCH)/);
});
