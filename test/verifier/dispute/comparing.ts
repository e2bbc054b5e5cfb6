/** A graph of one operator on the runtime, and its form at every element. */
import t from 'tap';
import { GraphBuilder } from '#engine/graph/build.ts';
import type { Attribute } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import type { DataType, Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { elementsOf, widthOf } from '#protocol/dispute/access.ts';
import { decodeInstruction } from '#protocol/dispute/instruction.ts';
import { type OpcodeName, opcodeName } from '#protocol/dispute/opcodes.ts';
import { Numbers } from '#tools/adjudicate-numbers.ts';
import { seeStep } from '#tools/dispute-steps.ts';
import { elementOf, isResultOf } from '#verifier/dispute/adjudicate.ts';
import { gather } from '#verifier/dispute/gather.ts';

export const numbers = new Numbers(3);
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const text = (value: string): Attribute => ({ kind: 'string', value });
export const count = (shape: readonly number[]): number => shape.reduce((all, size) => all * size, 1);

/** Few different numbers, zeros of both signs among them, so that ties and cancellations happen. */
export const floats = (shape: readonly number[], dtype: DataType = 'float32'): Tensor =>
  tensorOf(
    dtype,
    shape,
    Array.from({ length: count(shape) }, () => numbers.pick([0, -0, 1, -2.5, numbers.float32('usual')])),
  );
export const wholes = (shape: readonly number[], bound: number, dtype: DataType = 'int64'): Tensor =>
  tensorOf(
    dtype,
    shape,
    Array.from({ length: count(shape) }, () => numbers.below(2 * bound) - bound),
  );
export const bools = (shape: readonly number[]): Tensor =>
  tensorOf(
    'bool',
    shape,
    Array.from({ length: count(shape) }, () => numbers.below(2)),
  );

type Feeds = Readonly<Record<string, Tensor>>;

/** @param expected opcode of each result */
export function compare(
  title: string,
  feeds: Feeds,
  expected: OpcodeName | readonly OpcodeName[],
  build: (b: GraphBuilder) => string | string[],
) {
  t.test(title, async (t) => {
    const b = new GraphBuilder();
    for (const [name, tensor] of Object.entries(feeds)) b.input(name, tensor);
    const made = [build(b)].flat();
    for (const name of made) b.output(name);
    const graph = encodeModel({ opset: 18, graph: b.finish('test') });
    const { program, values, read } = await seeStep(graph, new Map(Object.entries(feeds)));
    const seen = made.map((name) => {
      const at = program.indexOf(name);
      const instruction = decodeInstruction(program.instructions[at]!);
      const width = widthOf(instruction.type);
      for (let element = 0; opcodeName(instruction.op) !== 'NONE' && element < elementsOf(instruction); element++) {
        const bytes = values[at]!.subarray(element * width, (element + 1) * width);
        const operands = gather(instruction, element, read);
        if (!isResultOf(instruction, operands, bytes)) {
          const got = elementOf(instruction, operands);
          t.fail(
            `${name}[${element}]: ${Buffer.from(got).toString('hex')}, seen ${Buffer.from(bytes).toString('hex')}`,
          );
          break;
        }
      }
      return opcodeName(instruction.op);
    });
    t.same(seen, [expected].flat());
  });
}
