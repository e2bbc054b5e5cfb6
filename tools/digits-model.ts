/** Writes examples/digits/model.onnx: 64 pixels to 10 scores through two hidden layers, its first weights from a fixed seed. */
import { writeFileSync } from 'node:fs';
import { SeededRandom } from '#engine/data/random.ts';
import { uniform, weightExponent } from '#engine/data/synthetic.ts';
import { zeros } from '#engine/state/state.ts';
import { perceptron } from '#engine/train/base-model.ts';
import { hashText } from '#protocol/codec/abi.ts';

const SEED = hashText('corex.digits.v1');

export function digitsModel(): Uint8Array {
  return perceptron({
    features: 64,
    layers: [128, 64],
    classes: 10,
    weight: (name, shape) =>
      shape.length === 2
        ? uniform(new SeededRandom(SEED, name), shape, weightExponent(shape[0] as number))
        : zeros('float32', shape),
  });
}

if (import.meta.main) writeFileSync(new URL('../examples/digits/model.onnx', import.meta.url), digitsModel());
