/** WebGPU, on whatever Vulkan driver there is: training near the cpu, the state left on the device, and no memory lost. */
import t from 'tap';
import { OPSET } from '#engine/graph/graph.ts';
import type { DataType } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { encodePlainGraph } from '#engine/run/plain-onnx.ts';
import { openSession } from '#engine/run/session.ts';
import { fromValue, fromValues, toValues, type Value } from '#engine/run/values.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import { worstError } from './near.ts';
import { shardOn } from './shard-on.ts';
import { inferRun, tappedGraph, trainRun, values } from './step-graphs.ts';
import { compiled, OPTIMIZERS, train } from './training.ts';
import { whyNoVulkan } from './vulkan.ts';

// A software driver takes seconds to compile the kernels of a graph.
t.setTimeout(240_000);
const MEMORY = 2 ** 32;
const skip = await whyNoVulkan();

for (const optimizer of OPTIMIZERS) {
  t.test(
    `2 steps with ${optimizer.kind} are near the cpu's, state on the host or on the device`,
    { skip },
    async (t) => {
      const { step, initialState } = compiled(optimizer);
      const cpu = await openSession(step, { provider: 'cpu', memoryBytes: MEMORY });
      const expected = await train(cpu, initialState, 2);
      await cpu.close();
      // Once is enough for what is the same: each session compiles its kernels anew.
      for (const keepOnDevice of optimizer.kind === 'sgd' ? [false, true] : [true]) {
        const session = await openSession(step, { provider: 'webgpu', memoryBytes: MEMORY, keepOnDevice });
        const places = new Set<string>();
        const found = await train(session, initialState, 2, (results) => {
          for (const [name, { location, type }] of results) places.add(`${name.endsWith('.next')} ${type} ${location}`);
        });
        const error = worstError(found, expected);
        t.ok(error < 1e-5, `relative error ${error}`);
        t.equal(places.has('true float32 gpu-buffer'), keepOnDevice);
        t.equal(places.has('true float32 cpu'), !keepOnDevice);
        await session.close();
      }
    },
  );
}

const SIZE = 2 ** 20;
/** Counts up in every element. */
const counter = encodePlainGraph({
  inputs: [
    { name: 'w', dtype: 'float32', shape: [SIZE] },
    { name: 'one', dtype: 'float32', shape: [1] },
  ],
  outputs: [
    { name: 'w.next', dtype: 'float32', shape: [SIZE] },
    { name: 'one.next', dtype: 'float32', shape: [1] },
  ],
  nodes: [
    { op: 'Add', inputs: ['w', 'one'], outputs: ['w.next'] },
    { op: 'Identity', inputs: ['one'], outputs: ['one.next'] },
  ],
});

t.test('places of the largest, which the device cannot tell, come from the cpu', { skip }, async (t) => {
  const border = (name: string, size: number, dtype: DataType) => ({ name, dtype, shape: [1, 2, size, size] });
  const pool = new Map(['kernel_shape', 'strides'].map((key) => [key, { kind: 'ints', value: [2, 2] }] as const));
  const graph = encodeModel({
    opset: OPSET,
    graph: {
      name: 'pool',
      inputs: [border('x', 8, 'float32')],
      outputs: [border('largest', 4, 'float32'), border('places', 4, 'int64')],
      nodes: [
        { op: 'Neg', domain: '', name: 'neg', inputs: ['x'], outputs: ['negative'], attributes: new Map() },
        {
          op: 'MaxPool',
          domain: '',
          name: 'pool',
          inputs: ['negative'],
          outputs: ['largest', 'places'],
          attributes: pool,
        },
      ],
      initializers: new Map(),
      opaque: new Map(),
      values: [],
    },
  });
  const [cpu, webgpu] = await Promise.all(
    (['cpu', 'webgpu'] as const).map(async (provider) => {
      const session = await openSession(graph, { provider, memoryBytes: MEMORY });
      const found = await session.run(toValues(new Map([['x', values('x', [1, 2, 8, 8])]])), ['largest', 'places']);
      await session.close();
      return fromValues(found);
    }),
  );
  t.same(webgpu, cpu);
});

t.test('shards with checkpoints and taps are near the cpu, state on the device', { skip }, async (t) => {
  const tapped = { ...trainRun, tap: { step: 6, graph: tappedGraph, value: 'miss' } };
  for (const run of [trainRun, tapped, inferRun]) {
    const error = worstError(await shardOn('webgpu', run), await shardOn('cpu', run));
    t.ok(error < 1e-5, `relative error ${error}`);
  }
});

t.test('100 states on the device take the memory of a few, and are read when asked for', { skip }, async (t) => {
  const session = await openSession(counter, { provider: 'webgpu', memoryBytes: MEMORY, keepOnDevice: true });
  let feeds = toValues(
    new Map([
      ['w', tensorOf('float32', [SIZE], new Array(SIZE).fill(0))],
      ['one', tensorOf('float32', [1], [1])],
    ]),
  );
  const step = async () => {
    const results = await session.run(feeds, ['w.next', 'one.next']);
    feeds = new Map([...results].map(([name, value]) => [name.slice(0, -'.next'.length), value]));
  };
  for (let i = 0; i < 10; i++) await step();
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 100; i++) await step();
  // The software driver keeps device memory in the process's own; 100 lost states were 400 MiB.
  t.ok(process.memoryUsage().rss - before < 200 * 2 ** 20);
  const middle = await session.read(feeds);
  await step();
  const end = await session.read(feeds);
  for (const [values, count] of [
    [middle, 110],
    [end, 111],
  ] as const) {
    t.ok(numbersOf(fromValue(values.get('w') as Value)).every((value) => value === count));
  }
  await session.close();
});
