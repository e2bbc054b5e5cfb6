/** Honest errors between pairs of machines, and those of cheaper computations, on the same segments. */
import { type Distance, distanceOf } from '#verifier/bounded/distance.ts';
import type { CheckpointRow, OperatorRow } from '#verifier/bounded/profile.ts';
import { type Changed, changeDistances } from '#verifier/bounded/scale.ts';
import { CHEATS } from './cheats.ts';
import { advance, type Compiled, type Course, courseOf, lookInside, type Machine, type Tensors } from './course.ts';

/** Segments of a course, one after the other; each course begins with another, since first steps are like no others. */
export const LENGTHS = [1, 4, 16] as const;
export const COURSE_STEPS = LENGTHS.reduce((sum: number, steps) => sum + steps, 0);

/** One segment as somebody did it against what another machine makes of it. */
export interface Trial {
  /** Null of an honest execution. */
  readonly cheat: string | null;
  readonly subject: string;
  readonly steps: number;
  readonly comparisons: number;
  readonly found: readonly Changed[];
}

export interface Measured {
  readonly trials: readonly Trial[];
  readonly operators: readonly OperatorRow[];
  /** Values of operators that were compared, and those of them that are noise. */
  readonly values: number;
  readonly noise: number;
}

/** A value that honest machines disagree on by more is what rounding leaves of sums that cancel, and tells nothing. */
const NOISE = 2 ** -12;

/** @throws RangeError where a machine gave other tensors: no measurement */
function changes(start: Tensors | null, theirs: Tensors, mine: Tensors): Changed[] {
  const found = changeDistances(start, theirs, mine);
  if (found === null) throw new RangeError('two machines gave other tensors');
  return start === null ? found.map((one) => ({ ...one, slot: 'output' as const })) : found;
}

export const larger = (a: Distance, b: Distance): Distance => ({
  l2: Math.max(a.l2, b.l2),
  max: Math.max(a.max, b.max),
});

/** Counters cost nothing: whoever cheats has them right. */
const withCounters = (state: Tensors, honest: Tensors): Tensors =>
  new Map(
    [...state].map(([name, tensor]) => [name, tensor.dtype === 'float32' ? tensor : (honest.get(name) ?? tensor)]),
  );

interface Pair {
  readonly worker: Machine;
  readonly validator: Machine;
}

/** @param cheats names of those to try; they need the worker's machine only */
async function measureCourse({ worker, validator }: Pair, course: Course, rotation: number, cheats: readonly string[]) {
  const trials: Trial[] = [];
  const operators = new Map<string, Distance>();
  let [values, noise] = [0, 0];
  const { name: subject, comparisons, shown } = course.of;
  let [start, firstStep] = [course.start, 0];
  let before: Tensors | null = null;
  for (const steps of [...LENGTHS.slice(rotation), ...LENGTHS.slice(0, rotation)]) {
    const stretch = { firstStep, steps };
    const theirs = await advance(worker, course, start, stretch);
    const mine = await advance(validator, course, start, stretch);
    const note = (cheat: string | null, found: readonly Changed[]) =>
      trials.push({ cheat, subject, steps, comparisons, found });
    note(null, [...changes(start, theirs.state, mine.state), ...changes(null, theirs.outputs, mine.outputs)]);
    for (const name of cheats) {
      const done = await CHEATS[name]?.({ machine: worker, course, start, before, stretch });
      if (done != null) note(name, changes(start, withCounters(done, mine.state), mine.state));
    }
    const inside = await lookInside(worker, course, theirs.state);
    for (const [name, own] of await lookInside(validator, course, mine.state)) {
      const other = inside.get(name);
      const op = shown.ops.get(name);
      const distance = other === undefined ? null : distanceOf(other, own);
      if (distance === null || op === undefined) continue;
      values += 1;
      if (distance.max > NOISE) noise += 1;
      else operators.set(op, larger(operators.get(op) ?? { l2: 0, max: 0 }, distance));
    }
    [before, start, firstStep] = [start, theirs.state, firstStep + steps];
  }
  return { trials, operators, values, noise };
}

/** @param seeds names of courses */
export async function measurePair(
  pair: Pair,
  of: Compiled,
  seeds: readonly string[],
  cheats: readonly string[],
): Promise<Measured> {
  const trials: Trial[] = [];
  const operators = new Map<string, Distance>();
  let [values, noise] = [0, 0];
  for (const [number, seed] of seeds.entries()) {
    const course = courseOf(of, seed, COURSE_STEPS);
    const measured = await measureCourse(pair, course, number % LENGTHS.length, cheats);
    values += measured.values;
    noise += measured.noise;
    trials.push(...measured.trials);
    for (const [op, distance] of measured.operators)
      operators.set(op, larger(operators.get(op) ?? { l2: 0, max: 0 }, distance));
  }
  return { trials, operators: [...operators].map(([op, distance]) => ({ op, ...distance })), values, noise };
}

/** The largest honest distances, by slot and length. */
export function honestRows(trials: readonly Trial[]): CheckpointRow[] {
  const rows = new Map<string, CheckpointRow>();
  for (const { cheat, steps, found } of trials) {
    if (cheat !== null) continue;
    for (const { slot, distance } of found) {
      if (slot === 'counter') continue;
      const key = `${slot} ${steps}`;
      rows.set(key, { slot, steps, ...larger(rows.get(key) ?? { l2: 0, max: 0 }, distance) });
    }
  }
  return [...rows.values()].sort((a, b) => (a.slot === b.slot ? a.steps - b.steps : a.slot < b.slot ? -1 : 1));
}
