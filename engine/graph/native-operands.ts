/** Operands that the runtime's kernels copy without looking at their length: they must be known to be short before a kernel sees them. */
import type { Finding } from './check.ts';
import { type Graph, nodeTitle } from './graph.ts';

interface Row {
  /** Number of the operand. */
  readonly input: number;
  readonly called: string;
  readonly most: number;
}

/**
 * Scales that are no initializer are written into a vector with a place for each axis of the image; ONNX Runtime 1.30 then died of a
 * smashed stack with 128 of them. Eight fit into the place that the vector has in itself, and a picture has at most five axes.
 */
const ROWS: Readonly<Record<string, Row>> = {
  Resize: { input: 2, called: 'scales', most: 8 },
  Upsample: { input: 1, called: 'scales', most: 8 },
};

/** Lengths of vectors whose number of elements the graph tells. */
function lengthsOf(graph: Graph): Map<string, number> {
  const lengths = new Map<string, number>();
  for (const { name, shape } of [...graph.values, ...graph.outputs, ...graph.inputs]) {
    const [length] = shape;
    if (shape.length === 1 && typeof length === 'number') lengths.set(name, length);
  }
  for (const { op, attributes, outputs } of graph.nodes) {
    const value = attributes.get('value');
    if (op === 'Constant' && value?.kind === 'tensor') lengths.set(outputs[0] ?? '', value.value.shape[0] ?? 1);
  }
  // What is there stands above what is declared.
  for (const [name, { shape }] of graph.initializers)
    lengths.set(name, shape.length === 1 ? (shape[0] ?? 0) : Infinity);
  return lengths;
}

export function longOperand(graph: Graph): Finding | null {
  if (!graph.nodes.some(({ op }) => Object.hasOwn(ROWS, op))) return null;
  const lengths = lengthsOf(graph);
  for (const node of graph.nodes) {
    const row = Object.hasOwn(ROWS, node.op) ? ROWS[node.op] : undefined;
    const name = node.inputs[row?.input ?? 0] ?? '';
    if (row === undefined || name === '') continue;
    const length = lengths.get(name);
    if (length !== undefined && length <= row.most) continue;
    const count = length === undefined ? 'an unknown number of' : String(length);
    return { where: `node ${nodeTitle(node)}`, why: `it has ${count} ${row.called}, at most ${row.most} are allowed` };
  }
  return null;
}
