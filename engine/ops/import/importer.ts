/** What an importer sees of a node of the submitter's model, and the plain copy that most operators need. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import type { Attribute, Attributes } from '#engine/graph/graph.ts';
import type { Call } from '../call.ts';
import type { OperatorName } from '../catalogue.ts';

/** How a model behaves while it is trained. */
export interface Modes {
  /** Statistics of a BatchNormalization: as the file says, of each batch, or the running ones. */
  readonly batchNorm: 'as-exported' | 'train' | 'frozen';
}

export interface Imported {
  readonly b: GraphBuilder;
  /** The node, with the builder's names as inputs and the file's as outputs. */
  readonly call: Call;
  /** Opset of the file. */
  readonly opset: number;
  readonly modes: Modes;
  /** Name for the first result, where the file's node becomes one node. */
  readonly name: string;
  /** Name of input `i`, '' where it is left out. */
  in(i: number): string;
  /** The tensor of the state that is input `i` will be `next`. */
  setRunning(i: number, next: string): void;
}

/** Adds core operators for one node of the file. @returns the names of its results */
export type Importer = (of: Imported) => readonly string[];

export function text(attributes: Attributes, name: string, otherwise: string): string {
  const attribute = attributes.get(name);
  return attribute?.kind === 'string' ? attribute.value : otherwise;
}

/** The operator as it is, with these of its attributes. */
export const copied =
  (op: OperatorName, ...kept: string[]): Importer =>
  (of) => {
    const attributes = new Map<string, Attribute>();
    for (const name of kept) {
      const attribute = of.call.attributes.get(name);
      if (attribute !== undefined) attributes.set(name, attribute);
    }
    const inputs = of.call.node.inputs;
    const last = inputs.findLastIndex((name) => name !== '');
    of.b.add({ op, inputs: inputs.slice(0, last + 1), attributes, outputs: [of.name], title: of.call.node.name });
    return [of.name];
  };

/** A constant of the element type of the first input. */
export function like(of: Imported, number: number): string {
  return of.b.scalar(of.call.input(0).dtype, number);
}

/** The first input in another shape. */
export function reshaped({ b }: Imported, name: string, shape: readonly number[]): string {
  return b.info(name).shape.join() === shape.join() ? name : b.op('Reshape', [name, b.integers(shape)]);
}
