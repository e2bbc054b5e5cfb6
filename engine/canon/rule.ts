/** What a rewriting rule is: a node in, the names of what replaces its results out. */
import { floatAttribute, intAttribute, intsAttribute, type Node } from '#engine/graph/graph.ts';
import type { Emit } from './emit.ts';

export class Site {
  readonly e: Emit;
  readonly node: Node;
  readonly #makers: ReadonlyMap<string, Node>;

  constructor(e: Emit, node: Node, makers: ReadonlyMap<string, Node>) {
    this.e = e;
    this.node = node;
    this.#makers = makers;
  }

  in(i: number): string {
    return this.node.inputs[i] ?? '';
  }

  has(i: number): boolean {
    return this.in(i) !== '';
  }

  int(name: string, otherwise: number): number {
    return intAttribute(this.node.attributes, name, otherwise);
  }

  float(name: string, otherwise: number): number {
    return floatAttribute(this.node.attributes, name, otherwise);
  }

  /** The node that made a value, as it was before any rule. */
  maker(name: string): Node | undefined {
    return this.#makers.get(name);
  }

  /** Spatial sizes of the first result; null where nobody tells. */
  places(): readonly number[] | null {
    return this.e.known(this.node.outputs[0] ?? '')?.shape.slice(2) ?? null;
  }

  /** An axis of the first operand, counted from the front. */
  axis(otherwise: number): number {
    const axis = this.int('axis', otherwise);
    return axis < 0 ? axis + this.e.shape(this.in(0)).length : axis;
  }

  /** The axes of a reduction, counted from the front; null where they are known only at run time. */
  axes(): number[] | null {
    const rank = this.e.shape(this.in(0)).length;
    const given = intsAttribute(this.node.attributes, 'axes') ?? (this.has(1) ? this.e.numbers(this.in(1)) : []);
    if (given === undefined) return null;
    if (given.length > 0) return given.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
    return this.int('noop_with_empty_axes', 0) === 1 ? [] : Array.from({ length: rank }, (_, i) => i);
  }
}

/** @returns a name for each result that is used, or null: the node stays as it is */
export type RewriteRule = (site: Site) => readonly string[] | null;
