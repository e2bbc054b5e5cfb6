/** Dropout: masks from the step's random numbers, what is kept is scaled, and outside training nothing is left of it. */
import t from 'tap';
import { tensorOf } from '#engine/graph/numbers.ts';
import { decodeModel } from '#engine/onnx/decode.ts';
import { compileGradients } from '#engine/train/step.ts';
import { floats } from '../onnx/models.ts';
import { layer, modelOf, spread } from './layers.ts';
import { numbersAt, runOnce, worstError } from './running.ts';

const RATIO = 0.25;

/** A weight for each element, so that its gradient shows the mask. */
const model = (isTraining: boolean): Uint8Array =>
  modelOf({
    inputs: [floats('input', ['batch', 3])],
    nodes: [layer('Mul', ['input', 'w'], ['h']), layer('Dropout', ['h', 'ratio', 'training'], ['output'])],
    initializers: {
      w: spread([2, 3]),
      ratio: tensorOf('float32', [], [RATIO]),
      training: tensorOf('bool', [], [Number(isTraining)]),
    },
  });

const x = spread([2, 3], 3);
const y = spread([2, 3], 4);
const OPTIONS = { batch: 2, loss: { kind: 'mean-squared-error' } } as const;
const RANDOM = [0, 0.2499, RATIO, 0.2501, 0.9, 0.1];
const KEPT = [0, 0, 1, 1, 1, 0];

t.test('in training', async (t) => {
  const { graph, weights } = compileGradients(model(true), OPTIONS);
  t.same([...weights.keys()], ['w'], 'ratio and mode are no weights');
  const random = decodeModel(graph).graph.inputs.filter(({ name }) => name.startsWith('random.'));
  t.same(random, [{ name: 'random.0', dtype: 'float32', shape: [2, 3] }]);
  const feeds = new Map([...weights, ['x', x] as const, ['y', y] as const]);
  const results = await runOnce(graph, new Map([...feeds, ['random.0', tensorOf('float32', [2, 3], RANDOM)]]));
  const [input, w, target] = [numbersAt(feeds, 'x'), numbersAt(feeds, 'w'), numbersAt(feeds, 'y')];
  const scales = KEPT.map((kept) => kept / (1 - RATIO));
  const logits = scales.map((scale, i) => scale * (input[i] as number) * (w[i] as number));
  t.ok(worstError(numbersAt(results, 'logits'), logits) < 1e-6);
  const slopes = logits.map(
    (logit, i) => (2 / 6) * (logit - (target[i] as number)) * (scales[i] as number) * (input[i] as number),
  );
  t.ok(worstError(numbersAt(results, 'grad.w'), slopes) < 1e-5);
  t.same(
    numbersAt(results, 'grad.w').map((slope) => Number(slope !== 0)),
    KEPT,
    'only what is kept has a gradient',
  );
});

t.test('each part of a batch has a mask of its own', async (t) => {
  const wide = modelOf({
    inputs: [floats('input', ['batch', 3])],
    nodes: [layer('Mul', ['input', 'w'], ['h']), layer('Dropout', ['h', 'ratio', 'training'], ['output'])],
    initializers: {
      w: spread([3]),
      ratio: tensorOf('float32', [], [RATIO]),
      training: tensorOf('bool', [], [1]),
    },
  });
  const { graph } = compileGradients(wide, { ...OPTIONS, accumulate: 2 });
  const random = decodeModel(graph).graph.inputs.filter(({ name }) => name.startsWith('random.'));
  t.same(
    random.map(({ name, shape }) => [name, shape]),
    [
      ['random.0', [1, 3]],
      ['random.1', [1, 3]],
    ],
  );
});

t.test('outside training nothing is left of it', async (t) => {
  const { graph, weights } = compileGradients(model(false), OPTIONS);
  const { inputs, nodes } = decodeModel(graph).graph;
  t.same(inputs.map(({ name }) => name).sort(), ['w', 'x', 'y']);
  t.notOk(nodes.some(({ op }) => ['Dropout', 'Where', 'GreaterOrEqual'].includes(op)));
  const feeds = new Map([...weights, ['x', x] as const, ['y', y] as const]);
  const [input, w] = [numbersAt(feeds, 'x'), numbersAt(feeds, 'w')];
  const logits = numbersAt(await runOnce(graph, feeds), 'logits');
  t.ok(
    worstError(
      logits,
      input.map((number, i) => number * (w[i] as number)),
    ) < 1e-6,
  );
});

t.test('a ratio that keeps nothing is refused', async (t) => {
  const all = modelOf({
    inputs: [floats('input', ['batch', 3])],
    nodes: [layer('Mul', ['input', 'w'], ['h']), layer('Dropout', ['h', 'ratio', 'training'], ['output'])],
    initializers: { w: spread([3]), ratio: tensorOf('float32', [], [1]), training: tensorOf('bool', [], [1]) },
  });
  t.throws(() => compileGradients(all, OPTIONS), { code: 'MODEL_SHAPE', message: /ratio of 1/ });
});
