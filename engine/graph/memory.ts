/** The least memory that a graph needs, from its declared shapes alone: known before any process is started for it. */
import { modelError } from '#engine/onnx/errors.ts';
import { type Attribute, type DeclaredValue, type Graph, nodeTitle } from './graph.ts';
import { byteLength, bytesPerElement, elementCount } from './tensor.ts';

/** Where the most bytes are in use at once. */
export interface Peak {
  readonly bytes: number;
  /** The node during which they are, or `the state` where nothing runs. */
  readonly where: string;
}

/** 0 for a value with an open dimension. */
function bytesOf({ dtype, shape }: DeclaredValue): number {
  const sizes = shape.filter((size) => typeof size === 'number');
  return sizes.length === shape.length ? elementCount(sizes) * bytesPerElement[dtype] : 0;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const attributeBytes = (attribute: Attribute): number => {
  if (attribute.kind === 'tensor') return attribute.value.data.length;
  return attribute.kind === 'raw' ? attribute.value.length : 0;
};

/** Inputs, initializers and the tensors in attributes: they stay from the first node to the last. */
function kept(graph: Graph): number {
  return (
    sum(graph.inputs.map(bytesOf)) +
    sum([...graph.initializers.values()].map(({ dtype, shape }) => byteLength(dtype, shape))) +
    sum([...graph.opaque.values()].map(({ length }) => length)) +
    sum(graph.nodes.flatMap(({ attributes }) => [...attributes.values()].map(attributeBytes)))
  );
}

/** The number of the last node that reads each value; what the graph gives out is never let go. */
function lastReads({ nodes, outputs }: Graph): Map<string, number> {
  const last = new Map<string, number>();
  nodes.forEach(({ inputs }, i) => {
    for (const name of inputs) last.set(name, i);
  });
  for (const { name } of outputs) last.set(name, nodes.length);
  return last;
}

/**
 * A value lives from the node that makes it to the last one that reads it; values without a known shape count 0, and what
 * kernels need for themselves is not in it, so that this is a lower bound.
 * @param enough stops at the first node that needs more: that is the one to blame
 */
export function peakOf(graph: Graph, enough = Number.POSITIVE_INFINITY): Peak {
  const sizes = new Map([...graph.outputs, ...graph.values].map((value) => [value.name, bytesOf(value)]));
  const last = lastReads(graph);
  let live = kept(graph);
  let peak: Peak = { bytes: live, where: 'the state' };
  const leaving = new Map<number, number>();
  for (const [i, node] of graph.nodes.entries()) {
    for (const name of node.outputs) {
      const bytes = sizes.get(name) ?? 0;
      const end = last.get(name) ?? i;
      live += bytes;
      leaving.set(end, (leaving.get(end) ?? 0) + bytes);
    }
    if (live > peak.bytes) peak = { bytes: live, where: `node ${nodeTitle(node)}` };
    if (peak.bytes > enough) return peak;
    live -= leaving.get(i) ?? 0;
    leaving.delete(i);
  }
  return peak;
}

export const memoryOf = (graph: Graph): number => peakOf(graph).bytes;

/** @throws CorexError MODEL_MEMORY, which names the node and the bytes */
export function checkMemory(graph: Graph, limitBytes: number): void {
  const { bytes, where } = peakOf(graph, limitBytes);
  if (bytes > limitBytes) throw modelError('MEMORY', { where, bytes, limit: limitBytes });
}
