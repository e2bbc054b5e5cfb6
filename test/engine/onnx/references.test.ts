/** The models that PyTorch exported: decoded and encoded again they are the same function, and the encoding is a fixed point. */
import t from 'tap';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { runOnce } from '../train/running.ts';
import { ABSENT, expectedOf, REFERENCES, referenceModel } from './reference-models.ts';

for (const name of REFERENCES) {
  t.test(name, async (t) => {
    const bytes = referenceModel(name);
    if (bytes === null) return void t.comment(ABSENT);
    const model = decodeModel(bytes);
    t.equal(model.opset, 18);
    const again = encodeModel(model);
    t.same(decodeModel(again), model, 'nothing that we read is lost');
    t.equal(Buffer.compare(encodeModel(decodeModel(again)), again), 0);
    const x = new Map([['x', expectedOf(name).get('x') as Tensor]]);
    t.same(await runOnce(again, x), await runOnce(bytes, x), 'the runtime sees the same model');
  });
}
