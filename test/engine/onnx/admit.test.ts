/** Each reason to refuse a model, by a model that is wrong in just that way. */
import t from 'tap';
import { tensorOf } from '#engine/graph/numbers.ts';
import { admit } from '#engine/onnx/admit.ts';
import { compileInfer } from '#engine/train/infer.ts';
import { compileTrain } from '#engine/train/step.ts';
import { CorexError } from '#protocol/errors.ts';
import { floats, linear, node, withExternalData } from './models.ts';

const train = (model: Uint8Array) =>
  compileTrain(model, {
    batch: 2,
    loss: { kind: 'softmax-cross-entropy' },
    optimizer: { kind: 'sgd', lr: 1, momentum: 0 },
  });
const infer = (model: Uint8Array) => compileInfer(model, { batch: 2, labels: true });

const custom = { ...node('Fused', ['input'], 'output'), domain: 'com.example' };
const alone = { initializers: new Map() };

/** What OneHot writes follows from a weight. */
const oneHot = linear({
  nodes: [node('Neg', ['offAndOn'], 'negative'), node('OneHot', ['input', 'depth', 'negative'], 'output')],
  initializers: new Map([
    ['depth', tensorOf('int64', [], [3])],
    ['offAndOn', tensorOf('float32', [2], [0.25, 0.75])],
  ]),
});

/** A reason, what it says, who refuses. */
const REFUSALS: ReadonlyArray<readonly [string, RegExp, () => unknown]> = [
  ['MODEL_NOT_ONNX', /./, () => admit(Buffer.from('no model at all'), 'infer')],
  ['MODEL_NOT_ONNX', /no graph/, () => admit(new Uint8Array(0), 'infer')],
  ['MODEL_GRAPH', /nowhere/, () => admit(linear({ nodes: [node('Relu', ['nowhere'], 'output')] }), 'infer')],
  ['MODEL_EXTERNAL_DATA', /far/, () => admit(withExternalData(), 'infer')],
  ['MODEL_CUSTOM_DOMAIN', /the Fused.*com\.example/, () => admit(linear({ nodes: [custom] }), 'infer')],
  [
    'MODEL_UNKNOWN_OPERATOR',
    /Hardmax.*Gemm.*Relu/,
    () => train(linear({ nodes: [node('Hardmax', ['input'], 'output')] })),
  ],
  ['MODEL_NO_GRADIENT', /OneHot/, () => train(oneHot)],
  [
    'MODEL_NOT_REPEATABLE',
    /RandomNormalLike/,
    () => infer(linear({ nodes: [node('RandomNormalLike', ['input'], 'output')] })),
  ],
  ['MODEL_NOT_REPEATABLE', /Dropout/, () => infer(linear({ nodes: [node('Dropout', ['input', '', 'w'], 'output')] }))],
  ['MODEL_CONTROL_FLOW', /Loop/, () => infer(linear({ nodes: [node('Loop', ['input'], 'output')] }))],
  ['MODEL_OPSET', /9/, () => admit(linear({}, 9), 'infer')],
  [
    'MODEL_BORDER',
    /input, other/,
    () => admit(linear({ inputs: [floats('input', [1]), floats('other', [1])] }), 'infer'),
  ],
  ['MODEL_BORDER', /no weights/, () => train(linear({ ...alone, nodes: [node('Relu', ['input'], 'output')] }))],
  ['MODEL_SHAPE', /batch of 7/, () => train(linear({ inputs: [floats('input', [7, 4])] }))],
  ['MODEL_SHAPE', /more than one/, () => train(linear({ inputs: [floats('input', ['batch', 'width'])] }))],
  ['MODEL_SHAPE', /the Gemm.*5 and 4/, () => train(linear({ inputs: [floats('input', ['batch', 5])] }))],
  [
    'MODEL_SHAPE',
    /output/,
    () => infer(linear({ nodes: [node('NonZero', ['input'], 'output')], outputs: [floats('output', ['batch', 'c'])] })),
  ],
  [
    'MODEL_NAME',
    /loss/,
    () =>
      train(
        linear({
          nodes: [node('MatMul', ['input', 'loss'], 'output')],
          initializers: new Map([['loss', tensorOf('float32', [4, 1], [1, 2, 3, 4])]]),
        }),
      ),
  ],
];

for (const [code, text, refuse] of REFUSALS) {
  t.test(`${code} ${text}`, async (t) => {
    try {
      refuse();
      t.fail('it was let in');
    } catch (error) {
      if (!(error instanceof CorexError)) throw error;
      t.equal(error.code, code, error.message);
      t.match(error.message, text);
      t.ok(error.todo.length > 10);
    }
  });
}

t.test('a sound model is let in', async (t) => {
  const { input, output } = admit(linear(), 'train');
  t.same([input.name, output.name], ['input', 'output']);
});
