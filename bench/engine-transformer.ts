/** A causal transformer of 25 million parameters under AdamW, on random tokens: what the memory benchmark executes. */
import { SeededRandom } from '#engine/data/random.ts';
import { GraphBuilder } from '#engine/graph/build.ts';
import { OPSET } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { byteLength, bytesPerElement, elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { writeSafetensors } from '#engine/state/safetensors.ts';
import { compileTrain } from '#engine/train/step.ts';
import { repeated, SEED, type Training } from './engine-training.ts';

const SIZE = { layers: 8, width: 512, heads: 8, tokens: 64, vocabulary: 256, batch: 4 } as const;
const ADAMW = { kind: 'adamw', lr: 0.001 } as const;

/** Operators whose result is the operand in another shape or order. */
const MOVES = new Set(['Reshape', 'Transpose', 'Split']);

class Layers {
  readonly b = new GraphBuilder();

  weight(name: string, shape: readonly number[]): string {
    return this.b.initializer(name, repeated(name, shape));
  }

  linear(name: string, x: string, from: number, to: number): string {
    const product = this.b.op('MatMul', [x, this.weight(`${name}.weight`, [from, to])]);
    return this.b.op('Add', [product, this.weight(`${name}.bias`, [to])]);
  }

  normalized(name: string, x: string): string {
    const scale = this.weight(`${name}.weight`, [SIZE.width]);
    return this.b.op('LayerNormalization', [x, scale, this.weight(`${name}.bias`, [SIZE.width])], { axis: -1 });
  }

  /** arXiv 1706.03762, section 3.2.2 */
  attention(name: string, x: string): string {
    const { b } = this;
    const { width, heads, tokens, batch } = SIZE;
    const size = width / heads;
    const thirds = b.ops(
      'Split',
      [this.linear(`${name}.in`, x, width, 3 * width), b.integers([width, width, width])],
      { axis: 2 },
      3,
    );
    const [q = '', k = '', v = ''] = thirds.map((third, i) => {
      const apart = b.op('Reshape', [third, b.integers([batch, tokens, heads, size])]);
      return b.op('Transpose', [apart], { perm: i === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3] });
    });
    const scores = b.op('Mul', [b.op('MatMul', [q, k]), b.scalar('float32', 1 / Math.sqrt(size))]);
    const isSeen = Array.from({ length: tokens * tokens }, (_, i) => Number(i % tokens <= Math.floor(i / tokens)));
    const masked = b.op('Where', [b.values('bool', [tokens, tokens], isSeen), scores, b.scalar('float32', -1e9)]);
    const mixed = b.op('MatMul', [b.op('Softmax', [masked], { axis: -1 }), v]);
    const together = b.op('Reshape', [
      b.op('Transpose', [mixed], { perm: [0, 2, 1, 3] }),
      b.integers([batch, tokens, width]),
    ]);
    return this.linear(`${name}.out`, together, width, width);
  }

  /** arXiv 1606.08415 */
  gelu(x: string): string {
    const { b } = this;
    const bell = b.op('Erf', [b.op('Mul', [x, b.scalar('float32', Math.SQRT1_2)])]);
    return b.op('Mul', [x, b.op('Mul', [b.op('Add', [bell, b.scalar('float32', 1)]), b.scalar('float32', 0.5)])]);
  }
}

/** @returns the model, and the bytes of everything that its forward pass computes */
function transformer(): { model: Uint8Array; activations: number; weights: readonly Tensor[] } {
  const { layers, width, tokens, vocabulary, batch } = SIZE;
  const net = new Layers();
  const { b } = net;
  const input = b.input('tokens', { dtype: 'int64', shape: [batch, tokens] });
  const embedded = b.op('Gather', [net.weight('embedding', [vocabulary, width]), input], { axis: 0 });
  let x = b.op('Add', [embedded, net.weight('positions', [tokens, width])]);
  for (let i = 0; i < layers; i++) {
    x = b.op('Add', [x, net.attention(`${i}.attention`, net.normalized(`${i}.first`, x))]);
    const wide = net.gelu(net.linear(`${i}.up`, net.normalized(`${i}.second`, x), width, 4 * width));
    x = b.op('Add', [x, net.linear(`${i}.down`, wide, 4 * width, width)]);
  }
  b.output(net.linear('head', net.normalized('last', x), width, vocabulary), 'logits');
  const graph = b.finish('transformer');
  const computed = graph.nodes.filter(({ op }) => !MOVES.has(op)).map(({ outputs }) => b.info(outputs[0] ?? ''));
  return {
    model: encodeModel({ opset: OPSET, graph }),
    activations: computed.reduce((sum, { dtype, shape }) => sum + elementCount(shape) * bytesPerElement[dtype], 0),
    weights: [...graph.initializers.values()].filter(({ dtype, shape }) => dtype === 'float32' && shape.length > 0),
  };
}

/** @param counts steps, and steps between checkpoints */
export function transformerTraining(counts: { readonly steps: number; readonly segment: number }): Training {
  const { batch, tokens, vocabulary } = SIZE;
  const { model, activations, weights } = transformer();
  const { step, initialState } = compileTrain(model, {
    batch,
    loss: { kind: 'softmax-cross-entropy' },
    optimizer: ADAMW,
  });
  const state = writeSafetensors(initialState);
  const random = new SeededRandom(SEED, 'tokens');
  const rows = 4 * batch;
  const drawn = (): Tensor =>
    tensorOf(
      'int64',
      [rows, tokens],
      Array.from({ length: rows * tokens }, () => random.below(vocabulary)),
    );
  const run = {
    graph: step,
    kind: 'train',
    state,
    data: writeSafetensors(
      new Map([
        ['x', drawn()],
        ['y', drawn()],
      ]),
    ),
    batch,
    firstStep: 0,
    ...counts,
    seed: SEED,
  } as const;
  return {
    run,
    parameters: weights.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    bytes: {
      state: state.length,
      gradients: weights.reduce((sum, { dtype, shape }) => sum + byteLength(dtype, shape), 0),
      activations,
    },
  };
}
