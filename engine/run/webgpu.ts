/** What WebGPU is told of a graph: the nodes that it would take, and then fail at in the first step. */
import type { InferenceSession } from 'onnxruntime-common';
import type { Node } from '#engine/graph/graph.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { CorexError } from '#protocol/errors.ts';

/** By operator, in onnxruntime-node 1.30. */
const FAILS: Readonly<Record<string, (node: Node) => boolean>> = {
  // "The Indices output is not supported yet"
  MaxPool: ({ outputs }) => (outputs[1] ?? '') !== '',
};

function namesOf(graph: Uint8Array): string[] {
  try {
    const { nodes } = decodeModel(graph).graph;
    // A node without a name cannot be pointed at; our compiler names those that it makes.
    return nodes.filter((node) => FAILS[node.op]?.(node) === true && node.name !== '').map(({ name }) => name);
  } catch (error) {
    // The runtime says better what is wrong with a file that is no model.
    if (error instanceof CorexError) return [];
    throw error;
  }
}

/** The provider's entry in `executionProviders` for this graph. */
export function webgpuFor(graph: Uint8Array): InferenceSession.WebGpuExecutionProviderOption {
  const forceCpuNodeNames = namesOf(graph);
  return { name: 'webgpu', ...(forceCpuNodeNames.length === 0 ? {} : { forceCpuNodeNames }) };
}
