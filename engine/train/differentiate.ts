/** addGradients(): forward, loss and backward of one step, for the batch as a whole or in parts whose gradients are averaged. */
import type { GraphBuilder } from '#engine/graph/build.ts';
import type { Info } from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { type Admitted, admit } from '#engine/onnx/admit.ts';
import { modelError } from '#engine/onnx/errors.ts';
import type { Modes } from '#engine/ops/import/importer.ts';
import { addBackward } from './backward.ts';
import { bindBatch } from './border.ts';
import { addPass, declareWeights, declareX, trainedNames } from './forward.ts';
import { checkGroups, frozenNames } from './groups.ts';
import { lossOf } from './losses.ts';
import type { TrainOptions } from './options.ts';

export interface Differentiated {
  readonly weights: ReadonlyMap<string, Tensor>;
  /** Running statistics, which the forward pass carries on. */
  readonly running: ReadonlyMap<string, Tensor>;
  /** By name of the weight; a weight that nothing depends on has none. */
  readonly gradients: ReadonlyMap<string, string>;
  /** float32, of shape []. */
  readonly loss: string;
  /** The model's output, for each part of the batch. */
  readonly outputs: readonly string[];
  /** Next value of each running statistic. */
  readonly statistics: ReadonlyMap<string, string>;
}

type Options = Omit<TrainOptions, 'optimizer'>;

/** More parts make a graph that is only long. */
const MAX_PARTS = 64;

/** Rows of one part, of the whole batch that is `name`. */
function part(b: GraphBuilder, name: string, i: number, parts: number): string {
  if (parts === 1) return name;
  const rows = (b.info(name).shape[0] as number) / parts;
  return b.op('Slice', [name, b.integers([i * rows]), b.integers([(i + 1) * rows]), b.integers([0])]);
}

/** What y is for the whole batch, from the output for one part; null where nothing is compared. */
function targetInfo(output: Info, target: Info | null, parts: number): Info | null {
  if (target === null || parts === 1) return target;
  if (target.shape[0] !== output.shape[0])
    throw modelError('SHAPE', { where: 'y', why: 'the output has no row for each row of the batch' });
  return { dtype: target.dtype, shape: [(target.shape[0] as number) * parts, ...target.shape.slice(1)] };
}

/** Sums of what the parts found, each counted as its share. */
function averaged(b: GraphBuilder, values: readonly string[]): string {
  const [first = '', ...others] = values;
  const sum = others.reduce((left, right) => b.op('Add', [left, right]), first);
  return values.length === 1 ? sum : b.op('Mul', [sum, b.scalar('float32', 1 / values.length)]);
}

function checkParts(batch: number, parts: number): void {
  if (Number.isInteger(parts) && parts >= 1 && parts <= MAX_PARTS && batch % parts === 0) return;
  throw modelError('SHAPE', { where: 'x', why: `a batch of ${batch} rows does not fall into ${parts} equal parts` });
}

/** A second input of the model is y; only a model that computes its own loss reads it. */
function declareTarget(b: GraphBuilder, { target }: Admitted, { batch, loss }: Options): string {
  if (target === undefined) return '';
  if (loss.kind !== 'output') throw modelError('BORDER', { why: `inputs: x and ${target.name}` });
  return b.input('y', { dtype: target.dtype, shape: bindBatch(target, batch) });
}

/** @throws CorexError MODEL_* */
export function addGradients(b: GraphBuilder, bytes: Uint8Array, options: Options): Differentiated {
  const parts = options.accumulate ?? 1;
  checkParts(options.batch, parts);
  const model = admit(bytes, 'train');
  const modes: Modes = { batchNorm: options.batchNorm ?? 'as-exported' };
  const trained = trainedNames(model, modes, options.groups);
  checkGroups(trained, options.groups);
  const frozen = frozenNames(trained, options.groups);
  const kept = new Set([...trained].filter((name) => !frozen.has(name)));
  const declared = declareWeights(b, model, modes, kept);
  const { weights } = declared;
  if (weights.size === 0) throw modelError('BORDER', { why: 'there are no weights to train' });
  const x = declareX(b, model.input, options.batch, options.row);
  let y = declareTarget(b, model, options);
  const { target, add } = lossOf(options.loss);
  let statistics: ReadonlyMap<string, string> = new Map();
  const found: Array<{ output: string; loss: string; gradients: ReadonlyMap<string, string> }> = [];
  for (let i = 0; i < parts; i++) {
    const inputs = new Map([[model.input.name, part(b, x, i, parts)]]);
    if (model.target !== undefined) inputs.set(model.target.name, part(b, y, i, parts));
    const prefix = i === 0 ? 'forward' : `forward${i}`;
    const pass = addPass(b, model, { declared, modes, prefix, inputs, running: statistics });
    statistics = pass.running;
    const info = targetInfo(b.info(pass.output), target(b.info(pass.output)), parts);
    if (info !== null && y === '') y = b.input('y', info);
    const { loss, gradient } = add(b, pass.output, info === null ? '' : part(b, y, i, parts));
    const gradients = addBackward(b, { value: pass.output, gradient }, [...weights.keys()]);
    found.push({ output: pass.output, loss, gradients });
  }
  const gradients = new Map(
    [...weights.keys()].flatMap((name) => {
      const slopes = found.flatMap((each) => each.gradients.get(name) ?? []);
      return slopes.length === 0 ? [] : [[name, averaged(b, slopes)] as const];
    }),
  );
  const loss = averaged(
    b,
    found.map((each) => each.loss),
  );
  return {
    weights,
    running: declared.running,
    gradients,
    loss,
    outputs: found.map(({ output }) => output),
    statistics,
  };
}
