/** The graph that a pass writes: nodes with the type and shape of every result, and constants of which equal ones are one. */
import type { Attribute, DeclaredValue, Graph, Info, Node } from '#engine/graph/graph.ts';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import type { DataType, Tensor } from '#engine/graph/tensor.ts';
import { Call } from '#engine/ops/call.ts';
import { type OperatorName, resultsOf } from '#engine/ops/catalogue.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';

/** Since these opsets the axes of a sum, and of every other reduction, are an input. */
const AXES_ARE_INPUTS = { ReduceSum: 13, ReduceMax: 18 } as const;

const isStatic = (shape: DeclaredValue['shape']): shape is number[] => shape.every((size) => typeof size === 'number');

/** A node's reads and results as a rule sees them. */
export class Emit {
  readonly nodes: Node[] = [];
  readonly opset: number;
  readonly #infos = new Map<string, Info>();
  readonly #constants: Map<string, Tensor>;
  readonly #shared = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #made: DeclaredValue[] = [];
  /** In front of the names that are made. */
  #prefix = '';

  constructor(graph: Graph, opset: number) {
    this.opset = opset;
    this.#constants = new Map(graph.initializers);
    for (const [name, { dtype, shape }] of graph.initializers) this.#infos.set(name, { dtype, shape });
    for (const { name, dtype, shape } of [...graph.inputs, ...graph.outputs, ...graph.values]) {
      if (isStatic(shape)) this.#infos.set(name, { dtype, shape });
    }
    for (const name of [...graph.inputs.map((value) => value.name), ...graph.initializers.keys()])
      this.#taken.add(name);
    for (const { outputs, attributes } of graph.nodes) {
      for (const name of outputs) this.#taken.add(name);
      const value = attributes.get('value');
      if (value?.kind === 'tensor') this.#constants.set(outputs[0] ?? '', value.value);
    }
  }

  /** From here on names are made from that of a node's first result. */
  at(node: Node): void {
    this.#prefix = node.outputs[0] ?? node.op;
  }

  known(name: string): Info | undefined {
    return this.#infos.get(name);
  }

  info(name: string): Info {
    const info = this.#infos.get(name);
    if (info === undefined) throw new RangeError(`${name} has no static shape`);
    return info;
  }

  shape(name: string): readonly number[] {
    return this.info(name).shape;
  }

  isConstant(name: string): boolean {
    return this.#constants.has(name);
  }

  /** Undefined for what is no constant. */
  numbers(name: string): number[] | undefined {
    const tensor = this.#constants.get(name);
    return tensor === undefined ? undefined : numbersOf(tensor);
  }

  #fresh(prefix: string): string {
    let count = 0;
    while (this.#taken.has(`${prefix}.${count}`)) count++;
    const name = `${prefix}.${count}`;
    this.#taken.add(name);
    return name;
  }

  op(
    op: OperatorName,
    inputs: readonly string[],
    attributes: Readonly<Record<string, number | readonly number[] | Attribute>> = {},
  ): string {
    const name = this.#fresh(`${this.#prefix}.${op.toLowerCase()}`);
    const given = Object.entries(attributes).map(([key, value]): [string, Attribute] => {
      if (typeof value === 'number') return [key, { kind: 'int', value }];
      return [key, 'kind' in value ? value : { kind: 'ints', value }];
    });
    const node: Node = { op, domain: '', name, inputs, outputs: [name], attributes: new Map(given) };
    const surroundings = {
      info: (value: string) => this.#infos.get(value),
      constant: (value: string) => this.#constants.get(value),
    };
    const [info] = resultsOf(op, new Call(node, surroundings));
    if (info === undefined) throw new RangeError(`${op} gives nothing`);
    this.#infos.set(name, info);
    this.#made.push({ name, ...info });
    this.nodes.push(node);
    return name;
  }

  constant(dtype: DataType, shape: readonly number[], numbers: readonly number[]): string {
    const key = `${dtype}[${shape.join()}]${numbers.join()}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const tensor = tensorOf(dtype, shape, numbers);
    const name = this.#fresh('exact.constant');
    this.#constants.set(name, tensor);
    this.#infos.set(name, { dtype, shape });
    this.#shared.set(key, name);
    return name;
  }

  /** A number of the type of `like`. */
  scalar(like: string, number: number): string {
    return this.constant(this.info(like).dtype, [], [number]);
  }

  cast(name: string, to: DataType): string {
    return this.op('Cast', [name], { to: ELEMENT_TYPE[to] });
  }

  reshape(name: string, shape: readonly number[]): string {
    if (this.shape(name).join() === shape.join()) return name;
    return this.op('Reshape', [name, this.constant('int64', [shape.length], shape)]);
  }

  reduce(op: keyof typeof AXES_ARE_INPUTS, name: string, axes: readonly number[], keepdims = 1): string {
    if (this.opset < AXES_ARE_INPUTS[op]) return this.op(op, [name], { axes, keepdims });
    return this.op(op, [name, this.constant('int64', [axes.length], axes)], { keepdims });
  }

  /** Nodes as they are, results known or not. */
  keep(node: Node): void {
    this.nodes.push(node);
  }

  /** Gives results that were made here the names that the graph expects. */
  rename(names: ReadonlyMap<string, string>): void {
    const named = (name: string): string => names.get(name) ?? name;
    for (const [i, node] of this.nodes.entries()) {
      if (![...node.inputs, ...node.outputs].some((name) => names.has(name))) continue;
      this.nodes[i] = { ...node, inputs: node.inputs.map(named), outputs: node.outputs.map(named) };
    }
  }

  isMade(name: string): boolean {
    return this.#made.some((value) => value.name === name);
  }

  /** `graph` with what was written here in the place of its nodes. */
  finish(graph: Graph): Graph {
    const results = new Set(this.nodes.flatMap(({ outputs }) => outputs));
    const constants = [...this.#shared.values()].map((name) => [name, this.#constants.get(name) as Tensor] as const);
    return {
      ...graph,
      nodes: this.nodes,
      initializers: new Map([...graph.initializers, ...constants]),
      values: [...graph.values, ...this.#made.filter(({ name }) => results.has(name))],
    };
  }
}
