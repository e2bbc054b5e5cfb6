/** Gradients scaled down together where their common norm is too large: torch.nn.utils.clip_grad_norm_. */
import type { GraphBuilder } from '#engine/graph/build.ts';

/** In torch, against a division by zero. */
const EPSILON = 1e-6;

/** Over the last axis first and then over the rest, so that no sum is long. */
function sumOfSquares(b: GraphBuilder, name: string): string {
  const { shape } = b.info(name);
  const square = b.op('Mul', [name, name]);
  if (shape.length === 0) return square;
  const rows = b.op('ReduceSum', [square, b.integers([shape.length - 1])], { keepdims: 0 });
  return shape.length === 1 ? rows : b.op('ReduceSum', [rows], { keepdims: 0 });
}

/** https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html @returns the scaled gradients */
export function addClipping(
  b: GraphBuilder,
  gradients: ReadonlyMap<string, string>,
  maxNorm: number,
): Map<string, string> {
  const squares = [...gradients.values()].map((gradient) => sumOfSquares(b, gradient));
  const [first, ...others] = squares;
  if (first === undefined) return new Map();
  const norm = b.op('Sqrt', [others.reduce((sum, square) => b.op('Add', [sum, square]), first)]);
  const float = (number: number): string => b.scalar('float32', number);
  const ratio = b.op('Div', [float(maxNorm), b.op('Add', [norm, float(EPSILON)])]);
  const scale = b.op('Min', [ratio, float(1)]);
  return new Map([...gradients].map(([name, gradient]) => [name, b.op('Mul', [gradient, scale])]));
}
