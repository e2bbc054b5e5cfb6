/** Twenty steps of every optimizer beside the same formulas in plain float64; and how few nodes a weight costs. */
import t from 'tap';
import { OPTIMIZERS } from '#engine/train/optimizers.ts';
import type { OptimizerSpec, UpdateOptions } from '#engine/train/options.ts';
import { numbersAt } from './running.ts';
import { type Named, plainUpdates } from './plain-update.ts';
import { compileUpdate, randomNamed, runUpdates, type Shapes } from './updating.ts';

const STEPS = 20;
const SHAPES: Shapes = { 'a.weight': [3, 4], 'a.bias': [4], 'b.kernel': [2, 3, 2], 'b.bias': [2] };
const WEIGHTS = randomNamed('weights', SHAPES);
const GRADIENTS: readonly Named[] = Array.from({ length: STEPS }, (_, i) => randomNamed(`gradient ${i}`, SHAPES));

/** The largest difference of any weight after all steps. */
async function difference(options: UpdateOptions, gradients = GRADIENTS): Promise<number> {
  const update = compileUpdate(WEIGHTS, SHAPES, options);
  const state = (await runUpdates(update, SHAPES, gradients)).at(-1) ?? new Map();
  const plain = plainUpdates(WEIGHTS, gradients, options);
  return Math.max(
    ...[...plain].flatMap(([name, expected]) => {
      const actual = numbersAt(state, name);
      return expected.map((number, i) => Math.abs(number - (actual[i] as number)));
    }),
  );
}

const SPECS: Readonly<Record<string, OptimizerSpec>> = {
  sgd: { kind: 'sgd', lr: 0.1 },
  'sgd with momentum': { kind: 'sgd', lr: 0.1, momentum: 0.9 },
  'sgd, nesterov': { kind: 'sgd', lr: 0.1, momentum: 0.9, nesterov: true },
  'sgd with decay': { kind: 'sgd', lr: 0.1, momentum: 0.5, weightDecay: 0.1 },
  adam: { kind: 'adam', lr: 0.01 },
  'adam with decay': { kind: 'adam', lr: 0.01, beta1: 0.8, beta2: 0.99, epsilon: 1e-3, weightDecay: 0.1 },
  adamw: { kind: 'adamw', lr: 0.01 },
  'adamw of its own': { kind: 'adamw', lr: 0.02, beta1: 0.7, beta2: 0.9, epsilon: 0.1, weightDecay: 0.5 },
  'adamw without decay': { kind: 'adamw', lr: 0.01, weightDecay: 0 },
  lion: { kind: 'lion', lr: 0.01 },
  'lion with decay': { kind: 'lion', lr: 0.01, beta1: 0.95, beta2: 0.98, weightDecay: 0.2 },
};

t.test('every optimizer has a case', (t) => {
  t.same([...new Set(Object.values(SPECS).map(({ kind }) => kind))].sort(), Object.keys(OPTIMIZERS).sort());
  t.end();
});

for (const [name, optimizer] of Object.entries(SPECS)) {
  t.test(name, async (t) => {
    const error = await difference({ optimizer });
    t.ok(error < 1e-5, `${error}`);
  });
}

t.test('with everything: warm-up and cosine, clipping, groups', async (t) => {
  for (const optimizer of [SPECS['sgd with momentum'], SPECS['adamw of its own'], SPECS['lion with decay']]) {
    const error = await difference({
      optimizer: optimizer as OptimizerSpec,
      schedule: { kind: 'cosine', warmupSteps: 3, totalSteps: 15, floor: 0.1 },
      clipNorm: 0.5,
      groups: [
        { match: 'b.kernel', frozen: true },
        { match: '*.bias', lr: 2, weightDecay: 0 },
        { match: 'a.*', lr: 0.5 },
      ],
    });
    t.ok(error < 1e-5, `${optimizer?.kind}: ${error}`);
  }
});

t.test('nodes for each weight', (t) => {
  const count = (optimizer: OptimizerSpec, names: readonly string[]): number => {
    const shapes = Object.fromEntries(names.map((name) => [name, [2, 3]]));
    return compileUpdate(randomNamed('w', shapes), shapes, { optimizer }).nodes.length;
  };
  const each = (optimizer: OptimizerSpec): number => count(optimizer, ['u', 'w']) - count(optimizer, ['w']);
  t.equal(each({ kind: 'sgd', lr: 0.1 }), 2);
  t.equal(each({ kind: 'sgd', lr: 0.1, momentum: 0.9 }), 4);
  t.equal(each({ kind: 'adam', lr: 0.1 }), 10);
  t.equal(each({ kind: 'adamw', lr: 0.1 }), 11);
  t.equal(each({ kind: 'lion', lr: 0.1 }), 7);
  t.equal(count({ kind: 'sgd', lr: 0.1, momentum: 0.9 }, ['w']), 4, 'and nothing else');
  t.end();
});

t.test('what is kept, and its names', async (t) => {
  const kept = (optimizer: OptimizerSpec) => {
    const { state } = compileUpdate(new Map([['w', [1]]]), { w: [1] }, { optimizer });
    return [...state].map(([name, { dtype }]) => `${name} ${dtype}`).sort();
  };
  t.same(kept({ kind: 'sgd', lr: 1 }), ['w float32']);
  t.same(kept({ kind: 'sgd', lr: 1, momentum: 0.9 }), ['w float32', 'w.momentum float32']);
  t.same(kept({ kind: 'lion', lr: 1 }), ['w float32', 'w.m float32']);
  t.same(kept({ kind: 'adamw', lr: 1 }), [
    'beta1.power float64',
    'beta2.power float64',
    'step int64',
    'w float32',
    'w.m float32',
    'w.v float32',
  ]);
  const update = compileUpdate(WEIGHTS, SHAPES, { optimizer: { kind: 'adam', lr: 1 } });
  const last = (await runUpdates(update, SHAPES, GRADIENTS)).at(-1) ?? new Map();
  t.same(numbersAt(last, 'step'), [STEPS]);
});

t.test('the order in which weights come changes nothing', (t) => {
  const options = { optimizer: { kind: 'adamw', lr: 0.1 }, clipNorm: 1 } as const;
  const turned = new Map([...WEIGHTS].reverse());
  const nodes = (weights: Named) => compileUpdate(weights, SHAPES, options).nodes.map(({ outputs }) => outputs);
  t.same(nodes(turned), nodes(WEIGHTS));
  t.end();
});

t.test('a weight without a gradient stays, and nothing is kept for it', async (t) => {
  const update = compileUpdate(WEIGHTS, SHAPES, { optimizer: { kind: 'adamw', lr: 0.1 }, clipNorm: 1 }, ['a.bias']);
  t.notOk(update.state.has('a.bias.m'));
  const gradients = GRADIENTS.map((all) => new Map([...all].filter(([name]) => name !== 'a.bias')));
  const last = (await runUpdates(update, SHAPES, gradients)).at(-1) ?? new Map();
  t.same(numbersAt(last, 'a.bias'), WEIGHTS.get('a.bias'));
  t.not(numbersAt(last, 'b.bias')[0], WEIGHTS.get('b.bias')?.[0]);
});
