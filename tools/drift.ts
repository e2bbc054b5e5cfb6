/** How far a worker gets who stays just inside every threshold, segment after segment, and pulls the weights to where it wants them. */
//   node tools/drift.ts --steps 1000 --segment 4
import { parseArgs } from 'node:util';
import { numbersOf, tensorOf } from '#engine/graph/numbers.ts';
import { initialState } from '#engine/data/synthetic.ts';
import { hashText } from '#protocol/codec/abi.ts';
import { advance, compileSubject, courseOf, type Tensors } from '#node/local/calibration/course.ts';
import { builtIn, type Subject } from '#node/local/calibration/models.ts';
import { compareTensors } from '#verifier/bounded/compare.ts';
import { isWeight, slotOf } from '#verifier/bounded/scale.ts';
import { InProcess } from './in-process.ts';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '1000' },
    segment: { type: 'string', default: '4' },
    /** Number of the built-in model. */
    subject: { type: 'string', default: '1' },
  },
});
const [STEPS, SEGMENT] = [Number(values.steps), Number(values.segment)];

type Kind = 'weights' | 'means';

const numbersIn = (state: Tensors, kind: Kind): number[] =>
  [...state].flatMap(([name, tensor]) => {
    const isMeant = kind === 'weights' ? isWeight(name, tensor, state) : slotOf(name, tensor, state) === 'mean';
    return isMeant ? numbersOf(tensor) : [];
  });

const lengthOf = (numbers: readonly number[]): number => Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0));
const apart = (a: Tensors, b: Tensors, kind: Kind = 'weights'): number => {
  const other = numbersIn(b, kind);
  return lengthOf(numbersIn(a, kind).map((x, i) => x - (other[i] as number)));
};

/** Each weight towards its target; a mean the other way, since it is taken off the weight. */
function pulled(state: Tensors, target: Tensors, amount: ReadonlyMap<string, number>): Tensors {
  return new Map(
    [...state].map(([name, tensor]) => {
      const slot = slotOf(name, tensor, state);
      const owner = slot === 'mean' ? name.slice(0, name.lastIndexOf('.')) : name;
      const [goal, now] = [target.get(owner), state.get(owner)];
      const share = amount.get(name) ?? 0;
      if (goal === undefined || now === undefined || share === 0) return [name, tensor];
      const [to, from] = [numbersOf(goal), numbersOf(now)];
      const sign = slot === 'mean' ? -1 : 1;
      const moved = numbersOf(tensor).map((x, i) => x + sign * share * ((to[i] as number) - (from[i] as number)));
      return [name, tensorOf('float32', tensor.shape, moved)];
    }),
  );
}

/** As far as the profile lets each tensor go. */
function justInside(of: { start: Tensors; mine: Tensors; honest: Tensors; target: Tensors }): Tensors {
  const { start, mine, honest, target } = of;
  const ended = (state: Tensors) => ({ state, outputs: null });
  const look = (state: Tensors) =>
    compareTensors({ start, mine: ended(mine), theirs: ended(state), steps: SEGMENT, flips: 0 }) ?? [];
  const amount = new Map(
    [...honest].flatMap(([name, tensor]) => {
      const slot = slotOf(name, tensor, honest);
      return isWeight(name, tensor, honest) || slot === 'mean' ? [[name, 2 ** -10] as const] : [];
    }),
  );
  // Roundings make the way to the edge uneven.
  for (let round = 0; round < 12; round++) {
    for (const { name, share } of look(pulled(honest, target, amount))) {
      const now = amount.get(name);
      if (now === undefined || (share > 0.95 && share <= 1)) continue;
      amount.set(name, share === 0 ? now * 4 : (now * 0.98) / share);
    }
  }
  for (let round = 0; round < 40; round++) {
    const over = look(pulled(honest, target, amount)).filter(({ share }) => share > 1);
    if (over.length === 0) break;
    for (const { name } of over) amount.set(name, (amount.get(name) ?? 0) * 0.8);
  }
  const result = pulled(honest, target, amount);
  return look(result).every(({ share }) => share <= 1) ? result : honest;
}

const subject = builtIn()[Number(values.subject)] as Subject;
const course = courseOf(compileSubject(subject), 'drift', STEPS);
const [cpu, portable] = [new InProcess('cpu'), new InProcess('portable')];
const drawn = initialState(
  hashText('corex drift target'),
  [...course.start].map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
);
const target: Tensors = new Map([...course.start].map(([name, tensor]) => [name, drawn.get(name) ?? tensor]));
const first = apart(course.start, target);
let [honest, other, drifting] = [course.start, course.start, course.start];
let [path, allowed, onMeans] = [0, 0, 0];
for (let firstStep = 0; firstStep < STEPS; firstStep += SEGMENT) {
  const stretch = { firstStep, steps: SEGMENT };
  honest = (await advance(cpu, course, honest, stretch)).state;
  other = (await advance(portable, course, other, stretch)).state;
  const start = drifting;
  const own = (await advance(cpu, course, start, stretch)).state;
  const mine = (await advance(portable, course, start, stretch)).state;
  drifting = justInside({ start, mine, honest: own, target });
  path += apart(mine, start);
  allowed += apart(drifting, own);
  onMeans += apart(drifting, own, 'means');
}
const distance = apart(honest, target);
const away = apart(drifting, honest);
const nearer = distance - apart(drifting, target);
const print = (name: string, number: number): void =>
  void process.stdout.write(`${name.padEnd(52)} ${number.toExponential(3)}\n`);
process.stdout.write(`${subject.name}, ${STEPS} steps in segments of ${SEGMENT}\n`);
print('distance of the first weights to the target', first);
print('distance of the honestly trained weights to the target', distance);
print('length of the way of honest training', path);
print('what was added to the weights, all segments together', allowed);
print('what was added to the means, all segments together', onMeans);
print('distance of the drifted weights from the honest ones', away);
print('how much nearer the target', nearer);
print('share of the distance', nearer / distance);
print('distance of two honest machines, for comparison', apart(other, honest));
process.exit(0);
