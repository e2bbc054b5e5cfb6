/** Operators whose float32 bits depend on the processor become float64 primitives, rounded back once, DESIGN section 5. */
import {
  type Attribute,
  floatAttribute,
  type Graph,
  intAttribute,
  intsAttribute,
  type Node,
} from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import type { DataType, Tensor } from '#engine/graph/tensor.ts';
import { ELEMENT_TYPE } from '#engine/onnx/wire.ts';

/** From here on every reduction has its axes as an input. */
const AXES_ARE_INPUTS = 18;

/** Nodes in the place of one node; names are those of its result with a number behind. */
class Island {
  readonly nodes: Node[] = [];
  readonly constants = new Map<string, Tensor>();
  readonly node: Node;
  readonly #opset: number;

  constructor(node: Node, opset: number) {
    this.node = node;
    this.#opset = opset;
  }

  #fresh(): string {
    return `${this.node.outputs[0]}.wide.${this.nodes.length + this.constants.size}`;
  }

  op(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output?: string,
  ): string {
    const name = this.#fresh();
    const made = output ?? name;
    this.nodes.push({ op, domain: '', name, inputs, outputs: [made], attributes: new Map(Object.entries(attributes)) });
    return made;
  }

  constant(dtype: DataType, shape: readonly number[], numbers: readonly number[]): string {
    const name = this.#fresh();
    this.constants.set(name, tensorOf(dtype, shape, numbers));
    return name;
  }

  cast(name: string, to: DataType, output?: string): string {
    return this.op('Cast', [name], { to: { kind: 'int', value: ELEMENT_TYPE[to] } }, output);
  }

  axes(numbers: readonly number[]): string {
    return this.constant('int64', [numbers.length], numbers);
  }

  maximum(name: string, axis: number): string {
    if (this.#opset >= AXES_ARE_INPUTS) return this.op('ReduceMax', [name, this.axes([axis])]);
    return this.op('ReduceMax', [name], { axes: { kind: 'ints', value: [axis] } });
  }

  /** The sum over axes divided by the number of terms, which is read off the operand's shape at run time. */
  mean(name: string, axes: string | null, keepdims = 1): string {
    const sum = this.op('ReduceSum', axes === null ? [name] : [name, axes], {
      keepdims: { kind: 'int', value: keepdims },
    });
    const shape = this.op('Shape', [name]);
    const sizes = axes === null ? shape : this.op('Gather', [shape, axes]);
    const count = this.op('ReduceProd', [sizes], { keepdims: { kind: 'int', value: 0 } });
    return this.op('Div', [sum, this.cast(count, 'float64')]);
  }
}

/** @returns name of the result in float64; null: the node stays as it is */
type Rule = (island: Island, wide: string) => string | null;

function shifted(island: Island, wide: string): { shifted: string; exp: string; sum: string } {
  const axis = intAttribute(island.node.attributes, 'axis', -1);
  const less = island.op('Sub', [wide, island.maximum(wide, axis)]);
  const exp = island.op('Exp', [less]);
  return { shifted: less, exp, sum: island.op('ReduceSum', [exp, island.axes([axis])]) };
}

/** Over the axes from `axis` to the last; counted from the back, so that the rank need not be known. */
const layerNormalization: Rule = (island, wide) => {
  const { attributes, inputs, outputs } = island.node;
  const axis = intAttribute(attributes, 'axis', -1);
  if (axis >= 0 || outputs.slice(1).some((name) => name !== '')) return null;
  const axes = island.axes(Array.from({ length: -axis }, (_, i) => axis + i));
  const difference = island.op('Sub', [wide, island.mean(wide, axes)]);
  const variance = island.mean(island.op('Mul', [difference, difference]), axes);
  const epsilon = island.constant('float64', [], [floatAttribute(attributes, 'epsilon', 1e-5)]);
  const deviation = island.op('Sqrt', [island.op('Add', [variance, epsilon])]);
  const [, scale = '', bias = ''] = inputs;
  const scaled = island.op('Mul', [island.op('Div', [difference, deviation]), island.cast(scale, 'float64')]);
  return bias === '' ? scaled : island.op('Add', [scaled, island.cast(bias, 'float64')]);
};

const RULES = {
  Log: (island, wide) => island.op('Log', [wide]),
  ReduceMean: (island, wide) => {
    const { attributes, inputs } = island.node;
    if (intAttribute(attributes, 'noop_with_empty_axes', 0) === 1) return null;
    const given = intsAttribute(attributes, 'axes');
    const axes = given === undefined ? (inputs[1] ?? '') : island.axes(given);
    return island.mean(wide, axes === '' ? null : axes, intAttribute(attributes, 'keepdims', 1));
  },
  Softmax: (island, wide) => {
    const { exp, sum } = shifted(island, wide);
    return island.op('Div', [exp, sum]);
  },
  LogSoftmax: (island, wide) => {
    const parts = shifted(island, wide);
    return island.op('Sub', [parts.shifted, island.op('Log', [parts.sum])]);
  },
  LayerNormalization: layerNormalization,
} as const satisfies Record<string, Rule>;

function ruleOf(op: string): Rule | undefined {
  const rules: Readonly<Partial<Record<string, Rule>>> = RULES;
  return Object.hasOwn(rules, op) ? rules[op] : undefined;
}

/** Where the element type of an operand is not known it is float32, unless the graph holds other types (`opaque`). */
export function withIslands(graph: Graph, opset: number): Graph {
  const known = new Map([...graph.inputs, ...graph.outputs, ...graph.values].map((value) => [value.name, value.dtype]));
  const isFloat = (name: string): boolean => {
    const dtype = graph.initializers.get(name)?.dtype ?? known.get(name);
    return dtype === undefined ? graph.opaque.size === 0 : dtype === 'float32';
  };
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.flatMap((node) => {
    const [input = ''] = node.inputs;
    const rule = ruleOf(node.op);
    if (rule === undefined || node.domain !== '' || !isFloat(input)) return [node];
    const island = new Island(node, opset);
    const result = rule(island, island.cast(input, 'float64'));
    if (result === null) return [node];
    island.cast(result, 'float32', node.outputs[0]);
    for (const [name, tensor] of island.constants) initializers.set(name, tensor);
    return island.nodes;
  });
  return { ...graph, nodes, initializers };
}
