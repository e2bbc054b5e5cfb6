/** Each check of the table, by a graph that breaks it and no other. */
import t from 'tap';
import { CHECKS, checkGraph, findFault } from '#engine/graph/check.ts';
import type { Attribute, Graph, Node } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { admitStep } from '#engine/onnx/admit.ts';
import { BASE_MODEL, perceptron } from '#engine/train/base-model.ts';
import { floats, linear, node } from '../onnx/models.ts';

const sound = decodeModel(linear()).graph;
const broken = (change: Partial<Graph>): Graph => ({ ...sound, ...change });
const [gemm, relu] = sound.nodes as [Node, Node];
const withAttribute = (name: string, attribute: Attribute): Graph =>
  broken({ nodes: [gemm, node('Relu', ['h'], 'output', { [name]: attribute })] });

/** Scales that are an input, as the state of a step graph is. */
const resized = (shape: readonly number[], inputs: readonly string[]): Graph =>
  broken({ inputs: [...sound.inputs, floats('scales', shape)], nodes: [gemm, relu, node('Resize', inputs, 'more')] });

/** Number of the check that must find it, what it says. */
const BROKEN: ReadonlyArray<readonly [number, RegExp, Graph]> = [
  [0, /no operator/, broken({ nodes: [gemm, { ...relu, op: '' }] })],
  [0, /makes nothing/, broken({ nodes: [gemm, relu, { ...relu, outputs: [''] }] })],
  [1, /no name/, broken({ initializers: new Map([...sound.initializers, ['', tensorOf('float32', [1], [0])]]) })],
  [1, /made twice/, broken({ nodes: [gemm, relu, relu] })],
  [1, /input.*made twice/, broken({ nodes: [gemm, relu, node('Relu', ['h'], 'input')] })],
  [1, /made twice/, broken({ inputs: [...sound.inputs, ...sound.inputs] })],
  [2, /reads nowhere, and nothing makes it/, broken({ nodes: [gemm, relu, node('Relu', ['nowhere'], 'more')] })],
  [2, /reads h, and node the Gemm makes it only there or later/, broken({ nodes: [relu, gemm] })],
  [2, /only there or later/, broken({ nodes: [node('Add', ['input', 'output'], 'h'), relu] })],
  [2, /only there or later/, broken({ nodes: [gemm, relu, node('Relu', ['self'], 'self')] })],
  [3, /nothing makes it/, broken({ nodes: [gemm] })],
  [3, /twice/, broken({ outputs: [...sound.outputs, ...sound.outputs] })],
  [4, /2 operands at least, 1 of them are missing/, broken({ nodes: [{ ...gemm, inputs: ['input'] }, relu] })],
  [4, /2 operands at least, 1 of them are missing/, broken({ nodes: [{ ...gemm, inputs: ['', 'w'] }, relu] })],
  [4, /1 operands at most, it has 2/, broken({ nodes: [gemm, { ...relu, inputs: ['h', 'h'] }] })],
  [4, /1 results at most, it makes 2/, broken({ nodes: [gemm, { ...relu, outputs: ['output', 'second'] }] })],
  [5, /axis is of kind float, it must be int/, withAttribute('axis', { kind: 'float', value: 1 })],
  [5, /perm is of kind raw, it must be ints/, withAttribute('perm', { kind: 'raw', value: new Uint8Array(1) })],
  [5, /epsilon is NaN/, withAttribute('epsilon', { kind: 'float', value: Number.NaN })],
  [5, /alpha is Infinity/, withAttribute('alpha', { kind: 'float', value: Number.POSITIVE_INFINITY })],
  [5, /no name/, withAttribute('', { kind: 'int', value: 1 })],
  [6, /more than \d+ elements/, broken({ values: [floats('h', [2 ** 20, 2 ** 20])] })],
  [6, /is no shape/, broken({ inputs: [floats('input', ['batch', 2 ** 40])] })],
  [6, /is no shape/, broken({ values: [floats('h', [1, -1])] })],
  [6, /is no shape/, broken({ values: [floats('h', [1, 0.5])] })],
  [6, /17 dimensions/, broken({ values: [floats('h', Array<number>(17).fill(1))] })],
  [
    7,
    /float32 \[4\] has 12 bytes/,
    broken({
      initializers: new Map([...sound.initializers, ['b', { ...tensorOf('float32', [3], [1, 2, 3]), shape: [4] }]]),
    }),
  ],
  [8, /declared twice/, broken({ values: [floats('h', [1, 3]), floats('h', [3, 1])] })],
];

for (const [number, text, graph] of BROKEN) {
  t.test(`${CHECKS[number]?.sentence}: ${text}`, async (t) => {
    t.equal(
      CHECKS.findIndex(({ finds }) => finds(graph) !== null),
      number,
    );
    const finding = findFault(graph);
    t.match(`${finding?.where}: ${finding?.why}`, text);
    t.throws(() => checkGraph(graph), { code: 'MODEL_GRAPH' });
  });
}

const UNMEASURED: ReadonlyArray<readonly [RegExp, Graph]> = [
  [/300 scales, at most 8/, resized([300], ['h', '', 'scales'])],
  [/unknown number of scales/, broken({ nodes: [gemm, relu, node('Resize', ['h', '', 'output'], 'more')] })],
];

for (const [text, graph] of UNMEASURED)
  t.test(`what a kernel does not measure: ${text}`, async (t) => {
    const finding = findFault(graph, 'run');
    t.match(`${finding?.where}: ${finding?.why}`, text);
    t.throws(() => checkGraph(graph), { code: 'MODEL_GRAPH' });
    t.equal(findFault(graph, 'compiled'), null, 'the kernel never sees it');
  });

t.test('every check has a case', async (t) => {
  t.same([...new Set(BROKEN.map(([number]) => number))].sort(), [...CHECKS.keys()]);
});

t.test('sound graphs pass, also with zero-size constants and inputs left out', async (t) => {
  t.equal(findFault(sound), null);
  t.equal(findFault(decodeModel(perceptron(BASE_MODEL)).graph), null);
  const none = new Map([...sound.initializers, ['none', tensorOf('float32', [0], [])]]);
  t.equal(findFault(resized([2], ['h', '', 'scales'])), null);
  t.equal(findFault(broken({ initializers: none, nodes: [gemm, relu, node('Resize', ['h', '', 'none'], 'r')] })), null);
});

t.test('the bytes of a step graph are those that our encoder writes, or it is refused', async (t) => {
  const bytes = linear();
  t.same(admitStep(bytes), decodeModel(bytes));
  const unknownField = Uint8Array.of(...bytes, 0x98, 0x06, 0x01);
  t.same(decodeModel(unknownField), decodeModel(bytes), 'our reader passes over it');
  t.throws(() => admitStep(unknownField), { code: 'MODEL_GRAPH', message: /canonical/ });
  const foreign = encodeModel({ opset: 18, graph: broken({ nodes: [{ ...gemm, domain: 'com.example' }, relu] }) });
  t.throws(() => admitStep(foreign), { code: 'MODEL_CUSTOM_DOMAIN' });
});
