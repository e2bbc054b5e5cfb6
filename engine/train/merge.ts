/** compileMerge(): a graph that averages the states of several slices, in a fixed order of additions. */
import { GraphBuilder } from '#engine/graph/build.ts';
import { OPSET } from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import { sortedNames } from '#engine/state/state.ts';
import { countUnits } from './units.ts';

/**
 * Inputs `s0.NAME`, `s1.NAME`, …; outputs `NAME.next`. Integers are the same in every part and come from the first.
 * @param state one part, for its names, types and shapes
 */
export function compileMerge(state: ReadonlyMap<string, Tensor>, parts: number): { graph: Uint8Array; units: bigint } {
  if (!Number.isInteger(parts) || parts < 1) throw new RangeError(`a merge of ${parts} parts`);
  const b = new GraphBuilder();
  const names = sortedNames(state);
  const inputs = Array.from({ length: parts }, (_, i) =>
    names.map((name) => b.input(`s${i}.${name}`, state.get(name) as Tensor)),
  );
  names.forEach((name, at) => {
    const { dtype } = state.get(name) as Tensor;
    const [first, ...others] = inputs.map((part) => part[at] as string) as [string, ...string[]];
    if (dtype === 'float32' || dtype === 'float64') {
      const sum = others.reduce((left, right) => b.op('Add', [left, right]), first);
      b.output(b.op('Mul', [sum, b.scalar(dtype, 1 / parts)], {}, `${name}.next`));
    } else b.output(first, `${name}.next`);
  });
  const graph = encodeModel({ opset: OPSET, graph: b.finish('merge') });
  return { graph, units: countUnits(graph) };
}
