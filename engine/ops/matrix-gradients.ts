/** Gradients of matrix products, without a transpose that an attribute can take. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import { floatAttribute, intAttribute } from '#engine/graph/graph.ts';
import { elementCount } from '#engine/graph/tensor.ts';
import { type Differentiated, type Rule, scaled } from './rule.ts';

/** Y = A' B', hence dA' = dY B'ᵀ and dB' = A'ᵀ dY, transposed again where A or B was. */
export const gemm: Rule = (of) => {
  const { b, node, in: input, dy } = of;
  const [alpha, beta] = [floatAttribute(node.attributes, 'alpha', 1), floatAttribute(node.attributes, 'beta', 1)];
  const [transA, transB] = [intAttribute(node.attributes, 'transA', 0), intAttribute(node.attributes, 'transB', 0)];
  const times = (left: string, right: string, turnLeft: number, turnRight: number): string =>
    b.op('Gemm', [left, right], {
      ...(alpha === 1 ? {} : { alpha: { kind: 'float', value: alpha } as const }),
      transA: turnLeft,
      transB: turnRight,
    });
  const da = transA === 1 ? times(input(1), dy, transB, 1) : times(dy, input(1), 0, 1 - transB);
  const db = transB === 1 ? times(dy, input(0), 1, transA) : times(input(0), dy, 1 - transA, 0);
  return [da, db, scaled(of, dy, beta)];
};

/** All but the last axis as rows of one matrix. */
function asMatrix(b: GraphBuilder, name: string): string {
  const { shape } = b.info(name);
  if (shape.length === 2) return name;
  return b.op('Reshape', [name, b.integers([elementCount(shape.slice(0, -1)), shape.at(-1) as number])]);
}

function transposed(b: GraphBuilder, name: string): string {
  const rank = b.info(name).shape.length;
  const perm = [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2];
  return b.op('Transpose', [name], { perm });
}

/** One weight matrix for a whole stack: the stack is one tall matrix. */
function byWeight({ b, call, in: input, dy }: Differentiated): string[] {
  const { shape } = call.input(0);
  const rows = asMatrix(b, dy);
  const da = b.op('Gemm', [rows, input(1)], { transB: 1 });
  const db = b.op('Gemm', [asMatrix(b, input(0)), rows], { transA: 1 });
  return [shape.length === 2 ? da : b.op('Reshape', [da, b.integers(shape)]), db];
}

export const matMul: Rule = (of) => {
  const { b, call, in: input, dy } = of;
  if (call.input(1).shape.length === 2) return byWeight(of);
  return [b.op('MatMul', [dy, transposed(b, input(1))]), b.op('MatMul', [transposed(b, input(0)), dy])];
};
