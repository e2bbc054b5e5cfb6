/** Arithmetic of one float64 number in the graph: what is known ahead is a number and folded, the rest is a value's name. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';

/** A number, or the name of a float64 value of shape []. */
export type Scalar = number | string;

/** Operators whose float64 result IEEE 754 fixes to the bit. */
const KNOWN = {
  Add: (a: number, b: number) => a + b,
  Sub: (a: number, b: number) => a - b,
  Mul: (a: number, b: number) => a * b,
  Div: (a: number, b: number) => a / b,
  Min: (a: number, b: number) => Math.min(a, b),
  Max: (a: number, b: number) => Math.max(a, b),
} as const;

type Binary = keyof typeof KNOWN;

export class Scalars {
  readonly #b: GraphBuilder;

  constructor(b: GraphBuilder) {
    this.#b = b;
  }

  #name(of: Scalar): string {
    return typeof of === 'number' ? this.#b.scalar('float64', of) : of;
  }

  #binary(op: Binary, left: Scalar, right: Scalar): Scalar {
    if (typeof left === 'number' && typeof right === 'number') return KNOWN[op](left, right);
    return this.#b.op(op, [this.#name(left), this.#name(right)]);
  }

  add(left: Scalar, right: Scalar): Scalar {
    return left === 0 ? right : right === 0 ? left : this.#binary('Add', left, right);
  }

  sub(left: Scalar, right: Scalar): Scalar {
    return right === 0 ? left : this.#binary('Sub', left, right);
  }

  mul(left: Scalar, right: Scalar): Scalar {
    return left === 1 ? right : right === 1 ? left : this.#binary('Mul', left, right);
  }

  div(left: Scalar, right: Scalar): Scalar {
    return right === 1 ? left : this.#binary('Div', left, right);
  }

  min(left: Scalar, right: Scalar): Scalar {
    return this.#binary('Min', left, right);
  }

  max(left: Scalar, right: Scalar): Scalar {
    return this.#binary('Max', left, right);
  }

  sqrt(of: Scalar): Scalar {
    return typeof of === 'number' ? Math.sqrt(of) : this.#b.op('Sqrt', [of]);
  }

  /** Horner's rule. @param coefficients of x⁰, x¹, … */
  polynomial(x: Scalar, coefficients: readonly number[]): Scalar {
    return coefficients.reduceRight<Scalar>((sum, coefficient) => this.add(this.mul(sum, x), coefficient), 0);
  }

  /** Rounded to float32 once, for arithmetic with weights. */
  float32(of: Scalar): string {
    if (typeof of === 'number') return this.#b.scalar('float32', of);
    return this.#b.op('Cast', [of], { to: ELEMENT_TYPE.float32 });
  }
}
