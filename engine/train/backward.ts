/** Reverse-mode differentiation of a graph: one walk from the loss back, https://arxiv.org/abs/1502.05767 section 3.2. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import { type Node, nodeTitle } from '#engine/graph/graph.ts';
import { modelError } from '#engine/onnx/errors.ts';
import { gradientOf } from '#engine/ops/gradients.ts';
import { isSameShape } from '#engine/state/state.ts';

/** Sums a gradient over the axes along which its value was broadcast. */
function unbroadcast(b: GraphBuilder, gradient: string, shape: readonly number[]): string {
  const from = b.info(gradient).shape;
  if (isSameShape(from, shape)) return gradient;
  const lead = from.length - shape.length;
  const axes = from.flatMap((size, i) => (i < lead || (shape[i - lead] === 1 && size !== 1) ? [i] : []));
  const sum = axes.length === 0 ? gradient : b.op('ReduceSum', [gradient, b.integers(axes)], { keepdims: 1 });
  return isSameShape(b.info(sum).shape, shape) ? sum : b.op('Reshape', [sum, b.integers(shape)]);
}

/** Values that depend on one of `sources` by way of floating-point numbers. */
function dependents(b: GraphBuilder, nodes: readonly Node[], sources: Iterable<string>): Set<string> {
  const found = new Set(sources);
  for (const { inputs, outputs } of nodes) {
    if (!inputs.some((name) => found.has(name))) continue;
    for (const name of outputs) if (b.info(name).dtype.startsWith('float')) found.add(name);
  }
  return found;
}

/**
 * @param from gradient of the loss by name of the value that it is known for
 * @returns gradient by name of the weight; a weight that nothing depends on has none
 */
export function addBackward(
  b: GraphBuilder,
  from: { readonly value: string; readonly gradient: string },
  weights: readonly string[],
): Map<string, string> {
  const nodes = [...b.nodes];
  const wanted = dependents(b, nodes, weights);
  const gradients = new Map([[from.value, from.gradient]]);
  for (const node of nodes.toReversed()) {
    const [y] = node.outputs;
    const dy = y === undefined ? undefined : gradients.get(y);
    if (y === undefined || dy === undefined || !wanted.has(y)) continue;
    const rule = gradientOf(node.op);
    if (rule === null) throw modelError('NO_GRADIENT', { node: nodeTitle(node), operator: node.op });
    const input = (i: number): string => node.inputs[i] ?? '';
    const parts = rule({ b, node, call: b.call(node), in: input, y, dy });
    node.inputs.forEach((name, i) => {
      if (!wanted.has(name)) return;
      const part = parts[i] ?? null;
      if (part === null) throw modelError('NO_GRADIENT', { node: nodeTitle(node), operator: node.op });
      const fitted = unbroadcast(b, part, b.info(name).shape);
      const sum = gradients.get(name);
      gradients.set(name, sum === undefined ? fitted : b.op('Add', [sum, fitted]));
    });
  }
  return new Map(
    weights.flatMap((name) => {
      const gradient = gradients.get(name);
      return gradient === undefined ? [] : [[name, gradient] as const];
    }),
  );
}
