/** The learning rate of each step, read off a weight whose gradient is 1, beside transformers' formulas; and the cosine itself. */
import t from 'tap';
import { GraphBuilder } from '#engine/graph/build.ts';
import { OPSET } from '#engine/graph/graph.ts';
import { tensorOf } from '#engine/graph/numbers.ts';
import { encodeModel } from '#engine/onnx/encode.ts';
import type { ScheduleSpec } from '#engine/train/options.ts';
import { Scalars } from '#engine/train/scalars.ts';
import { addRate, raisedCosine } from '#engine/train/schedule.ts';
import { plainFactor } from './plain-update.ts';
import { nextState, numbersAt, openRunner } from './running.ts';

const LR = 0.3;

/** The rate in float64, step for step. */
async function ratesOf(schedule: ScheduleSpec, steps: number): Promise<number[]> {
  const b = new GraphBuilder();
  const first = new Map();
  const rate = addRate(b, LR, schedule, first);
  b.output(typeof rate === 'string' ? rate : b.scalar('float64', rate), 'rate');
  const runner = await openRunner(encodeModel({ opset: OPSET, graph: b.finish('rate') }));
  const rates: number[] = [];
  let state = first;
  for (let i = 0; i < steps; i++) {
    const results = await runner.run(state);
    rates.push(...numbersAt(results, 'rate'));
    state = nextState(results);
  }
  await runner.close();
  return rates;
}

const SPECS: readonly ScheduleSpec[] = [
  { kind: 'constant', warmupSteps: 5 },
  { kind: 'linear', totalSteps: 16 },
  { kind: 'linear', warmupSteps: 4, totalSteps: 16, floor: 0.25 },
  { kind: 'cosine', totalSteps: 16 },
  { kind: 'cosine', warmupSteps: 4, totalSteps: 16 },
  { kind: 'cosine', warmupSteps: 1, totalSteps: 17, floor: 0.1 },
  { kind: 'cosine', warmupSteps: 7, totalSteps: 7 },
];

for (const schedule of SPECS) {
  t.test(JSON.stringify(schedule), async (t) => {
    const rates = await ratesOf(schedule, 20);
    rates.forEach((rate, step) => {
      const expected = LR * plainFactor(schedule, step);
      t.ok(Math.abs(rate - expected) < 1e-9, `step ${step}: ${rate} and ${expected}`);
    });
  });
}

t.test('a warm-up begins at 0 and ends at the full rate; a decay stays where it ends', async (t) => {
  const rates = await ratesOf({ kind: 'cosine', warmupSteps: 4, totalSteps: 12, floor: 0.5 }, 20);
  t.equal(rates[0], 0);
  t.equal(rates[4], LR);
  t.ok(Math.abs((rates[12] as number) - LR / 2) < 1e-9);
  t.same(new Set(rates.slice(12)).size, 1);
});

t.test('a rate that never changes is a number, and nothing counts the steps', (t) => {
  for (const schedule of [undefined, { kind: 'constant' }, { kind: 'constant', warmupSteps: 0 }] as const) {
    const b = new GraphBuilder();
    const state = new Map();
    t.equal(addRate(b, LR, schedule, state), LR);
    t.equal(b.nodes.length + state.size, 0);
  }
  t.end();
});

t.test('the cosine to 1e-9, from products and sums alone', async (t) => {
  const b = new GraphBuilder();
  b.output(raisedCosine(new Scalars(b), b.input('p', { dtype: 'float64', shape: [] })) as string, 'square');
  const graph = b.finish('cosine');
  t.same([...new Set(graph.nodes.map(({ op }) => op))].sort(), ['Add', 'Identity', 'Mul']);
  const runner = await openRunner(encodeModel({ opset: OPSET, graph }));
  let worst = 0;
  for (let i = 0; i <= 1000; i++) {
    const p = i / 1000;
    const [square = 0] = numbersAt(await runner.run(new Map([['p', tensorOf('float64', [], [p])]])), 'square');
    worst = Math.max(worst, Math.abs(1 - 2 * square - Math.cos(Math.PI * p)));
  }
  await runner.close();
  t.ok(worst < 1e-9, `${worst}`);
});
