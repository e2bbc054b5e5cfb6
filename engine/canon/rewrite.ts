/** toExact(): a graph whose bits follow neither processor nor threads nor memory; docs/determinism.md has the measurements. */
import { type Graph, type Node, OPSET } from '#engine/graph/graph.ts';
import { prune } from '#engine/graph/prune.ts';
import { isPlainSum } from '#engine/ops/determinism.ts';
import { conv } from './convolutions.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { Emit } from './emit.ts';
import * as normalizations from './normalizations.ts';
import { gemm, matMul } from './products.ts';
import { type RewriteRule, Site } from './rule.ts';
import { share } from './share.ts';
import { singlePlaceTranspose } from './single-place.ts';
import { tidy } from './tidy.ts';

/** Where the runtime's own sum is the same everywhere it stays. */
const reduceSum: RewriteRule = (site) => {
  const axes = site.axes();
  if (axes === null || isPlainSum(site.e.shape(site.in(0)), axes)) return null;
  return normalizations.reduceSum(site);
};

const RULES = {
  ...ELEMENTWISE,
  BatchNormalization: normalizations.batchNormalization,
  Conv: conv,
  ConvTranspose: singlePlaceTranspose,
  Gemm: gemm,
  GlobalAveragePool: normalizations.globalAveragePool,
  InstanceNormalization: normalizations.instanceNormalization,
  LayerNormalization: normalizations.layerNormalization,
  LogSoftmax: normalizations.logSoftmax,
  MatMul: matMul,
  ReduceL1: normalizations.reduceL1,
  ReduceL2: normalizations.reduceL2,
  ReduceMean: normalizations.reduceMean,
  ReduceSum: reduceSum,
  ReduceSumSquare: normalizations.reduceSumSquare,
  Softmax: normalizations.softmax,
} as const satisfies Record<string, RewriteRule>;

function ruleOf({ op, domain }: Node): RewriteRule | undefined {
  const rules: Readonly<Partial<Record<string, RewriteRule>>> = RULES;
  return domain === '' && Object.hasOwn(rules, op) ? rules[op] : undefined;
}

/** Sums of whole numbers are the same in every order. */
const isFloat = (e: Emit, name: string): boolean => e.known(name)?.dtype.startsWith('float') === true;
/** Does every operand have a static shape? */
const isKnown = (e: Emit, node: Node): boolean =>
  node.inputs.every((name) => name === '' || e.known(name) !== undefined);

/** Gives the results of a replaced node their names back; what is none of ours is copied. */
function connect(e: Emit, node: Node, results: readonly string[], names: Map<string, string>): void {
  node.outputs.forEach((output, i) => {
    const made = results[i];
    if (output === '') return;
    if (made === undefined) throw new RangeError(`${node.op} has no result ${i}`);
    if (e.isMade(made) && !names.has(made)) names.set(made, output);
    else e.keep({ op: 'Identity', domain: '', name: output, inputs: [made], outputs: [output], attributes: new Map() });
  });
}

function rewritten(graph: Graph, opset: number): Graph {
  const e = new Emit(graph, opset);
  const names = new Map<string, string>();
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  for (const node of graph.nodes) {
    const rule = ruleOf(node);
    e.at(node);
    const results =
      rule !== undefined && isKnown(e, node) && isFloat(e, node.inputs[0] ?? '')
        ? rule(new Site(e, node, makers))
        : null;
    if (results === null) e.keep(node);
    else connect(e, node, results, names);
  }
  e.rename(names);
  return e.finish(graph);
}

/** Operators whose operands have no static shape stay as they are; `inexactNode` finds them. */
export function toExact(graph: Graph, opset = OPSET): Graph {
  return prune(share(tidy(rewritten(tidy(prune(graph)), opset))));
}
