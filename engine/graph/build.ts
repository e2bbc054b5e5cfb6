/** A graph under construction: each operator that is added gets its results' names, types and shapes at once. */
import { numbersOf, tensorOf } from './numbers.ts';
import { modelError } from '#engine/onnx/errors.ts';
import { Call } from '#engine/ops/call.ts';
import { type OperatorName, resultsOf } from '#engine/ops/catalogue.ts';
import { folded } from '#engine/ops/fold.ts';
import type { Rule } from '#engine/ops/rule.ts';
import type { Attribute, Attributes, DeclaredValue, Graph, Info, Node } from './graph.ts';
import type { DataType, Tensor } from './tensor.ts';

/** Integers as `int` and `ints`; anything else as an Attribute. */
export type AttributeArgument = number | readonly number[] | Attribute;

function toAttribute(value: AttributeArgument): Attribute {
  if (typeof value === 'number') return { kind: 'int', value };
  return 'kind' in value ? value : { kind: 'ints', value };
}

/**
 * What the backward walk sees of an operator: its inputs and results. Several nodes that have one gradient rule
 * together (a normalization) are one entry, and the rule goes with it.
 */
export interface TapeEntry {
  readonly node: Node;
  readonly rule?: Rule;
}

const attributesOf = (of: Readonly<Record<string, AttributeArgument>>): Attributes =>
  new Map(Object.entries(of).map(([name, value]) => [name, toAttribute(value)]));

export class GraphBuilder {
  readonly #infos = new Map<string, Info>();
  readonly #inputs: DeclaredValue[] = [];
  readonly #outputs: DeclaredValue[] = [];
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, Tensor>();
  /** Constants that are made here, by their content. */
  readonly #shared = new Map<string, string>();
  readonly #tape: TapeEntry[] = [];
  #isRecording = true;
  #count = 0;
  #randoms = 0;

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  get tape(): readonly TapeEntry[] {
    return this.#tape;
  }

  info(name: string): Info {
    const info = this.#infos.get(name);
    if (info === undefined) throw modelError('SHAPE', { where: name, why: 'it has no static shape' });
    return info;
  }

  constant(name: string): Tensor | undefined {
    return this.#constants.get(name);
  }

  #declare(name: string, info: Info): string {
    if (this.#infos.has(name)) throw modelError('NAME', { name, why: 'it is taken' });
    this.#infos.set(name, info);
    return name;
  }

  input(name: string, { dtype, shape }: Info): string {
    this.#inputs.push({ name, dtype, shape });
    return this.#declare(name, { dtype, shape });
  }

  /** Uniform numbers in [0, 1) that the engine draws from the shard's seed at each step (engine/data/noise.ts). */
  random(shape: readonly number[]): string {
    return this.input(`random.${this.#randoms++}`, { dtype: 'float32', shape });
  }

  has(name: string): boolean {
    return this.#infos.has(name);
  }

  initializer(name: string, tensor: Tensor): string {
    this.#constants.set(name, tensor);
    return this.#declare(name, { dtype: tensor.dtype, shape: tensor.shape });
  }

  /** A constant of ours; equal ones are one. */
  values(dtype: DataType, shape: readonly number[], numbers: readonly number[]): string {
    const key = `${dtype}[${shape.join()}]${numbers.join()}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const name = this.initializer(this.#fresh('constant'), tensorOf(dtype, shape, numbers));
    this.#shared.set(key, name);
    return name;
  }

  scalar(dtype: DataType, number: number): string {
    return this.values(dtype, [], [number]);
  }

  /** A vector of int64: axes, a shape. */
  integers(numbers: readonly number[]): string {
    return this.values('int64', [numbers.length], numbers);
  }

  #fresh(kind: string): string {
    let name: string;
    do name = `${kind}.${this.#count++}`;
    while (this.#infos.has(name));
    return name;
  }

  /** @returns name of the first result */
  op(
    op: OperatorName,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeArgument>> = {},
    output = this.#fresh(op),
  ): string {
    this.add({ op, inputs, attributes: attributesOf(attributes), outputs: [output] });
    return output;
  }

  /** An operator with several results. @returns their names */
  ops(
    op: OperatorName,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeArgument>>,
    count: number,
  ): string[] {
    const outputs = Array.from({ length: count }, () => this.#fresh(op));
    this.add({ op, inputs, attributes: attributesOf(attributes), outputs });
    return outputs;
  }

  /** @param title how an error about the shapes names the node */
  add(
    of: Pick<Node, 'inputs' | 'outputs' | 'attributes'> & { readonly op: OperatorName; readonly title?: string },
  ): void {
    const { op, inputs, outputs, attributes, title = outputs[0] ?? op } = of;
    const node: Node = { op, domain: '', name: outputs[0] ?? '', inputs, outputs, attributes };
    const infos = resultsOf(op, this.call({ ...node, name: title }));
    const constant = this.#fold(node, infos);
    if (constant !== null) {
      this.initializer(outputs[0] as string, constant);
      return;
    }
    outputs.forEach((name, i) => {
      const info = infos[i];
      if (info === undefined) throw modelError('SHAPE', { where: title, why: `it has no result ${i}` });
      if (name !== '') this.#declare(name, info);
    });
    this.#nodes.push(node);
    if (this.#isRecording) this.#tape.push({ node });
  }

  /** The node's result as a constant, where all its operands are constants. */
  #fold(node: Node, infos: readonly Info[]): Tensor | null {
    const [info] = infos;
    if (info === undefined || node.outputs.length !== 1) return null;
    return folded(
      this.call(node),
      info,
      node.inputs.map((name) => this.#constants.get(name)),
    );
  }

  /** Nodes with one gradient rule for all of them. @param make adds them. @returns what `make` returns, the results */
  composed(name: string, inputs: readonly string[], rule: Rule, make: () => readonly string[]): readonly string[] {
    if (!this.#isRecording) return make();
    this.#isRecording = false;
    try {
      const outputs = make();
      this.#tape.push({ node: { op: name, domain: '', name, inputs, outputs, attributes: new Map() }, rule });
      return outputs;
    } finally {
      this.#isRecording = true;
    }
  }

  call(node: Node): Call {
    return new Call(node, { info: (name) => this.#infos.get(name), constant: (name) => this.#constants.get(name) });
  }

  /** The numbers of a constant, undefined for anything else. */
  numbers(name: string): number[] | undefined {
    const tensor = this.#constants.get(name);
    return tensor === undefined ? undefined : numbersOf(tensor);
  }

  /** @param as the output's name, made by an Identity where the value has another one */
  output(name: string, as = name): void {
    const { dtype, shape } = this.info(name);
    if (name !== as) {
      const attributes = new Map();
      this.#declare(as, { dtype, shape });
      this.#nodes.push({ op: 'Identity', domain: '', name: as, inputs: [name], outputs: [as], attributes });
    }
    this.#outputs.push({ name: as, dtype, shape });
  }

  finish(name: string): Graph {
    const inputs = new Set([...this.#inputs, ...this.#outputs].map((value) => value.name));
    return {
      name,
      inputs: this.#inputs,
      outputs: this.#outputs,
      nodes: this.#nodes,
      initializers: this.#constants,
      opaque: new Map(),
      values: [...this.#infos]
        .filter(([value]) => !inputs.has(value) && !this.#constants.has(value))
        .map(([value, info]) => ({ name: value, ...info })),
    };
  }
}
