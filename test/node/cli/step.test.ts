/** `corex step`: the graph that it writes is the step that it describes, and runs; mistakes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { tensorOf } from '#engine/graph/numbers.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { readSafetensors } from '#engine/state/safetensors.ts';
import { perceptron } from '#engine/train/base-model.ts';
import { countUnits } from '#engine/train/units.ts';
import { nextState, numbersAt, runOnce } from '#test/engine/train/running.ts';
import { corex, lastJson } from './corex.ts';

const place = (folder: string) => {
  const files = { model: join(folder, 'm.onnx'), out: join(folder, 'step.onnx'), state: join(folder, 's.safetensors') };
  writeFileSync(files.model, perceptron({ features: 4, layers: [3], classes: 2 }));
  return files;
};
const ADAMW = ['--optimizer', 'adamw', '--lr', '0.1'];

t.test('graph and state fit together, and the facts are theirs', async (t) => {
  const { model, out, state } = place(t.testdir());
  const argv = ['step', model, '--batch', '6', '--loss', 'softmax-cross-entropy', ...ADAMW];
  const ran = await corex([...argv, '--out', out, '--state', state, '--json']);
  t.equal(ran.code, 0, ran.err);
  const step = new Uint8Array(readFileSync(out));
  const { graph } = decodeModel(step);
  const facts = lastJson(ran) as { operators: Array<[string, number]>; [key: string]: unknown };
  t.match(facts, {
    type: 'step',
    nodes: graph.nodes.length,
    unitsPerStep: countUnits(step).toString(),
    files: [out, state],
  });
  t.equal(
    facts.operators.reduce((sum, [, count]) => sum + count, 0),
    graph.nodes.length,
  );
  t.equal(facts.stateBytes, readFileSync(state).length);
  t.ok(Number(facts.memoryBytes) > Number(facts.stateBytes) / 2);
  const tensors = readSafetensors(new Uint8Array(readFileSync(state)));
  const x = tensorOf(
    'float32',
    [6, 4],
    Array.from({ length: 24 }, (_, i) => Math.cos(i)),
  );
  const y = tensorOf('int64', [6], [0, 1, 0, 1, 1, 1]);
  const results = await runOnce(step, new Map([...tensors, ['x', x], ['y', y]]));
  t.same([...nextState(results).keys()].sort(), [...tensors.keys()].sort());
  t.ok(Math.abs((numbersAt(results, 'loss')[0] as number) - Math.log(2)) < 1e-6, 'zero weights know nothing');

  const table = await corex(argv);
  t.match(table.out, new RegExp(`nodes +${graph.nodes.length}\\n[\\s\\S]*operator +nodes\\n +\\w+ +\\d+\\n`));
});

t.test('class fast is another graph', async (t) => {
  const { model } = place(t.testdir());
  const nodesOf = async (kind: string) =>
    lastJson(await corex(['step', model, '--json', ...ADAMW, '--class', kind])).nodes as number;
  t.ok((await nodesOf('fast')) < (await nodesOf('exact')));
});

t.test('mistakes', async (t) => {
  const { model, out } = place(t.testdir());
  const says = async (argv: readonly string[], pattern: RegExp) => {
    const ran = await corex(['step', ...argv]);
    t.equal(ran.code, 2, argv.join(' '));
    t.match(ran.err, pattern);
    t.equal(ran.out, '');
  };
  await says([model], /CLI_OPTION: --optimizer: sgd, adam, adamw or lion is expected/);
  await says([model, ...ADAMW, '--batch', '0'], /CLI_BAD_VALUE: --batch/);
  await says([model, ...ADAMW, '--row', '4,x'], /CLI_OPTION: --row/);
  await says(
    [model, ...ADAMW, '--warmup-steps', '3'],
    /CLI_OPTION: --warmup-steps: it says nothing without --schedule/,
  );
  await says([model, ...ADAMW, '--clip-norm', '-1'], /CLI_OPTION: --clip-norm/);
  await says([model, ...ADAMW, '--batch', '5', '--accumulate', '2'], /CLI_OPTION: --accumulate: a batch of 5/);
  await says([model, ...ADAMW, '--out', join(out, 'below')], /CLI_FILE: .* cannot be written/);
});
