/** canonical(): the last passes over a graph of ours, before its bytes become the specification of the work. */
import { type Graph, OPSET } from '#engine/graph/graph.ts';
import { prune } from '#engine/graph/prune.ts';
import { modelError } from '#engine/onnx/errors.ts';
import { inexactNode } from '#engine/ops/determinism.ts';
import { toExact } from './rewrite.ts';
import { share } from './share.ts';
import { tidy } from './tidy.ts';

/**
 * @param comparison `exact`: bits that do not depend on the processor; `fast`: the provider's own kernels
 * @throws CorexError MODEL_INEXACT
 */
export function canonical(graph: Graph, comparison: 'exact' | 'fast', opset = OPSET): Graph {
  if (comparison === 'fast') return prune(share(tidy(prune(graph))));
  const exact = toExact(graph, opset);
  const node = inexactNode(exact);
  if (node !== null) throw modelError('INEXACT', { node });
  return exact;
}
