/** Whole training shards in class exact end in the same commitment on other processors and numbers of threads. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { SeededRandom } from '#engine/data/random.ts';
import { uniform } from '#engine/data/synthetic.ts';
import { GraphBuilder } from '#engine/graph/build.ts';
import { OPSET } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';
import { missingFor } from '#tools/emulate-launch.ts';
import { lastRoot, shardFiles } from '#tools/emulate-models.ts';
import { profileNamed } from '#tools/emulate-profiles.ts';

t.setTimeout(600_000);

const random = new SeededRandom(sha256Hash(Buffer.from('models')), 'weights');
const BATCH = 4;

/** Patches of an image as tokens of one attention block: convolution, pool, normalization, softmax, products of every kind. */
function model(): Uint8Array {
  const b = new GraphBuilder();
  const weight = (name: string, shape: readonly number[]): string => b.initializer(name, uniform(random, shape, -2));
  const x = b.input('image', { dtype: 'float32', shape: [BATCH, 3, 12, 12] });
  const seen = b.op('Conv', [x, weight('conv', [16, 3, 3, 3]), weight('conv.bias', [16])], { pads: [1, 1, 1, 1] });
  const pooled = b.op('MaxPool', [b.op('Relu', [seen])], { kernel_shape: [3, 3], strides: [2, 2] });
  const tokens = b.op('Transpose', [b.op('Reshape', [pooled, b.integers([BATCH, 16, 25])])], { perm: [0, 2, 1] });
  const norm = b.op('LayerNormalization', [tokens, weight('scale', [16]), weight('shift', [16])], { axis: -1 });
  const [q, k, v] = ['q', 'k', 'v'].map((name) => b.op('MatMul', [norm, weight(name, [16, 16])])) as [
    string,
    string,
    string,
  ];
  const scores = b.op('MatMul', [q, b.op('Transpose', [k], { perm: [0, 2, 1] })]);
  const mixed = b.op('MatMul', [b.op('Softmax', [scores], { axis: -1 }), v]);
  const flat = b.op('Reshape', [b.op('Tanh', [mixed]), b.integers([BATCH, 400])]);
  b.output(b.op('Gemm', [flat, weight('head', [400, 5]), weight('head.bias', [5])]), 'logits');
  return encodeModel({ opset: OPSET, graph: b.finish('patches') });
}

const batch = writeSafetensors(
  new Map([
    ['x', uniform(random, [BATCH, 3, 12, 12], 0)],
    ['y', tensorOf('int64', [BATCH], [0, 3, 1, 4])],
  ]),
);
const folder = mkdtempSync(join(tmpdir(), 'corex-models-'));
t.teardown(() => rmSync(folder, { recursive: true }));
const optimizer = { kind: 'adamw', lr: 0.01 } as const;
const args = [...shardFiles(folder, model(), batch, optimizer), '--steps=12', '--segment=12'];

t.test('on one thread and on two', async (t) => {
  const native = profileNamed('native');
  t.equal(await lastRoot(native, args, 'cpu', 2), await lastRoot(native, args, 'cpu', 1));
});

const ELSEWHERE = [
  ['haswell', 'cpu'],
  ['neoverse-n1', 'cpu'],
  ['nehalem', 'portable'],
] as const;

for (const [name, provider] of ELSEWHERE) {
  t.test(`as ${provider} on ${name}`, async (t) => {
    const missing = await missingFor(profileNamed(name));
    if (missing !== null) {
      t.pass(`${name} cannot run here`, { skip: missing });
      return;
    }
    const native = await lastRoot(profileNamed('native'), args, provider, 1);
    t.match(native, /^0x[0-9a-f]{64}$/);
    t.equal(await lastRoot(profileNamed(name), args, provider, 1), native);
  });
}
