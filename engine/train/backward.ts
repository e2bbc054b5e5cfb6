/** Reverse-mode differentiation of a graph: one walk from the loss back, https://arxiv.org/abs/1502.05767 section 3.2. */
import type { GraphBuilder, TapeEntry } from '#engine/graph/build.ts';
import { nodeTitle } from '#engine/graph/graph.ts';
import { modelError } from '#engine/onnx/errors.ts';
import { DIFFERENTIABLE, gradientOf } from '#engine/ops/gradients.ts';
import type { Differentiated, Rule } from '#engine/ops/rule.ts';
import { isSameShape } from '#engine/state/state.ts';

/** Sums a gradient over the axes along which its value was broadcast. */
function unbroadcast(b: GraphBuilder, gradient: string, shape: readonly number[]): string {
  const from = b.info(gradient).shape;
  if (isSameShape(from, shape)) return gradient;
  const lead = from.length - shape.length;
  const axes = from.flatMap((size, i) => (i < lead || (shape[i - lead] === 1 && size !== 1) ? [i] : []));
  const sum = axes.length === 0 ? gradient : b.op('ReduceSum', [gradient, b.integers(axes)], { keepdims: 0 });
  return isSameShape(b.info(sum).shape, shape) ? sum : b.op('Reshape', [sum, b.integers(shape)]);
}

/** Values that depend on one of `sources` by way of floating-point numbers. */
function dependents(b: GraphBuilder, tape: readonly TapeEntry[], sources: Iterable<string>): Set<string> {
  const found = new Set(sources);
  for (const { node } of tape) {
    if (!node.inputs.some((name) => found.has(name))) continue;
    for (const name of node.outputs) if (name !== '' && b.info(name).dtype.startsWith('float')) found.add(name);
  }
  return found;
}

/** Gradients by name of the value, while the walk collects them. */
class Collected {
  readonly #b: GraphBuilder;
  readonly #sums = new Map<string, string>();

  constructor(b: GraphBuilder) {
    this.#b = b;
  }

  get(name: string): string | undefined {
    return this.#sums.get(name);
  }

  add(name: string, part: string): void {
    const fitted = unbroadcast(this.#b, part, this.#b.info(name).shape);
    const sum = this.#sums.get(name);
    this.#sums.set(name, sum === undefined ? fitted : this.#b.op('Add', [sum, fitted]));
  }

  /** What a rule sees of an entry. */
  view({ node }: TapeEntry): Differentiated {
    const b = this.#b;
    const out = (i: number): string => node.outputs[i] ?? '';
    const isUsed = (i: number): boolean => this.#sums.has(out(i));
    const d = (i: number): string => {
      const known = this.#sums.get(out(i));
      if (known !== undefined) return known;
      const { dtype, shape } = b.info(out(i));
      return b.op('Expand', [b.scalar(dtype, 0), b.integers(shape)]);
    };
    return {
      b,
      node,
      call: b.call(node),
      in: (i) => node.inputs[i] ?? '',
      out,
      d,
      isUsed,
      y: out(0),
      get dy() {
        return d(0);
      },
    };
  }
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
  const tape = [...b.tape];
  const wanted = dependents(b, tape, weights);
  const gradients = new Collected(b);
  gradients.add(from.value, from.gradient);
  for (const entry of tape.toReversed()) {
    const { node } = entry;
    const isReached = node.outputs.some((name) => wanted.has(name) && gradients.get(name) !== undefined);
    if (!isReached) continue;
    const parts = ruleOf(entry)(gradients.view(entry));
    node.inputs.forEach((name, i) => {
      const part = parts[i] ?? null;
      if (part !== null && wanted.has(name)) gradients.add(name, part);
    });
  }
  return new Map(
    weights.flatMap((name) => {
      const gradient = gradients.get(name);
      return gradient === undefined ? [] : [[name, gradient] as const];
    }),
  );
}

function ruleOf({ node, rule }: TapeEntry): Rule {
  const found = rule ?? gradientOf(node.op);
  if (found === null)
    throw modelError('NO_GRADIENT', { node: nodeTitle(node), operator: node.op, supported: DIFFERENTIABLE });
  return found;
}
