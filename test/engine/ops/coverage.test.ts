/** Every operator that a model for training may hold has a generator of trials, and a wrong gradient or result would be seen. */
import fc from 'fast-check';
import t from 'tap';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { CATALOGUE } from '#engine/ops/catalogue.ts';
import { GRADIENTS } from '#engine/ops/gradients.ts';
import { TRAINABLE } from '#engine/ops/import/table.ts';
import { core, imported } from './trials/build-trial.ts';
import { checkBuilt, checkForward, checkTrial } from './trials/check-trial.ts';
import { ELEMENTWISE } from './trials/elementwise.ts';
import { INDEXING } from './trials/indexing.ts';
import { MOVEMENT } from './trials/movement.ts';
import { NORMALIZATIONS } from './trials/normalizations.ts';
import { PRODUCTS } from './trials/products.ts';
import { REDUCTIONS } from './trials/reductions.ts';
import { Dice, type Trial } from './trials/trial.ts';
import { WINDOWS } from './trials/windows.ts';

const FAMILIES = [ELEMENTWISE, INDEXING, MOVEMENT, NORMALIZATIONS, PRODUCTS, REDUCTIONS, WINDOWS];

t.test('every operator is in one family', async (t) => {
  t.same(FAMILIES.flatMap((family) => Object.keys(family)).sort(), [...TRAINABLE]);
  t.same(Object.keys(GRADIENTS).sort(), Object.keys(CATALOGUE).sort());
});

/** A sine, and its graph with some operators exchanged. */
async function checkChanged(change: Readonly<Record<string, string>>, precision: 'float32' | 'float64'): Promise<void> {
  const generator = (d: Dice): Trial => d.trial('Sin', [d.weight(d.shape(1, 2))]);
  const [trial] = fc.sample(
    fc.gen().map((gen) => generator(new Dice(gen))),
    1,
  );
  if (trial === undefined) throw new RangeError('nothing drawn');
  const built = core(trial, 'Sin', precision);
  const { opset, graph } = decodeModel(built.graph);
  const nodes = graph.nodes.map((node) => ({ ...node, op: change[node.op] ?? node.op }));
  const changed = encodeModel({ opset, graph: { ...graph, nodes } });
  await checkBuilt(trial, { ...built, graph: changed }, precision, 'changed');
}

for (const precision of ['float32', 'float64'] as const) {
  t.test(`a wrong gradient in ${precision} would be seen`, async (t) => {
    await checkChanged({}, precision);
    await t.rejects(checkChanged({ Cos: 'Sin' }, precision), /gradient of w0 is off/);
    await t.rejects(checkChanged({ Cos: 'Identity' }, precision), /gradient of w0 is off/);
    await t.rejects(checkChanged({ Sin: 'Tanh' }, precision), /gradient of w0 is off/);
  });
}

t.test('a wrong result would be seen', async (t) => {
  const fits = (kind: string): Trial[] =>
    fc.sample(
      fc.gen().map((gen) => {
        const d = new Dice(gen);
        return d.trial('Trilu', [d.weight([3, 3])], { attributes: { [kind]: 0 } });
      }),
      1,
    );
  for (const trial of fits('upper')) await checkTrial(trial);
  for (const trial of fits('upper'))
    await t.rejects(checkForward(trial, imported({ ...trial, attributes: {} }, 'float32')), /imported: off by/);
});
