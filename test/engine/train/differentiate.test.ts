/** What is differentiated and what is not: weights, frozen groups, constants, a model's own loss, and operators that stand in the way. */
import t from 'tap';
import { tensorOf } from '#engine/graph/numbers.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { TRAINABLE } from '#engine/ops/import/table.ts';
import { compileGradients, compileTrain } from '#engine/train/step.ts';
import { floats } from '../onnx/models.ts';
import { layer, modelOf, spread } from './layers.ts';
import { nextState, numbersAt, runOnce, worstError } from './running.ts';

const OPTIONS = { batch: 2, loss: { kind: 'mean-squared-error' } } as const;
const input = floats('input', ['batch', 4]);
const weights = { w: spread([4, 5]), b: spread([5], 1), v: spread([5, 3], 2) };
const nodes = [
  layer('Gemm', ['input', 'w', 'b'], ['h']),
  layer('Tanh', ['h'], ['t']),
  layer('MatMul', ['t', 'v'], ['output']),
];
const model = modelOf({ inputs: [input], nodes, initializers: weights });
const x = spread([2, 4], 3);
const y = spread([2, 3], 4);

t.test('a frozen group is a constant of the graph; the others have the same gradients', async (t) => {
  const all = compileGradients(model, OPTIONS);
  const some = compileGradients(model, { ...OPTIONS, groups: [{ match: 'w', frozen: true }] });
  t.same([...some.weights.keys()].sort(), ['b', 'v']);
  t.notOk(decodeModel(some.graph).graph.inputs.some(({ name }) => name === 'w'));
  const [whole, part] = [
    await runOnce(all.graph, new Map([...all.weights, ['x', x], ['y', y]])),
    await runOnce(some.graph, new Map([...some.weights, ['x', x], ['y', y]])),
  ];
  t.notOk(part.has('grad.w'));
  for (const name of ['logits', 'loss', 'grad.b', 'grad.v'])
    t.ok(worstError(numbersAt(part, name), numbersAt(whole, name)) < 1e-6, name);
});

t.test('a frozen weight is not in the state, and stays as it is', async (t) => {
  const groups = [{ match: 'v', frozen: true }];
  const { step, initialState } = compileTrain(model, { ...OPTIONS, optimizer: { kind: 'sgd', lr: 0.5 }, groups });
  t.notOk(initialState.has('v'));
  const next = nextState(await runOnce(step, new Map([...initialState, ['x', x], ['y', y]])));
  t.notOk(next.has('v'));
  t.notSame(numbersAt(next, 'w'), numbersAt(initialState, 'w'));
});

t.test('a weight that the output does not depend on has the gradient zero', async (t) => {
  const loose = modelOf({
    inputs: [input],
    nodes: [layer('Exp', ['u'], ['unread']), ...nodes],
    initializers: { ...weights, u: spread([3, 3], 5) },
  });
  const compiled = compileGradients(loose, OPTIONS);
  const results = await runOnce(compiled.graph, new Map([...compiled.weights, ['x', x], ['y', y]]));
  t.same(numbersAt(results, 'grad.u'), Array<number>(9).fill(0));
});

t.test('a weight in two places has the sum of both gradients', async (t) => {
  const square = modelOf({
    inputs: [floats('input', ['batch', 3])],
    nodes: [layer('MatMul', ['input', 'w'], ['h']), layer('MatMul', ['h', 'w'], ['output'])],
    initializers: { w: spread([3, 3]) },
  });
  const apart = modelOf({
    inputs: [floats('input', ['batch', 3])],
    nodes: [layer('MatMul', ['input', 'w1'], ['h']), layer('MatMul', ['h', 'w2'], ['output'])],
    initializers: { w1: spread([3, 3]), w2: spread([3, 3]) },
  });
  const feeds = [['x', spread([2, 3], 3)] as const, ['y', y] as const];
  const [one, two] = [compileGradients(square, OPTIONS), compileGradients(apart, OPTIONS)];
  const tied = numbersAt(await runOnce(one.graph, new Map([...one.weights, ...feeds])), 'grad.w');
  const results = await runOnce(two.graph, new Map([...two.weights, ...feeds]));
  const second = numbersAt(results, 'grad.w2');
  const sum = numbersAt(results, 'grad.w1').map((slope, i) => slope + (second[i] as number));
  t.ok(worstError(tied, sum) < 1e-6);
});

t.test('a model that computes its own loss from x and y', async (t) => {
  const own = modelOf({
    inputs: [input, floats('target', ['batch', 3])],
    nodes: [
      ...nodes,
      layer('Sub', ['output', 'target'], ['difference']),
      layer('Mul', ['difference', 'difference'], ['square']),
      layer('ReduceMean', ['square'], ['error'], { keepdims: { kind: 'int', value: 0 } }),
    ],
    initializers: weights,
    output: [],
  });
  const given = compileGradients(model, OPTIONS);
  const made = compileGradients(own, { batch: 2, loss: { kind: 'output' } });
  const feeds = [['x', x] as const, ['y', y] as const];
  const expected = await runOnce(given.graph, new Map([...given.weights, ...feeds]));
  const found = await runOnce(made.graph, new Map([...made.weights, ...feeds]));
  for (const name of ['loss', 'grad.w', 'grad.b', 'grad.v'])
    t.ok(worstError(numbersAt(found, name), numbersAt(expected, name)) < 1e-6, name);
  t.throws(() => compileGradients(own, OPTIONS), { code: 'MODEL_BORDER' }, 'its second input is nobody’s then');
  t.throws(() => compileGradients(model, { batch: 2, loss: { kind: 'output' } }), { code: 'MODEL_SHAPE' });
});

t.test('an operator that is not supported is named, with those that are', async (t) => {
  const strange = modelOf({
    inputs: [input],
    nodes: [...nodes.slice(0, 2), layer('Det', ['t'], ['d']), layer('MatMul', ['d', 'v'], ['output'])],
    initializers: weights,
  });
  const message = new RegExp(`node the Det of d is operator Det.*${TRAINABLE.join(', ')}`);
  t.throws(() => compileGradients(strange, OPTIONS), { code: 'MODEL_UNKNOWN_OPERATOR', message });
});

t.test('an operator without a gradient on the way to a weight is named', async (t) => {
  const blocked = modelOf({
    inputs: [floats('input', ['batch'])],
    nodes: [
      layer('Cast', ['input'], ['places'], { to: { kind: 'int', value: 7 } }),
      layer('Neg', ['values'], ['turned']),
      layer('OneHot', ['places', 'depth', 'turned'], ['output']),
    ],
    initializers: { depth: tensorOf('int64', [1], [3]), values: spread([2]) },
  });
  t.throws(() => compileGradients(blocked, OPTIONS), { code: 'MODEL_NO_GRADIENT', message: /operator OneHot/ });
});

t.test('nothing flows through a truth value', async (t) => {
  const rounded = modelOf({
    inputs: [input],
    nodes: [
      ...nodes.slice(0, 2),
      layer('Greater', ['t', 'b'], ['g']),
      layer('Cast', ['g'], ['c'], { to: { kind: 'int', value: 1 } }),
      layer('MatMul', ['c', 'v'], ['output']),
    ],
    initializers: weights,
  });
  const { graph, weights: all } = compileGradients(rounded, OPTIONS);
  const results = await runOnce(graph, new Map([...all, ['x', x], ['y', y]]));
  t.same(numbersAt(results, 'grad.w'), Array<number>(20).fill(0));
  t.ok(numbersAt(results, 'grad.v').some((slope) => slope !== 0));
});
