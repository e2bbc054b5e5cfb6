/** BatchNormalization while training: statistics of the batch, running ones that move, and ones that stand still. */
import t from 'tap';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import type { TrainOptions } from '#engine/train/options.ts';
import { compileGradients, compileTrain } from '#engine/train/step.ts';
import { floats } from '../onnx/models.ts';
import { integer, layer, modelOf, real, spread } from './layers.ts';
import { nextState, numbersAt, runOnce, worstError } from './running.ts';

const MOMENTUM = 0.75;
const EPSILON = 0.125;

const model = (training: number): Uint8Array =>
  modelOf({
    inputs: [floats('input', ['batch', 4])],
    nodes: [
      layer('MatMul', ['input', 'w'], ['h']),
      layer('BatchNormalization', ['h', 'scale', 'bias', 'mean', 'variance'], ['normal'], {
        momentum: real(MOMENTUM),
        epsilon: real(EPSILON),
        training_mode: integer(training),
      }),
      layer('Identity', ['normal'], ['output']),
    ],
    initializers: {
      w: spread([4, 3]),
      scale: spread([3], 1),
      bias: spread([3], 2),
      mean: tensorOf('float32', [3], [0.5, -0.25, 0]),
      variance: tensorOf('float32', [3], [1, 2, 3]),
    },
  });

const x = spread([4, 4], 5, 2);
const y = spread([4, 3], 6);
const OPTIONS = { batch: 4, loss: { kind: 'mean-squared-error' } } as const;
const SGD = { kind: 'sgd', lr: 0 } as const;

/** Columns of rows of h = x w, by hand. */
function columns(rows: readonly number[], weights: Tensor): number[][] {
  const [input, w] = [numbersOf(x), numbersOf(weights)];
  return [0, 1, 2].map((column) =>
    rows.map((row) =>
      [0, 1, 2, 3].reduce((sum, k) => sum + (input[row * 4 + k] as number) * (w[k * 3 + column] as number), 0),
    ),
  );
}

const meanOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
const varianceOf = (numbers: readonly number[]): number => {
  const mean = meanOf(numbers);
  return meanOf(numbers.map((each) => (each - mean) ** 2));
};

type Mode = NonNullable<TrainOptions['batchNorm']>;

async function stepOf(training: number, batchNorm: Mode, accumulate = 1) {
  const { step, initialState } = compileTrain(model(training), { ...OPTIONS, optimizer: SGD, batchNorm, accumulate });
  const results = await runOnce(step, new Map([...initialState, ['x', x], ['y', y]]));
  return { initialState, next: nextState(results), loss: numbersAt(results, 'loss') };
}

for (const [training, batchNorm] of [
  [1, 'as-exported'],
  [0, 'train'],
] as const) {
  t.test(`running statistics move: exported with ${training}, ${batchNorm}`, async (t) => {
    const { initialState, next } = await stepOf(training, batchNorm);
    t.same([...initialState.keys()].sort(), ['bias', 'mean', 'scale', 'variance', 'w'].sort());
    const found = columns([0, 1, 2, 3], initialState.get('w') as Tensor);
    const moved = (old: readonly number[], statistic: (column: readonly number[]) => number): number[] =>
      found.map((column, i) => (old[i] as number) * MOMENTUM + statistic(column) * (1 - MOMENTUM));
    t.ok(worstError(numbersAt(next, 'mean'), moved([0.5, -0.25, 0], meanOf)) < 1e-5);
    t.ok(worstError(numbersAt(next, 'variance'), moved([1, 2, 3], varianceOf)) < 1e-5);
  });
}

for (const [training, batchNorm] of [
  [0, 'as-exported'],
  [1, 'frozen'],
] as const) {
  t.test(`statistics stand still: exported with ${training}, ${batchNorm}`, async (t) => {
    const { initialState, next } = await stepOf(training, batchNorm);
    t.notOk(initialState.has('mean'), 'they are constants of the graph');
    t.notOk(next.has('variance'));
    const { graph, weights } = compileGradients(model(training), { ...OPTIONS, batchNorm });
    const logits = numbersAt(await runOnce(graph, new Map([...weights, ['x', x], ['y', y]])), 'logits');
    const [scale, bias] = [numbersAt(weights, 'scale'), numbersAt(weights, 'bias')];
    const rows = columns([0, 1, 2, 3], weights.get('w') as Tensor);
    const expected = [0, 1, 2, 3].flatMap((row) =>
      rows.map((column, i) => {
        const normal = ((column[row] as number) - [0.5, -0.25, 0][i]!) / Math.sqrt([1, 2, 3][i]! + EPSILON);
        return normal * (scale[i] as number) + (bias[i] as number);
      }),
    );
    t.ok(worstError(logits, expected) < 1e-5);
  });
}

t.test('running statistics go on from one part of the batch to the next', async (t) => {
  const { initialState, next } = await stepOf(1, 'as-exported', 2);
  const weights = initialState.get('w') as Tensor;
  const parts = [columns([0, 1], weights), columns([2, 3], weights)];
  const chained = (first: readonly number[], statistic: (column: readonly number[]) => number): number[] =>
    parts.reduce<number[]>(
      (old, part) => part.map((column, i) => (old[i] as number) * MOMENTUM + statistic(column) * (1 - MOMENTUM)),
      [...first],
    );
  t.ok(worstError(numbersAt(next, 'mean'), chained([0.5, -0.25, 0], meanOf)) < 1e-5);
  t.ok(worstError(numbersAt(next, 'variance'), chained([1, 2, 3], varianceOf)) < 1e-5);
});
