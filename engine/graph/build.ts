/** A graph under construction: each operator that is added gets its result's name, type and shape, and its cost at once. */
import { numbersOf, tensorOf } from './numbers.ts';
import { modelError } from '#engine/onnx/errors.ts';
import { Call } from '#engine/ops/call.ts';
import { CATALOGUE, type OperatorName } from '#engine/ops/catalogue.ts';
import type { Attribute, Attributes, DeclaredValue, Graph, Info, Node } from './graph.ts';
import type { DataType, Tensor } from './tensor.ts';

/** Integers as `int` and `ints`; anything else as an Attribute. */
export type AttributeArgument = number | readonly number[] | Attribute;

function toAttribute(value: AttributeArgument): Attribute {
  if (typeof value === 'number') return { kind: 'int', value };
  return 'kind' in value ? value : { kind: 'ints', value };
}

export class GraphBuilder {
  readonly #infos = new Map<string, Info>();
  readonly #inputs: DeclaredValue[] = [];
  readonly #outputs: DeclaredValue[] = [];
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, Tensor>();
  /** Constants that are made here, by their content. */
  readonly #shared = new Map<string, string>();
  #units = 0;
  #count = 0;

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** Operations of all nodes so far. */
  get units(): bigint {
    return BigInt(this.#units);
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

  /** @returns name of the result */
  op(
    op: OperatorName,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeArgument>> = {},
    output = this.#fresh(op),
  ): string {
    const all = new Map(Object.entries(attributes).map(([name, value]) => [name, toAttribute(value)]));
    return this.add(op, inputs, all, output);
  }

  /** @param title how an error about the shapes names the node */
  add(op: OperatorName, inputs: readonly string[], attributes: Attributes, output: string, title = output): string {
    const node: Node = { op, domain: '', name: output, inputs, outputs: [output], attributes };
    const call = this.call({ ...node, name: title });
    const info = CATALOGUE[op].shape(call);
    this.#units += CATALOGUE[op].units(call, info);
    this.#declare(output, info);
    this.#nodes.push(node);
    const value = attributes.get('value');
    if (op === 'Constant' && value?.kind === 'tensor') this.#constants.set(output, value.value);
    return output;
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
    const made = name === as ? name : this.op('Identity', [name], {}, as);
    const { dtype, shape } = this.info(made);
    this.#outputs.push({ name: made, dtype, shape });
  }

  finish(name: string): Graph {
    const inputs = new Set([...this.#inputs, ...this.#outputs].map((value) => value.name));
    return {
      name,
      inputs: this.#inputs,
      outputs: this.#outputs,
      nodes: this.#nodes,
      initializers: new Map([...this.#constants].filter(([constant]) => !this.#isMade(constant))),
      opaque: new Map(),
      values: [...this.#infos]
        .filter(([value]) => !inputs.has(value) && !this.#constants.has(value))
        .map(([value, info]) => ({ name: value, ...info })),
    };
  }

  /** Is the constant the result of a node? */
  #isMade(name: string): boolean {
    return this.#nodes.some(({ op, outputs }) => op === 'Constant' && outputs[0] === name);
  }
}
