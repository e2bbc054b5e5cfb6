/** The forward part of a training step: the submitter's nodes in core operators, with the batch bound. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import { type DeclaredValue, type Node, nodeTitle } from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import type { Admitted } from '#engine/onnx/admit.ts';
import { modelError } from '#engine/onnx/errors.ts';
import type { Imported, Modes } from '#engine/ops/import/importer.ts';
import { hasBatchStatistics } from '#engine/ops/import/normalizations.ts';
import { importerOf, TRAINABLE } from '#engine/ops/import/table.ts';
import { bindBatch, checkWeightName, weightNames } from './border.ts';
import type { GroupSpec } from './options.ts';

/** Weights and constants of a model as the builder knows them. */
export interface Declared {
  /** Inputs of the step graph that training changes. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** Inputs that the forward pass itself carries on: running statistics. */
  readonly running: ReadonlyMap<string, Tensor>;
  /** Name in the builder by name in the file. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** Running mean and variance of every BatchNormalization, and whether they move. */
function statistics({ graph, opset }: Admitted, modes: Modes): Map<string, { readonly isMoving: boolean }> {
  const found = new Map<string, { readonly isMoving: boolean }>();
  for (const node of graph.nodes) {
    if (node.op !== 'BatchNormalization') continue;
    const isMoving = hasBatchStatistics(node, opset, modes);
    for (const name of node.inputs.slice(3, 5)) found.set(name, { isMoving });
  }
  return found;
}

/** Initializers that have a gradient: every weight of the model but the statistics, which only move. */
export function trainedNames(model: Admitted, modes: Modes, groups?: readonly GroupSpec[]): Set<string> {
  const fixed = statistics(model, modes);
  return new Set([...weightNames(model.graph, groups)].filter((name) => !fixed.has(name)));
}

/** @param kept names that are inputs; every other initializer is a constant */
export function declareWeights(b: GraphBuilder, model: Admitted, modes: Modes, kept: ReadonlySet<string>): Declared {
  const { graph } = model;
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  const fixed = statistics(model, modes);
  const weights = new Map<string, Tensor>();
  const running = new Map<string, Tensor>();
  const renamed = new Map<string, string>([['', '']]);
  for (const [name, tensor] of graph.initializers) {
    if (!read.has(name)) continue;
    if (!kept.has(name) && fixed.get(name)?.isMoving !== true) {
      renamed.set(name, b.initializer(`forward.${name}`, tensor));
      continue;
    }
    checkWeightName(name);
    (kept.has(name) ? weights : running).set(name, tensor);
    renamed.set(name, b.input(name, { dtype: tensor.dtype, shape: tensor.shape }));
  }
  return { weights, running, renamed };
}

/** What one batch makes. */
export interface Pass {
  readonly output: string;
  /** Next value of each running statistic. */
  readonly running: ReadonlyMap<string, string>;
}

/** One batch on its way through the model. */
class Passage {
  readonly #b: GraphBuilder;
  readonly #modes: Modes;
  readonly #opset: number;
  /** Before the names of what this batch makes. */
  readonly #prefix: string;
  readonly #renamed: Map<string, string>;
  readonly running = new Map<string, string>();

  constructor(b: GraphBuilder, of: { modes: Modes; opset: number; prefix: string; renamed: Map<string, string> }) {
    this.#b = b;
    this.#modes = of.modes;
    this.#opset = of.opset;
    this.#prefix = of.prefix;
    this.#renamed = of.renamed;
  }

  nameOf(name: string): string {
    return this.#renamed.get(name) ?? name;
  }

  add(node: Node): void {
    const importer = importerOf(node.op);
    // `admit` has looked already; this tells the compiler.
    if (importer === null)
      throw modelError('UNKNOWN_OPERATOR', { node: nodeTitle(node), operator: node.op, supported: TRAINABLE });
    const results = importer(this.#view(node));
    node.outputs.forEach((name, i) => {
      const result = results[i] ?? '';
      // A result that we do not give is an error of the node that reads it.
      if (name !== '' && result !== '') this.#renamed.set(name, result);
    });
  }

  #view(node: Node): Imported {
    const inputs = node.inputs.map((name) => this.nameOf(name));
    return {
      b: this.#b,
      call: this.#b.call({ ...node, name: nodeTitle(node), inputs }),
      opset: this.#opset,
      modes: this.#modes,
      name: `${this.#prefix}.${node.outputs[0] ?? node.name}`,
      in: (i) => inputs[i] ?? '',
      setRunning: (i, next) => {
        const name = node.inputs[i] ?? '';
        this.running.set(name, next);
        // A second BatchNormalization with the same statistics goes on from here, and so does the next batch.
        this.#renamed.set(name, next);
      },
    };
  }
}

/** @param x the batch, and what a second input of the model is, if it has one */
export function addPass(
  b: GraphBuilder,
  model: Admitted,
  of: {
    readonly declared: Declared;
    readonly modes: Modes;
    readonly prefix: string;
    readonly inputs: ReadonlyMap<string, string>;
    /** Running statistics after the batch before. */
    readonly running: ReadonlyMap<string, string>;
  },
): Pass {
  const renamed = new Map([...of.declared.renamed, ...of.running, ...of.inputs]);
  const passage = new Passage(b, { modes: of.modes, opset: model.opset, prefix: of.prefix, renamed });
  for (const node of model.graph.nodes) passage.add(node);
  return { output: passage.nameOf(model.output.name), running: new Map([...of.running, ...passage.running]) };
}

/** The input `x` of the step graph. @param row sizes of the dimensions that the model leaves open, from the data */
export function declareX(b: GraphBuilder, input: DeclaredValue, batch: number, row?: readonly number[]): string {
  return b.input('x', { dtype: input.dtype, shape: bindBatch(input, batch, row) });
}
