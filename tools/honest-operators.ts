/** Every operator of a step as a provider computes it, against the sound bound of the operands that it was given. */
import type { Node } from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { type Course, lookInside, type Machine, type Tensors } from '#node/local/calibration/course.ts';
import { firstOutside } from '#verifier/bounded/sound.ts';
import { RULES } from '#verifier/bounded/rules.ts';

export interface Checked {
  readonly op: string;
  readonly node: Node;
  /** Null where all elements are inside. */
  readonly outside: number | null;
}

/** Results of a whole step as they were gathered have a dimension more, or their rows. */
function shaped(values: Tensors, shapes: ReadonlyMap<string, readonly number[]>): Tensors {
  return new Map([...values].map(([name, tensor]) => [name, { ...tensor, shape: shapes.get(name) ?? tensor.shape }]));
}

/** The first batch in the order of the file, which is what an inference step reads. */
function firstBatch({ data, of }: Course): Tensors {
  return new Map(
    [...data].map(([name, { dtype, shape, data: bytes }]) => {
      const [rows = 1, ...row] = shape;
      return [name, { dtype, shape: [of.batch, ...row], data: bytes.subarray(0, (bytes.length / rows) * of.batch) }];
    }),
  );
}

/** Operators that have a bound and whose operands are all to be seen. */
export async function checkOperators(machine: Machine, course: Course, state: Tensors): Promise<Checked[]> {
  const { graph } = decodeModel(course.of.shown.graph);
  const shapes = new Map(graph.outputs.map(({ name, shape }) => [name, shape.map(Number)]));
  const known: Tensors = new Map([
    ...graph.initializers,
    ...state,
    ...firstBatch(course),
    ...shaped(await lookInside(machine, course, state), shapes),
  ]);
  return graph.nodes.flatMap((node) => {
    const result = known.get(node.outputs[0] ?? '');
    const operands = node.inputs.filter((name) => name !== '').map((name) => known.get(name));
    const isWhole = operands.every((tensor): tensor is Tensor => tensor !== undefined);
    if (result === undefined || !isWhole || RULES[node.op] === undefined || node.inputs.includes('')) return [];
    return [{ op: node.op, node, outside: firstOutside(node, operands, result) }];
  });
}
