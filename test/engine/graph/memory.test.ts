/** The bound on memory, against graphs whose sum can be counted by hand. */
import t from 'tap';
import type { DeclaredValue, Graph } from '#engine/graph/graph.ts';
import { checkMemory, memoryOf, peakOf } from '#engine/graph/memory.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { floats, node } from '../onnx/models.ts';

const graphOf = (change: Partial<Graph>): Graph => ({
  name: 'g',
  inputs: [floats('x', [10])],
  outputs: [floats('z', [10])],
  nodes: [],
  initializers: new Map(),
  opaque: new Map(),
  values: [],
  ...change,
});

/** x → a → b → … → z, each of 10 floats: two of them live at a time. */
const chain = (length: number): Graph => {
  const names = ['x', ...Array.from({ length: length - 1 }, (_, i) => `v${i}`), 'z'];
  return graphOf({
    nodes: names.slice(1).map((name, i) => node('Relu', [names[i] as string], name)),
    values: names.slice(1, -1).map((name) => floats(name, [10])),
  });
};

t.test('values die with their last reader', async (t) => {
  // The input stays, one value is read and one is written.
  for (const length of [2, 3, 50]) t.equal(memoryOf(chain(length)), 40 + 80, `${length} nodes`);
});

t.test('values that are read late stay', async (t) => {
  const sum = ['a', 'b', 'c', 'd'];
  const graph = graphOf({
    nodes: [...sum.map((name) => node('Relu', ['x'], name)), node('Sum', sum, 'z')],
    values: sum.map((name) => floats(name, [10])),
  });
  t.same(peakOf(graph), { bytes: 40 + 5 * 40, where: 'node the Sum' });
});

t.test('a value that nobody reads counts while it is made', async (t) => {
  const graph = graphOf({
    nodes: [node('Relu', ['x'], 'unread'), node('Relu', ['x'], 'z')],
    values: [floats('unread', [100])],
  });
  t.same(peakOf(graph), { bytes: 440, where: 'node the Relu' });
});

t.test('state, constants and tensors in attributes count throughout', async (t) => {
  const value = { kind: 'tensor', value: tensorOf('int64', [2], [1, 2]) } as const;
  const graph = graphOf({
    initializers: new Map([['w', tensorOf('float64', [3], [1, 2, 3])]]),
    opaque: new Map([['half', new Uint8Array(7)]]),
    nodes: [node('Constant', [], 'c', { value }), node('Relu', ['x'], 'z')],
  });
  t.equal(memoryOf(graph), 40 + 24 + 7 + 16 + 40);
});

t.test('a dimension without a number counts 0', async (t) => {
  const open: DeclaredValue = floats('z', ['batch', 10]);
  t.equal(memoryOf(graphOf({ outputs: [open], nodes: [node('Relu', ['x'], 'z')] })), 40);
});

t.test('an Expand to 2 TB is refused before anything runs', async (t) => {
  const bomb = graphOf({
    nodes: [node('Expand', ['x', 'shape'], 'huge'), node('ReduceSum', ['huge'], 'z')],
    values: [floats('huge', [2 ** 9, 2 ** 15, 2 ** 15])],
  });
  t.throws(() => checkMemory(bomb, 2 ** 34), {
    code: 'MODEL_MEMORY',
    message: /219902\d+ bytes of memory at node the Expand/,
  });
  t.doesNotThrow(() => checkMemory(bomb, 2 ** 42));
});
