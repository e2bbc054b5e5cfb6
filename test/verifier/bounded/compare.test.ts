/** Honest ends of a segment are within the profile, every cheaper one is not, and nothing is a fault that is only rounding. */
import t from 'tap';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import type { Node } from '#engine/graph/graph.ts';
import type { Tensor } from '#engine/graph/tensor.ts';
import { CHEATS } from '#node/local/calibration/cheats.ts';
import { advance, compileSubject, courseOf } from '#node/local/calibration/course.ts';
import { builtIn, type Subject } from '#node/local/calibration/models.ts';
import { compareOperator, compareSegment, compareTensors } from '#verifier/bounded/compare.ts';
import { nudge, unnudge } from '#verifier/bounded/nudge.ts';
import { checkpointThreshold, SHIPPED } from '#verifier/bounded/profile.ts';
import { slotOf } from '#verifier/bounded/scale.ts';
import { flipAllowance } from '#verifier/bounded/ties.ts';
import { InProcess } from '#tools/in-process.ts';

t.setTimeout(120_000);
const [cpu, portable] = [new InProcess('cpu'), new InProcess('portable')];
t.teardown(async () => {
  await cpu.close();
  await portable.close();
});
type State = ReadonlyMap<string, Tensor>;

for (const name of ['mlp sgd', 'mlp momentum', 'attention adamw']) {
  const of = compileSubject(builtIn().find((one) => one.name === name) as Subject);
  t.test(`${name}: honest within, cheaper computations withheld`, async (t) => {
    const course = courseOf(of, 'compare test', 8);
    const before = course.start;
    const start = (await advance(cpu, course, before, { firstStep: 0, steps: 4 })).state;
    const stretch = { firstStep: 4, steps: 4 };
    const theirs = await advance(cpu, course, start, stretch);
    const mine = await advance(portable, course, start, stretch);
    const compare = (state: State) =>
      compareSegment({ start, mine, theirs: { state, outputs: theirs.outputs }, steps: 4, flips: 0 });
    t.equal(compare(theirs.state), 'within');
    t.equal(compareSegment({ start, mine, theirs: mine, steps: 4, flips: 0 }), 'same');
    for (const [cheat, run] of Object.entries(CHEATS)) {
      const done = await run({ machine: cpu, course, start, before, stretch });
      t.ok(done, cheat);
      // Counters right, as a cheat would have them.
      const state = new Map(
        [...(done ?? [])].map(([key, one]) => [key, one.dtype === 'float32' ? one : (mine.state.get(key) ?? one)]),
      );
      t.equal(compare(state), 'withhold', cheat);
    }
  });
}

t.test('ends of another form are no matter of rounding', async (t) => {
  const one = (values: readonly number[], shape = [values.length]) =>
    new Map([['w', tensorOf('float32', shape, values)]]);
  const of = (theirs: State) => ({
    start: one([0, 0]),
    mine: { state: one([1, 2]), outputs: null },
    theirs: { state: theirs, outputs: null },
    steps: 1,
    flips: 0,
  });
  t.equal(compareSegment(of(one([1, 2, 3]))), null);
  t.equal(compareSegment(of(one([1, 2], [2, 1]))), null);
  t.equal(compareSegment(of(new Map([['v', tensorOf('float32', [2], [1, 2])]]))), null);
  t.equal(compareSegment(of(one([1, Number.NaN]))), 'withhold');
  t.equal(compareSegment(of(one([1, Number.POSITIVE_INFINITY]))), 'withhold');
  t.equal(compareSegment(of(one([1, 2 + 2 ** -22]))), 'within');
  t.equal(compareSegment(of(one([1, 2.001]))), 'withhold');
  const counted = (n: number): State => new Map([['step', tensorOf('int64', [], [n])]]);
  const steps = (n: number) => ({
    start: counted(0),
    mine: { state: counted(4), outputs: null },
    theirs: { state: counted(n), outputs: null },
    steps: 4,
    flips: 0,
  });
  t.equal(compareSegment(steps(4)), 'same');
  t.equal(compareSegment(steps(3)), 'withhold');
});

t.test('what a worker writes does not widen the scale', async (t) => {
  const w = (...values: number[]): State => new Map([['w', tensorOf('float32', [2], values)]]);
  const share = (theirs: State) =>
    compareTensors({
      start: w(0, 0),
      mine: { state: w(1, 1), outputs: null },
      theirs: { state: theirs, outputs: null },
      steps: 1,
      flips: 0,
    })?.[0]?.share ?? 0;
  t.ok(share(w(1e6, 1)) > share(w(1.1, 1)));
});

t.test('gradients that are noise are judged by the size of the others', async (t) => {
  const state = (noise: number): State =>
    new Map([
      ['a', tensorOf('float32', [2], [1, 2])],
      ['a.momentum', tensorOf('float32', [2], [0.1, 0.2])],
      ['b', tensorOf('float32', [1], [0])],
      ['b.momentum', tensorOf('float32', [1], [noise])],
    ]);
  const start = new Map(
    [...state(0)].map(([name, one]) => [
      name,
      tensorOf(
        'float32',
        one.shape,
        numbersOf(one).map(() => 0),
      ),
    ]),
  );
  const compare = (noise: number) =>
    compareSegment({
      start,
      mine: { state: state(3e-9), outputs: null },
      theirs: { state: state(noise), outputs: null },
      steps: 1,
      flips: 0,
    });
  t.equal(compare(-4e-9), 'within');
  t.equal(compare(1e-3), 'withhold');
});

t.test('a nudge is taken off again', async (t) => {
  const start: State = new Map([['w', tensorOf('float32', [3], [1, -2, 0.5])]]);
  const nudged = nudge(start, 1);
  t.not(Buffer.compare((nudged.get('w') as Tensor).data, (start.get('w') as Tensor).data), 0);
  const back = numbersOf(unnudge(nudged, nudged, start).get('w') as Tensor);
  t.same(back, [1, -2, 0.5]);
  t.notSame(numbersOf(nudge(start, 2).get('w') as Tensor), numbersOf(nudged.get('w') as Tensor));
});

t.test('flips are allowed for where there are many comparisons, and only there', async (t) => {
  t.equal(flipAllowance(0, 1), 0);
  t.equal(flipAllowance(1000, 16), 0);
  const [many, more] = [flipAllowance(2 ** 24, 1), flipAllowance(2 ** 30, 1)];
  t.ok(many > more && more > 0 && many < 0.01, `${many} ${more}`);
});

t.test('slots by the names of the optimizers, and longer segments have wider thresholds', async (t) => {
  const names = new Set(['w', 'w.m', 'w.v', 'u', 'u.momentum', 'x.v']);
  const of = (name: string) => slotOf(name, { dtype: 'float32' }, names);
  t.same([...names].map(of), ['adaptive', 'mean', 'square', 'weight', 'mean', 'weight']);
  t.equal(slotOf('step', { dtype: 'int64' }, names), 'counter');
  const at = (steps: number) => checkpointThreshold(SHIPPED, 'weight', steps)?.l2 ?? 0;
  t.ok(at(1) > 0);
  t.equal(at(64), 4 * at(16));
  t.equal(checkpointThreshold({ checkpoints: [], operators: [] }, 'weight', 1), null);
});

t.test('an operator: the same, within, to be withheld, a fault', async (t) => {
  const node: Node = { op: 'MatMul', domain: '', name: 'm', inputs: ['a', 'b'], outputs: ['y'], attributes: new Map() };
  const many = (count: number, of: (i: number) => number) =>
    Array.from({ length: count }, (_, i) => Math.fround(of(i)));
  // Large terms that cancel: the sound bound is wide, what honest kernels do is not.
  const operands = [
    tensorOf(
      'float32',
      [1, 512],
      many(512, (i) => Math.sin(i) * 8),
    ),
    tensorOf(
      'float32',
      [512, 2],
      many(1024, (i) => Math.cos(i)),
    ),
  ];
  const [a, b] = operands.map(numbersOf) as [number[], number[]];
  const dot = (column: number) => a.reduce((sum, x, i) => sum + x * (b[2 * i + column] as number), 0);
  const result = (error: number): Tensor => tensorOf('float32', [1, 2], [dot(0), dot(1) + error]);
  const profile = { checkpoints: [], operators: [{ op: 'MatMul', l2: 1e-8, max: 1e-8 }] };
  const verdict = (error: number) =>
    compareOperator(node, operands, { theirs: result(error), mine: result(0) }, profile);
  t.equal(verdict(0), 'same');
  t.equal(verdict(Math.abs(dot(1)) * 2 ** -22), 'within');
  t.equal(verdict(2e-3), 'withhold');
  t.equal(verdict(1), 'fault');
  t.equal(
    compareOperator(node, operands, { theirs: tensorOf('float32', [2], [0, 0]), mine: result(0) }, profile),
    'fault',
  );
});
