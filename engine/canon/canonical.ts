/** canonical(): the last passes over a graph of ours, before its bytes become the specification of the work. */
import { type Graph, OPSET } from '#engine/graph/graph.ts';
import { prune } from '#engine/graph/prune.ts';
import { withIslands } from './islands.ts';
import { withSplitProducts } from './split-k.ts';

/** @param comparison `exact`: bits that do not depend on the processor; `fast`: the provider's own kernels */
export function canonical(graph: Graph, comparison: 'exact' | 'fast', opset = OPSET): Graph {
  const pruned = prune(graph);
  return comparison === 'fast' ? pruned : withSplitProducts(withIslands(pruned, opset), opset);
}
