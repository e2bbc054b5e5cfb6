/** What a rule of the catalogue sees of a node: its inputs' types and shapes, its attributes, and the numbers that are known. */
import { type Attributes, type Info, type Node, nodeTitle } from '#engine/graph/graph.ts';
import { numbersOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { modelError } from '#engine/onnx/errors.ts';
import type { CorexError } from '#protocol/errors.ts';

export interface Surroundings {
  info(name: string): Info | undefined;
  constant(name: string): Tensor | undefined;
}

export class Call {
  readonly node: Node;
  readonly #surroundings: Surroundings;

  constructor(node: Node, surroundings: Surroundings) {
    this.node = node;
    this.#surroundings = surroundings;
  }

  get attributes(): Attributes {
    return this.node.attributes;
  }

  error(why: string): CorexError {
    return modelError('SHAPE', { where: nodeTitle(this.node), why });
  }

  /** Is the result asked for? */
  gives(index: number): boolean {
    return (this.node.outputs[index] ?? '') !== '';
  }

  has(index: number): boolean {
    return (this.node.inputs[index] ?? '') !== '';
  }

  input(index: number): Info {
    const name = this.node.inputs[index] ?? '';
    const info = this.#surroundings.info(name);
    if (info === undefined) throw this.error(name === '' ? `input ${index} is missing` : `${name} has no static shape`);
    return info;
  }

  /** Every input that is there. */
  inputs(): Info[] {
    return this.node.inputs.flatMap((name, i) => (name === '' ? [] : [this.input(i)]));
  }

  /** The numbers of an input that is a constant; undefined where the input is left out. */
  numbers(index: number): number[] | undefined {
    const name = this.node.inputs[index] ?? '';
    if (name === '') return undefined;
    const tensor = this.#surroundings.constant(name);
    if (tensor === undefined) throw this.error(`${name} must be a constant`);
    return numbersOf(tensor);
  }

  numbersNeeded(index: number): number[] {
    const numbers = this.numbers(index);
    if (numbers === undefined) throw this.error(`input ${index} is missing`);
    return numbers;
  }

  /** An axis counted from the front. */
  axis(axis: number, rank: number): number {
    if (!Number.isInteger(axis) || axis < -rank || axis >= rank) throw this.error(`axis ${axis} of ${rank} dimensions`);
    return axis < 0 ? axis + rank : axis;
  }
}
