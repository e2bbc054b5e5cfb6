/** Files that are small and ask for much, or are large and say little: each is refused with the limit that it breaks. */
import t from 'tap';
import { decodeModel } from '#engine/onnx/decode.ts';
import { MODEL_LIMITS } from '#engine/onnx/limits.ts';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  ELEMENT_TYPE,
  GRAPH,
  MODEL,
  MessageWriter,
  NODE,
  OPSET_ID,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE,
} from '#engine/onnx/wire.ts';
import { CorexError } from '#protocol/errors.ts';

type Fill = (writer: MessageWriter) => void;

const model = (fill: Fill): Uint8Array =>
  new MessageWriter()
    .message(MODEL.graph, fill)
    .message(MODEL.opsetImport, (id) => id.integer(OPSET_ID.version, 18))
    .finish();
const withTensor = (fill: Fill): Uint8Array => model((graph) => graph.message(GRAPH.initializer, fill));
const withNode = (fill: Fill): Uint8Array => model((graph) => graph.message(GRAPH.node, fill));
const withAttribute = (fill: Fill): Uint8Array => withNode((node) => node.message(NODE.attribute, fill));
/** `count` empty messages of two bytes each. */
const many = (field: number, count: number): Uint8Array =>
  model((graph) => {
    for (let i = 0; i < count; i++) graph.bytes(field, new Uint8Array(0));
  });
const int64 = (...dims: readonly (number | bigint)[]): Fill => {
  return (tensor) => {
    for (const dim of dims) tensor.integer(TENSOR.dims, dim);
    tensor.integer(TENSOR.dataType, ELEMENT_TYPE.int64).text(TENSOR.name, 'it');
  };
};
const declared = (fill: Fill): Uint8Array =>
  model((graph) =>
    graph.message(GRAPH.input, (value) =>
      value.text(VALUE.name, 'in').message(VALUE.type, (type) => type.message(TYPE.tensorType, fill)),
    ),
  );
const floatOf = (dims: Fill): Uint8Array =>
  declared((tensor) => tensor.integer(TENSOR_TYPE.elemType, ELEMENT_TYPE.float32).message(TENSOR_TYPE.shape, dims));

function refusal(bytes: Uint8Array): string {
  try {
    decodeModel(bytes);
    return 'it was read';
  } catch (error) {
    if (error instanceof CorexError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const bytes = (...parts: readonly number[]): Uint8Array => Uint8Array.from(parts);
const TAG = { graph: (MODEL.graph << 3) | 2, unknown: 99 << 3 };
const longName = 'n'.repeat(MODEL_LIMITS.nameBytes + 1);
/** A message with this many copies of the field `99: 0`. */
const padding = (count: number): Uint8Array => {
  const [first = 0, second = 0] = [(TAG.unknown & 127) | 128, TAG.unknown >> 7];
  const filled = new Uint8Array(3 * count);
  for (let i = 0; i < count; i++) filled.set([first, second, 0], 3 * i);
  return filled;
};
const packed = (count: number): Uint8Array => new Uint8Array(count).fill(1);

const CASES: ReadonlyArray<readonly [title: string, expected: RegExp, bytes: () => Uint8Array]> = [
  ['too many nodes', /^MODEL_TOO_BIG: .*nodes/, () => many(GRAPH.node, MODEL_LIMITS.nodes + 1)],
  [
    'too many initializers',
    /^MODEL_TOO_BIG: .*initializers/,
    () => many(GRAPH.initializer, MODEL_LIMITS.initializers + 1),
  ],
  ['too many values', /^MODEL_TOO_BIG: .*declared values/, () => many(GRAPH.valueInfo, MODEL_LIMITS.values + 1)],
  ['too many fields, though unknown ones', /^MODEL_TOO_BIG: .*fields/, () => padding(MODEL_LIMITS.fields + 1)],
  [
    'too many inputs of a node',
    /^MODEL_TOO_BIG: .*inputs or outputs/,
    () =>
      withNode((node) => {
        for (let i = 0; i <= MODEL_LIMITS.operands; i++) node.bytes(NODE.input, new Uint8Array(0));
      }),
  ],
  [
    'too many attributes',
    /^MODEL_TOO_BIG: .*attributes/,
    () =>
      withNode((node) => {
        for (let i = 0; i <= MODEL_LIMITS.attributes; i++) node.message(NODE.attribute, (it) => it.text(1, `a${i}`));
      }),
  ],
  [
    'a long list in an attribute',
    /^MODEL_TOO_BIG: .*numbers/,
    () =>
      withAttribute((it) =>
        it.integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.ints).bytes(ATTRIBUTE.ints, packed(MODEL_LIMITS.numbers + 1)),
      ),
  ],
  ['a long name', /^MODEL_TOO_BIG: .*one name/, () => withNode((node) => node.text(NODE.name, longName))],
  [
    '10 MB of name',
    /^MODEL_TOO_BIG: .*one name/,
    () => withTensor((it) => it.text(TENSOR.name, 'n'.repeat(10_000_000))),
  ],
  ['a tensor of 40 axes', /^MODEL_TOO_BIG: .*dimensions/, () => withTensor(int64(...Array<number>(40).fill(1)))],
  [
    'a value of 40 axes',
    /^MODEL_TOO_BIG: .*dimensions/,
    () =>
      floatOf((shape) => {
        for (let i = 0; i < 40; i++) shape.message(SHAPE.dim, (dim) => dim.integer(1, 1));
      }),
  ],
  ['2^40 elements that are not there', /^MODEL_TOO_BIG: .*elements/, () => withTensor(int64(2 ** 40))],
  ['a product beyond 64 bits', /^MODEL_TOO_BIG: .*elements/, () => withTensor(int64(2 ** 30, 2 ** 30, 2 ** 30))],
  ['a dimension of 2^62 beside one of 0', /^MODEL_NOT_ONNX: .*too large/, () => withTensor(int64(0, 2n ** 62n))],
  ['a negative dimension', /^MODEL_NOT_ONNX: .*negative/, () => withTensor(int64(-1))],
  ['two negative dimensions', /^MODEL_NOT_ONNX: .*negative/, () => withTensor(int64(-4, -4))],
  [
    'a declared negative dimension',
    /^MODEL_NOT_ONNX: .*negative/,
    () => floatOf((shape) => shape.message(SHAPE.dim, (dim) => dim.integer(1, -3))),
  ],
  [
    'raw data of the wrong size',
    /^MODEL_NOT_ONNX: .*size of its shape/,
    () =>
      withTensor((it) => {
        int64(2)(it);
        it.bytes(TENSOR.rawData, packed(15));
      }),
  ],
  [
    'float16 of the wrong size',
    /^MODEL_NOT_ONNX: .*size of its shape/,
    () =>
      withTensor((it) =>
        it
          .integer(TENSOR.dims, 2)
          .integer(TENSOR.dataType, 10)
          .text(TENSOR.name, 'it')
          .bytes(TENSOR.rawData, packed(3)),
      ),
  ],
  [
    'more varints than elements',
    /^MODEL_NOT_ONNX: .*size of its shape/,
    () =>
      withTensor((it) => {
        int64(2)(it);
        it.bytes(TENSOR.int64Data, packed(1_000_000));
      }),
  ],
  [
    'varints that become eight times their bytes',
    /^MODEL_TOO_BIG: .*variable-length/,
    () =>
      withTensor((it) => {
        int64(MODEL_LIMITS.varintBytes / 8 + 1)(it);
        it.bytes(TENSOR.int64Data, packed(MODEL_LIMITS.varintBytes / 8 + 1));
      }),
  ],
  [
    'a bool of 2',
    /^MODEL_NOT_ONNX: .*no bool/,
    () =>
      withTensor((it) =>
        it.integer(TENSOR.dims, 1).integer(TENSOR.dataType, ELEMENT_TYPE.bool).bytes(TENSOR.rawData, bytes(2)),
      ),
  ],
  [
    'two graphs',
    /^MODEL_NOT_ONNX: .*2 times/,
    () => Buffer.concat([model(() => undefined), new MessageWriter().message(MODEL.graph, () => undefined).finish()]),
  ],
  [
    'two names of a node',
    /^MODEL_NOT_ONNX: .*2 times/,
    () => withNode((node) => node.text(NODE.opType, 'Relu').text(NODE.opType, 'Exp')),
  ],
  [
    'two attributes of one name',
    /^MODEL_NOT_ONNX: .*two attributes a/,
    () =>
      withNode((node) =>
        node.message(NODE.attribute, (it) => it.text(1, 'a')).message(NODE.attribute, (it) => it.text(1, 'a')),
      ),
  ],
  [
    'two initializers of one name',
    /^MODEL_NOT_ONNX: .*two initializers it/,
    () =>
      model((graph) => {
        for (let i = 0; i < 2; i++)
          graph.message(GRAPH.initializer, (it) => {
            int64(0)(it);
            it.bytes(TENSOR.rawData, packed(0));
          });
      }),
  ],
  [
    'a subgraph under an innocent operator',
    /^MODEL_CONTROL_FLOW/,
    () => withAttribute((it) => it.text(ATTRIBUTE.name, 'body').integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.graph)),
  ],
  [
    'an attribute of a function',
    /^MODEL_NOT_ONNX: .*function/,
    () => withAttribute((it) => it.text(ATTRIBUTE.refName, 'outer')),
  ],
  [
    'a name that is no UTF-8',
    /^MODEL_NOT_ONNX: .*utf-8/i,
    () => withNode((node) => node.bytes(NODE.name, bytes(0xc3, 0x28))),
  ],
  ['an integer of eleven bytes', /^MODEL_NOT_ONNX: .*64 bits/, () => bytes(8, ...Array<number>(10).fill(255), 1)],
  ['an integer of 70 bits', /^MODEL_NOT_ONNX: .*64 bits/, () => bytes(8, ...Array<number>(9).fill(255), 127)],
  ['an integer that is cut off', /^MODEL_NOT_ONNX: .*cut off/, () => bytes(8, 255, 255)],
  ['a length beyond the end', /^MODEL_NOT_ONNX: .*cut off/, () => bytes(TAG.graph, 127, 0)],
  ['a length of 2^35', /^MODEL_NOT_ONNX: .*32 bits/, () => bytes(TAG.graph, 128, 128, 128, 128, 128, 1)],
  ['a group, as protobuf once had', /^MODEL_NOT_ONNX: .*wire type 3/, () => bytes((MODEL.graph << 3) | 3)],
  ['a graph that is a number', /^MODEL_NOT_ONNX: .*is a number/, () => bytes(MODEL.graph << 3, 1)],
];

for (const [title, expected, make] of CASES) {
  t.test(title, async (t) => {
    t.match(refusal(make()), expected);
  });
}

t.test('every limit has a case', async (t) => {
  // The length of texts is tested as names are; an equation of 64 kB is refused by the same line.
  t.equal(Object.keys(MODEL_LIMITS).length, 12);
});

t.test('nesting costs no stack, for only known fields are followed', async (t) => {
  let inner: Uint8Array = new Uint8Array(0);
  for (let depth = 0; depth < 5_000; depth++) inner = new MessageWriter().bytes(MODEL.graph, inner).finish();
  t.match(refusal(inner), /^MODEL_NOT_ONNX/);
});

t.test('integers are read as they are written, whatever their length', async (t) => {
  const numbers = [0n, 1n, -1n, 127n, 128n, 2n ** 31n, 2n ** 32n, 2n ** 35n - 1n, -(2n ** 63n), 2n ** 63n - 1n];
  const varint = (value: bigint): number[] => {
    const parts: number[] = [];
    let rest = BigInt.asUintN(64, value);
    for (; rest > 127n; rest >>= 7n) parts.push(Number(rest & 127n) | 128);
    return [...parts, Number(rest)];
  };
  const { graph } = decodeModel(
    withTensor((it) => {
      int64(numbers.length)(it);
      it.bytes(TENSOR.int64Data, bytes(...numbers.flatMap(varint)));
    }),
  );
  t.same([...new BigInt64Array(graph.initializers.get('it')?.data.slice().buffer ?? new ArrayBuffer(0))], numbers);
});
