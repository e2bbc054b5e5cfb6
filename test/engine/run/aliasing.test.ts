/** Which tensors of the state may be overwritten: the rule on small graphs, safe and unsafe ones, and on the optimizers' graphs. */
import t from 'tap';
import { decodeModel } from '#engine/onnx/decode.ts';
import { overwritable } from '#engine/run/aliasing.ts';
import { encodePlainGraph, type PlainNode, type PlainValue } from '#engine/run/plain-onnx.ts';
import { compiled } from './training.ts';

const f = (name: string, shape: readonly number[] = [4]): PlainValue => ({ name, dtype: 'float32', shape });
const op = (name: string, inputs: string[], outputs: string[], attributes = {}): PlainNode => ({
  op: name,
  inputs,
  outputs,
  attributes,
});

/** One tensor `m` of the state, and `g` from outside. */
function found(nodes: readonly PlainNode[], over: { inputs?: PlainValue[]; outputs?: PlainValue[] } = {}): string[] {
  const { inputs = [f('m'), f('g')], outputs = [f('m.next'), f('loss')] } = over;
  const constants = { flat: [4], row: [1, 4] };
  return [...overwritable(decodeModel(encodePlainGraph({ inputs, outputs, constants, nodes })).graph)].sort();
}

const loss = op('Neg', ['g'], ['loss']);

t.test('a chain of elements from m to m.next is safe', async (t) => {
  t.same(found([op('Mul', ['m', 'g'], ['p']), op('Add', ['p', 'g'], ['m.next']), loss]), ['m']);
  t.same(found([op('Add', ['m', 'g'], ['m.next']), loss]), ['m'], 'the maker reads it');
  t.same(found([op('Identity', ['m'], ['m.next']), loss]), ['m']);
  t.same(found([op('Add', ['m', 'g'], ['sum']), op('Identity', ['sum'], ['m.next']), op('Neg', ['sum'], ['loss'])]), [
    'm',
  ]);
});

t.test('somebody reads m whom m.next does not wait for', async (t) => {
  t.same(found([op('Add', ['m', 'g'], ['m.next']), op('Neg', ['m'], ['loss'])]), []);
  t.same(found([op('Neg', ['m'], ['loss']), op('Add', ['m', 'g'], ['m.next'])]), [], 'whatever the order of the file');
  t.same(
    found([op('Reshape', ['m', 'row'], ['view']), op('Neg', ['view'], ['loss']), op('Add', ['m', 'g'], ['m.next'])]),
    [],
    'through a view',
  );
});

t.test('the maker of m.next reads other elements of m than the one that it writes', async (t) => {
  const inputs = [f('m', [4, 4]), f('g')];
  const outputs = [f('m.next', [4, 4]), f('loss')];
  t.same(found([op('MatMul', ['m', 'm'], ['m.next']), loss], { inputs, outputs }), []);
  t.same(found([op('Transpose', ['m'], ['m.next']), loss], { inputs, outputs }), []);
  t.same(found([op('MatMul', ['m', 'm'], ['p']), op('Add', ['p', 'g'], ['m.next']), loss], { inputs, outputs }), ['m']);
});

t.test('m goes out itself, or has another shape than m.next', async (t) => {
  t.same(found([op('Reshape', ['m', 'flat'], ['loss']), op('Add', ['m', 'g'], ['m.next'])]), []);
  t.same(found([op('Add', ['m', 'g'], ['m.next']), loss], { inputs: [f('m', [1]), f('g')] }), [], 'broadcast');
});

t.test('every moment of an optimizer is safe, the weights of upper layers are not', async (t) => {
  for (const kind of ['sgd', 'adamw'] as const) {
    const { step, initialState } = compiled(kind === 'sgd' ? { kind, lr: 0.1, momentum: 0.9 } : { kind, lr: 0.1 });
    const safe = overwritable(decodeModel(step).graph);
    const moments = [...initialState.keys()].filter((name) => /\.(m|v|momentum)$/.test(name));
    t.ok(moments.length > 0);
    for (const name of moments) t.ok(safe.has(name), `${kind}: ${name}`);
    t.notOk(safe.has('layer2.weight'), 'the gradient of the layer below is still to be computed from it');
  }
});
