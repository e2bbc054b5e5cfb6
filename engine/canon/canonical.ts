/** canonical(): the last passes over a graph of ours, before its bytes become the specification of the work. */
import { type Graph, OPSET } from '#engine/graph/graph.ts';
import { prune } from '#engine/graph/prune.ts';
import { toExact } from './rewrite.ts';
import { share } from './share.ts';
import { tidy } from './tidy.ts';

/** @param comparison `exact`: bits that do not depend on the processor; `fast`: the provider's own kernels */
export function canonical(graph: Graph, comparison: 'exact' | 'fast', opset = OPSET): Graph {
  return comparison === 'fast' ? prune(share(tidy(prune(graph)))) : toExact(graph, opset);
}
