/** The golden suite is exact by the table, and its bytes are fixed: they make the class. */
import t from 'tap';
import type { Graph, Info } from '#engine/graph/graph.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { Call } from '#engine/ops/call.ts';
import { inexactNode, threadsOf } from '#engine/ops/determinism.ts';
import { shapesOf } from '#engine/ops/inference-shapes.ts';
import { goldenSuite } from '#engine/run/golden.ts';
import { sha256Hash } from '#protocol/codec/digest.ts';

/** The suite's graphs say nothing about the values in between. */
function withShapes(graph: Graph): Graph {
  const infos = new Map<string, Info>(graph.initializers);
  for (const { name, dtype, shape } of graph.inputs) infos.set(name, { dtype, shape: shape.map(Number) });
  const constant = (name: string) => graph.initializers.get(name);
  for (const node of graph.nodes) {
    shapesOf(new Call(node, { info: (name) => infos.get(name), constant })).forEach((info, i) => {
      infos.set(node.outputs[i] ?? '', info);
    });
  }
  const values = graph.nodes.flatMap(({ outputs }) => outputs.map((name) => ({ name, ...(infos.get(name) as Info) })));
  return { ...graph, values };
}

t.test('every node of the suite is the same everywhere, on any number of threads', (t) => {
  for (const { name, run } of goldenSuite()) {
    const graph = withShapes(decodeModel(run.graph).graph);
    t.equal(inexactNode(graph), null, name);
    t.equal(threadsOf(graph), Number.POSITIVE_INFINITY, name);
  }
  t.end();
});

t.test('the suite itself is the same bytes every time', (t) => {
  const digests = () => goldenSuite().map(({ run }) => [sha256Hash(run.graph), sha256Hash(run.state)]);
  t.same(digests(), digests());
  t.end();
});
