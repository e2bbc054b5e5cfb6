/** An ONNX graph as plain data: what the codec reads and writes and what every pass maps. */
import type { DataType, Tensor } from './tensor.ts';

/** Opset in which everything of ours is written. */
export const OPSET = 18;

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  /** Subgraphs and whatever else is only passed on: the bytes of the AttributeProto. */
  | { readonly kind: 'raw'; readonly value: Uint8Array };

export type Attributes = ReadonlyMap<string, Attribute>;

export interface Node {
  readonly op: string;
  /** '' is ai.onnx. */
  readonly domain: string;
  readonly name: string;
  /** '' is an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** Element type and static shape. */
export interface Info {
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

/** A value as a file declares it; a dimension without a number has a name, '' if none. */
export interface DeclaredValue {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: ReadonlyArray<number | string>;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly DeclaredValue[];
  readonly outputs: readonly DeclaredValue[];
  /** In an order in which each value is made before it is read. */
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** Initializers of other element types, as the bytes of their TensorProto. */
  readonly opaque: ReadonlyMap<string, Uint8Array>;
  /** What is known of the values in between. */
  readonly values: readonly DeclaredValue[];
  /** Initializers that the exporter calls parameters; not there where the file does not say. */
  readonly parameters?: ReadonlySet<string>;
}

export interface Model {
  readonly opset: number;
  readonly graph: Graph;
}

export function intAttribute(attributes: Attributes, name: string, otherwise: number): number {
  const attribute = attributes.get(name);
  return attribute?.kind === 'int' ? attribute.value : otherwise;
}

export function floatAttribute(attributes: Attributes, name: string, otherwise: number): number {
  const attribute = attributes.get(name);
  return attribute?.kind === 'float' ? attribute.value : otherwise;
}

export function intsAttribute(attributes: Attributes, name: string): readonly number[] | undefined {
  const attribute = attributes.get(name);
  return attribute?.kind === 'ints' ? attribute.value : undefined;
}

/** How errors name a node. */
export function nodeTitle(node: Node): string {
  return node.name !== '' ? node.name : `${node.op}(${node.outputs[0] ?? ''})`;
}
