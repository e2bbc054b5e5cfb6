/** withTap(): a step graph that also gives one of its intermediate values, for an audit to look at. */
import type { DeclaredValue, Graph } from '#engine/graph/graph.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { modelError } from '#engine/onnx/errors.ts';

/** Values of float32 that a node makes and whose shape the graph tells, in the order of the nodes. */
function candidates(graph: Graph): DeclaredValue[] {
  const known = new Map(graph.values.map((value) => [value.name, value]));
  const shown = new Set(graph.outputs.map(({ name }) => name));
  return graph.nodes.flatMap(({ outputs }) =>
    outputs.flatMap((name) => {
      const value = known.get(name);
      return value?.dtype === 'float32' && !shown.has(name) ? [value] : [];
    }),
  );
}

/**
 * A graph without intermediate values shows one of its outputs, as it does anyway.
 * @param pick any whole number from 0; taken modulo the number of candidates
 */
export function withTap(bytes: Uint8Array, pick: number): { graph: Uint8Array; value: string } {
  const { opset, graph } = decodeModel(bytes);
  const hidden = candidates(graph);
  const taps = hidden.length > 0 ? hidden : graph.outputs.filter(({ dtype }) => dtype === 'float32');
  const tap = taps[pick % taps.length];
  if (tap === undefined) throw modelError('SHAPE', { where: 'the graph', why: 'no float32 value has a known shape' });
  if (hidden.length === 0) return { graph: bytes, value: tap.name };
  const tapped: Graph = {
    ...graph,
    outputs: [...graph.outputs, tap],
    values: graph.values.filter((value) => value !== tap),
  };
  return { graph: encodeModel({ opset, graph: tapped }), value: tap.name };
}
