/** What is written is read again, the same model is the same bytes, and typed fields are read as raw bytes are. */
import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';
import type { Attribute, Graph, Model } from '#engine/graph/graph.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { ELEMENT_TYPE, GRAPH, MODEL, MessageWriter, OPSET_ID, TENSOR } from '#engine/onnx/wire.ts';
import { floats, linear, node } from './models.ts';

const ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  anInt: { kind: 'int', value: -(2 ** 40) },
  aFloat: { kind: 'float', value: 0.5 },
  aText: { kind: 'string', value: 'größer' },
  floats: { kind: 'floats', value: [1.5, -2] },
  ints: { kind: 'ints', value: [0, -1, 2 ** 33] },
  tensor: { kind: 'tensor', value: tensorOf('int64', [2], [3, -4]) },
};

const GRAPHS: Readonly<Record<string, Graph>> = {
  attributes: {
    name: 'graph',
    inputs: [floats('a', ['n', 2, ''])],
    outputs: [{ name: 'z', dtype: 'bool', shape: [] }],
    nodes: [node('Op', ['a', '', 'c'], 'z', ATTRIBUTES)],
    initializers: new Map(
      (['float32', 'float64', 'int64', 'int32', 'uint8', 'bool'] as const).map((dtype) => [
        dtype,
        tensorOf(dtype, [3], [0, 1, 1]),
      ]),
    ),
    opaque: new Map(),
    values: [floats('c', [1, 0])],
  },
};

for (const [name, graph] of Object.entries(GRAPHS)) {
  t.test(`${name} survives`, async (t) => {
    const model: Model = { opset: 18, graph };
    const read = decodeModel(encodeModel(model));
    t.equal(read.opset, 18);
    t.same(read.graph.nodes[0]?.inputs, ['a', '', 'c']);
    t.same(Object.fromEntries(read.graph.nodes[0]?.attributes ?? []), ATTRIBUTES);
    t.same(read.graph.inputs, graph.inputs);
    t.same(read.graph.values, graph.values);
    for (const [key, tensor] of graph.initializers) {
      const again = read.graph.initializers.get(key);
      t.same(again?.shape, [3], key);
      t.same(again === undefined ? [] : numbersOf(again), numbersOf(tensor), key);
    }
    t.same(encodeModel(read), encodeModel(model), 'the same bytes');
  });
}

t.test('the order of initializers and attributes does not matter', async (t) => {
  const { opset, graph } = decodeModel(linear());
  const turned = { ...graph, initializers: new Map([...graph.initializers].reverse()) };
  t.same(encodeModel({ opset, graph: turned }), linear());
});

t.test('typed fields', async (t) => {
  const bytes = new MessageWriter()
    .integer(MODEL.irVersion, 8)
    .message(MODEL.graph, (graph) => {
      graph.message(GRAPH.initializer, (tensor) =>
        tensor
          .integer(TENSOR.dims, 2)
          .integer(TENSOR.dataType, ELEMENT_TYPE.int64)
          .integer(TENSOR.int64Data, -5)
          .integer(TENSOR.int64Data, 6)
          .text(TENSOR.name, 'i'),
      );
      graph.message(GRAPH.initializer, (tensor) =>
        tensor
          .integer(TENSOR.dims, 1)
          .integer(TENSOR.dataType, ELEMENT_TYPE.float32)
          .float(TENSOR.floatData, 0.25)
          .text(TENSOR.name, 'f'),
      );
    })
    .message(MODEL.opsetImport, (id) => id.integer(OPSET_ID.version, 17))
    .finish();
  const { graph, opset } = decodeModel(bytes);
  t.equal(opset, 17);
  t.same(
    [...graph.initializers].map(([name, tensor]) => [name, numbersOf(tensor)]),
    [
      ['i', [-5, 6]],
      ['f', [0.25]],
    ],
  );
});

t.test('element types that are only passed on keep their bytes', async (t) => {
  const FLOAT16 = 10;
  const half = new MessageWriter()
    .integer(TENSOR.dims, 1)
    .integer(TENSOR.dataType, FLOAT16)
    .text(TENSOR.name, 'half')
    .bytes(TENSOR.rawData, Uint8Array.of(0, 60))
    .finish();
  const bytes = linear({ opaque: new Map([['half', half]]) });
  t.same(Buffer.from(decodeModel(bytes).graph.opaque.get('half') ?? []), Buffer.from(half));
});

const FILE = new URL('../../../examples/digits/model.onnx', import.meta.url);
t.test('the example', { skip: existsSync(FILE) ? false : 'not written yet' }, async (t) => {
  const bytes = new Uint8Array(readFileSync(FILE));
  t.same(Buffer.from(encodeModel(decodeModel(bytes))), Buffer.from(bytes));
});
