/** Bytes that are no model, and models that an honest worker could not be paid for: an error with a code, never anything else. */
import fc from 'fast-check';
import t from 'tap';
import { admit } from '#engine/onnx/admit.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { MessageWriter, MODEL } from '#engine/onnx/wire.ts';
import { CorexError } from '#protocol/errors.ts';
import { linear, node } from './models.ts';

const sound = linear();

function isModelOrRefusal(bytes: Uint8Array): boolean {
  try {
    decodeModel(bytes);
    return true;
  } catch (error) {
    return error instanceof CorexError && error.code.startsWith('MODEL_');
  }
}

t.test('any bytes', (t) => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), isModelOrRefusal), { numRuns: 500, seed: 7 });
  t.end();
});

t.test('a sound model with bytes changed, or cut short', (t) => {
  const flip = fc.tuple(fc.nat(sound.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(flip, { minLength: 1, maxLength: 8 }), (flips) => {
      const bytes = Uint8Array.from(sound);
      for (const [at, value] of flips) bytes[at] = value;
      return isModelOrRefusal(bytes);
    }),
    { numRuns: 1_000, seed: 7 },
  );
  const cut = fc.property(fc.nat(sound.length - 1), (length) => isModelOrRefusal(sound.subarray(0, length)));
  fc.assert(cut, { numRuns: 300, seed: 7 });
  t.end();
});

const codeOf = (bytes: Uint8Array): string => {
  try {
    admit(bytes, 'infer');
    return 'it was let in';
  } catch (error) {
    if (error instanceof CorexError) return error.code;
    throw error;
  }
};

/** The result does not follow from the specification, so that a worker and its auditor would differ. */
const RANDOM = ['RandomNormal', 'RandomNormalLike', 'RandomUniform', 'RandomUniformLike', 'Multinomial', 'Bernoulli'];
/** The work does not follow from the graph and its shapes. */
const CONTROL = ['If', 'Loop', 'Scan'];

for (const op of [...RANDOM, ...CONTROL]) {
  t.test(`inference refuses ${op}`, (t) => {
    t.match(codeOf(linear({ nodes: [node(op, ['input'], 'output')] })), /^MODEL_/);
    t.end();
  });
}

t.test('inference refuses an operator that standard ONNX does not have', (t) => {
  t.equal(codeOf(linear({ nodes: [node('Rellu', ['input'], 'output')] })), 'MODEL_UNKNOWN_OPERATOR');
  t.end();
});

t.test('functions in the file could hide any operator', (t) => {
  const functions = new MessageWriter().message(MODEL.functions, (inner) => inner.text(1, 'Relu')).finish();
  t.match(codeOf(Buffer.concat([sound, functions])), /^MODEL_/);
  t.end();
});
