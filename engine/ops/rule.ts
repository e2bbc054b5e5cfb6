/** What a gradient rule is given, and what it gives back. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import type { Node } from '#engine/graph/graph.ts';
import type { Call } from './call.ts';

export interface Differentiated {
  readonly b: GraphBuilder;
  readonly node: Node;
  readonly call: Call;
  /** Name of input `i`. */
  in(i: number): string;
  /** Name of result `i`. */
  out(i: number): string;
  /** Gradient of result `i`: zeros where the loss does not depend on it. */
  d(i: number): string;
  /** Does the loss depend on result `i`? */
  isUsed(i: number): boolean;
  /** `out(0)`. */
  readonly y: string;
  /** `d(0)`. */
  readonly dy: string;
}

/** A gradient for each input, still in the broadcast shape; null where there is none. */
export type Rule = (of: Differentiated) => ReadonlyArray<string | null>;

/** A constant of the element type of the first result. */
export function one({ b, y }: Differentiated, number: number): string {
  return b.scalar(b.info(y).dtype, number);
}

export function scaled({ b }: Differentiated, name: string, factor: number): string {
  return factor === 1 ? name : b.op('Mul', [name, b.scalar(b.info(name).dtype, factor)]);
}
