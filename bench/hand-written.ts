/** The training step of a perceptron as somebody who knows ONNX would write it by hand, operator by operator. */
import { GraphBuilder } from '#engine/graph/build.ts';
import { OPSET } from '#engine/graph/graph.ts';
import { encodeModel } from '#engine/onnx/encode.ts';

export interface Perceptron {
  readonly features: number;
  readonly layers: readonly number[];
  readonly classes: number;
  readonly batch: number;
  readonly lr: number;
  readonly momentum: number;
}

interface Layer {
  readonly weight: string;
  readonly bias: string;
  /** What the layer reads. */
  readonly input: string;
}

/**
 * Weights `layerN.weight` [in, out], biases `layerN.bias`, their `.momentum`, x [batch, features] and y [batch] in;
 * `NAME.next` and `loss` out. Gemm with bias and Relu forward, softmax less one-hot, Gemm with the transposes as attributes
 * backward, SGD with momentum.
 */
export function handWrittenStep(of: Perceptron): Uint8Array {
  const { batch, lr, momentum } = of;
  const b = new GraphBuilder();
  const float = (number: number): string => b.scalar('float32', number);
  const sizes = [of.features, ...of.layers, of.classes];
  const last = sizes.length - 2;

  let value = b.input('x', { dtype: 'float32', shape: [batch, of.features] });
  const y = b.input('y', { dtype: 'int64', shape: [batch] });
  const layers = sizes.slice(1).map((width, i): Layer => {
    const weight = b.input(`layer${i}.weight`, { dtype: 'float32', shape: [sizes[i] as number, width] });
    const bias = b.input(`layer${i}.bias`, { dtype: 'float32', shape: [width] });
    const layer = { weight, bias, input: value };
    value = b.op('Gemm', [value, weight, bias]);
    if (i < last) value = b.op('Relu', [value]);
    return layer;
  });

  const logs = b.op('LogSoftmax', [value], { axis: 1 });
  const labels = b.op('Unsqueeze', [y, b.integers([1])]);
  const likelihood = b.op('GatherElements', [logs, labels], { axis: 1 });
  const loss = b.op('Mul', [b.op('ReduceSum', [likelihood], { keepdims: 0 }), float(-1 / batch)]);
  const hot = b.op('OneHot', [y, b.scalar('int64', of.classes), b.values('float32', [2], [0, 1])], { axis: 1 });
  let slope = b.op('Mul', [b.op('Sub', [b.op('Exp', [logs]), hot]), float(1 / batch)]);

  const update = (name: string, gradient: string): void => {
    const kept = b.input(`${name}.momentum`, b.info(name));
    const next = b.op('Add', [b.op('Mul', [kept, float(momentum)]), gradient], {}, `${name}.momentum.next`);
    b.output(next);
    b.output(b.op('Sub', [name, b.op('Mul', [next, float(lr)])], {}, `${name}.next`));
  };
  for (const [i, { weight, bias, input }] of [...layers.entries()].reverse()) {
    update(weight, b.op('Gemm', [input, slope], { transA: 1 }));
    update(bias, b.op('ReduceSum', [slope, b.integers([0])], { keepdims: 0 }));
    if (i === 0) continue;
    const before = b.op('Gemm', [slope, weight], { transB: 1 });
    slope = b.op('Where', [b.op('Greater', [input, float(0)]), before, float(0)]);
  }
  b.output(loss, 'loss');
  return encodeModel({ opset: OPSET, graph: b.finish('hand-written') });
}
