/** A canonical step graph as a program: one instruction a value, docs/disputes.md. */
import { type Graph, type Info, type Node, nodeTitle } from '#engine/graph/graph.ts';
import { elementCount, type Tensor } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { modelError } from '#engine/onnx/errors.ts';
import { Call } from '#engine/ops/call.ts';
import { NEXT } from '#engine/run/aliasing.ts';
import { hashToBytes } from '#protocol/codec/digest.ts';
import { encodeInstruction, type Instruction } from '#protocol/dispute/instruction.ts';
import { hasForm, MOST_INSTRUCTION, MOST_TERMS, OPCODES } from '#protocol/dispute/opcodes.ts';
import { programRoot } from '#protocol/dispute/program.ts';
import { fineRoot } from '#protocol/dispute/short.ts';
import { CorexError } from '#protocol/errors.ts';
import type { Hash } from '#protocol/ids.ts';
import { compareNames, entryHead } from '#protocol/trees/tensor.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { FOLDS } from './folds.ts';
import type { Form, FormRule } from './form.ts';
import { MOVES } from './moves.ts';
import { PRODUCTS } from './products.ts';
import { TRANSPOSED } from './transposed.ts';

export interface ProgramValue extends Info {
  readonly name: string;
}

export interface Program {
  readonly root: Hash;
  /** Of each value, as the program's leaves hash it. */
  readonly instructions: readonly Uint8Array[];
  readonly values: readonly ProgramValue[];
  /** Number of a value. @throws RangeError when the graph has none of this name */
  indexOf(name: string): number;
}

const RULES: Readonly<Record<string, FormRule>> = { ...ELEMENTWISE, ...MOVES, ...FOLDS, ...PRODUCTS, ...TRANSPOSED };

/** Places, bounds and coefficients are 32 bits; a coefficient has a sign. */
const MOST_ELEMENTS = 2 ** 31;

type Bare = Omit<Instruction, 'type' | 'dims'>;

const bare = (op: Instruction['op'], attributes: readonly number[] = [], raw: Uint8Array = new Uint8Array()): Bare => ({
  op,
  attributes,
  raw,
  terms: [],
  operands: [],
});

/** Words of a hash, 4 bytes each. */
function wordsOf(root: Hash): number[] {
  const view = new DataView(Uint8Array.from(hashToBytes(root)).buffer);
  return Array.from({ length: 8 }, (_, i) => view.getUint32(4 * i));
}

const constant = ({ data }: Tensor): Bare => bare(OPCODES.CONST, wordsOf(fineRoot(data)));

/** Element type, and a shape that may be open. */
interface Described {
  readonly dtype: Info['dtype'];
  readonly shape: ReadonlyArray<number | string>;
}

const UNKNOWN: Described = { dtype: 'float32', shape: [''] };

/** A graph whose values have numbers. */
class Numbered {
  readonly values: ProgramValue[] = [];
  readonly #graph: Graph;
  readonly #numbers = new Map<string, number>();
  readonly #vague = new Set<string>();
  /** Tensors of the state in their sorted order. */
  readonly #state: readonly string[];

  constructor(graph: Graph) {
    this.#graph = graph;
    for (const input of graph.inputs) this.#add(input.name, input);
    for (const [name, tensor] of graph.initializers) this.#add(name, tensor);
    const known = new Map([...graph.values, ...graph.outputs].map((value) => [value.name, value]));
    for (const { outputs } of graph.nodes)
      for (const name of outputs) if (name !== '') this.#add(name, known.get(name) ?? UNKNOWN);
    const outputs = new Set(graph.outputs.map(({ name }) => name));
    const names = graph.inputs.map(({ name }) => name).filter((name) => outputs.has(`${name}${NEXT}`));
    this.#state = names.sort(compareNames);
  }

  /** A value whose shape the graph does not tell has a number, and no form. */
  #add(name: string, { dtype, shape }: Described): void {
    this.#numbers.set(name, this.values.length);
    const isStatic = shape.every((size) => typeof size === 'number');
    if (!isStatic) this.#vague.add(name);
    this.values.push({ name, dtype, shape: isStatic ? shape : [] });
  }

  indexOf(name: string): number {
    const number = this.#numbers.get(name);
    if (number === undefined) throw new RangeError(`the graph has no value ${name}`);
    return number;
  }

  /** What a step reads: a tensor of the state, or what it is fed. */
  input(name: string): Bare {
    const place = this.#state.indexOf(name);
    if (place < 0) return bare(OPCODES.FEED);
    const { dtype, shape } = this.values[this.indexOf(name)] as ProgramValue;
    const next = this.indexOf(`${name}${NEXT}`);
    return bare(OPCODES.STATE, [next, place, this.#state.length], entryHead(name, dtype, shape));
  }

  #info(name: string): ProgramValue | undefined {
    const number = this.#numbers.get(name);
    return number === undefined || this.#vague.has(name) ? undefined : this.values[number];
  }

  /** One instruction for each result of the node. */
  node(node: Node): Array<Bare & Partial<Pick<Instruction, 'dims'>>> {
    const { initializers } = this.#graph;
    const call = new Call(node, { info: (name) => this.#info(name), constant: (name) => initializers.get(name) });
    return node.outputs.flatMap((name, output) => {
      if (name === '') return [];
      const form = this.#formOf(call, output, name);
      if (form === null) return [bare(OPCODES.NONE)];
      const { op, dims, terms = [], attributes = [] } = form;
      const operands = form.operands.map(({ input, coordinates }) => {
        const source = node.inputs[input] as string;
        const { dtype, shape } = this.#info(source) as ProgramValue;
        return { source: this.indexOf(source), type: dtype, size: elementCount(shape), coordinates };
      });
      return [{ op, terms, attributes, operands, raw: new Uint8Array(), ...(dims === undefined ? {} : { dims }) }];
    });
  }

  #formOf(call: Call, output: number, name: string): Form | null {
    const { node } = call;
    const rule = node.domain === '' && Object.hasOwn(RULES, node.op) ? RULES[node.op] : undefined;
    const result = this.#info(name);
    if (rule === undefined || result === undefined) return null;
    const infos = [result, ...node.inputs.flatMap((input) => this.#info(input) ?? [])];
    if (infos.some(({ shape }) => elementCount(shape) >= MOST_ELEMENTS)) return null;
    const isConstant = (input: number): boolean => this.#graph.initializers.has(node.inputs[input] ?? '');
    try {
      const form = rule({ call, output, result, isConstant });
      return form === null || elementCount(form.terms ?? []) > (MOST_TERMS[form.op] ?? 1) ? null : form;
    } catch (error) {
      // What the rule had to know of the graph is not there.
      if (error instanceof CorexError) return null;
      throw error;
    }
  }
}

function checkOrder(instructions: readonly Bare[], graph: Graph): void {
  const late = instructions.findIndex(({ operands }, i) => operands.some(({ source }) => source >= i));
  if (late < 0) return;
  const node = graph.nodes[0];
  throw modelError('SHAPE', {
    where: node === undefined ? '' : nodeTitle(node),
    why: 'a value is read before it is made',
  });
}

/** @throws CorexError MODEL_* where the bytes are no graph */
export function compileProgram(bytes: Uint8Array): Program {
  const { graph } = decodeModel(bytes);
  const numbered = new Numbered(graph);
  const bares: Array<Bare & Partial<Pick<Instruction, 'dims'>>> = [
    ...graph.inputs.map(({ name }) => numbered.input(name)),
    ...[...graph.initializers.values()].map(constant),
    ...graph.nodes.flatMap((node) => numbered.node(node)),
  ];
  checkOrder(bares, graph);
  const instructions = bares.map((each, i) => {
    const { dtype, shape } = numbered.values[i] as ProgramValue;
    const bytes = encodeInstruction({ dims: shape, ...each, type: dtype });
    const isLong = hasForm(each.op) && bytes.length > MOST_INSTRUCTION;
    return isLong ? encodeInstruction({ ...bare(OPCODES.NONE), dims: shape, type: dtype }) : bytes;
  });
  return {
    root: programRoot(instructions),
    instructions,
    values: numbered.values,
    indexOf: (name) => numbered.indexOf(name),
  };
}
