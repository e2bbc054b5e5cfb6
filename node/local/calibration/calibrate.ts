/** A whole calibration: all pairs of the machines that are there, all subjects, and the cheats on one of the pairs. */
import type { OperatorRow } from '#verifier/bounded/profile.ts';
import { CHEATS } from './cheats.ts';
import type { Compiled, Machine } from './course.ts';
import { judge, judgeCheats } from './judged.ts';
import { honestRows, larger, measurePair, type Trial } from './measure.ts';
import { type Calibration, roundedProfile } from './page.ts';

export interface Named {
  readonly name: string;
  readonly machine: Machine;
}

interface Wanted {
  readonly subjects: readonly Compiled[];
  readonly seeds: number;
  /** Called before each pair and subject. */
  begin(pair: string, subject: string): void;
}

/** Each machine with the first, and the others that compute in another way with each other. */
function pairsOf(machines: readonly Named[]): Array<readonly [worker: Named, validator: Named]> {
  return machines.flatMap((worker, i) =>
    machines
      .slice(i + 1)
      .filter(({ name }) => i === 0 || ![worker.name, name].some((one) => one.includes(',')))
      .map((validator) => [worker, validator] as const),
  );
}

const pairName = ([worker, validator]: readonly [Named, Named]): string => `${worker.name} and ${validator.name}`;

/** The cheats are measured where the machines differ most in what they are made of: two providers. */
const cheatsOn = (pairs: ReadonlyArray<readonly [Named, Named]>): readonly [Named, Named] | undefined =>
  pairs.find(([, { name }]) => !name.includes(',')) ?? pairs[0];

export async function calibrate(machines: readonly Named[], { subjects, seeds, begin }: Wanted): Promise<Calibration> {
  const pairs = pairsOf(machines);
  const cheating = cheatsOn(pairs);
  const names = Array.from({ length: seeds }, (_, i) => String(i));
  const operators = new Map<string, OperatorRow>();
  const trials = new Map<string, Trial[]>();
  let [values, noise] = [0, 0];
  for (const of of subjects) {
    for (const pair of pairs) {
      const name = pairName(pair);
      begin(name, of.name);
      const [worker, validator] = pair;
      const cheats = pair === cheating ? Object.keys(CHEATS) : [];
      const found = await measurePair({ worker: worker.machine, validator: validator.machine }, of, names, cheats);
      trials.set(name, [...(trials.get(name) ?? []), ...found.trials]);
      values += found.values;
      noise += found.noise;
      for (const row of found.operators)
        operators.set(row.op, { op: row.op, ...larger(operators.get(row.op) ?? { l2: 0, max: 0 }, row) });
    }
  }
  const all = [...trials.values()].flat();
  const profile = roundedProfile({ checkpoints: honestRows(all), operators: [...operators.values()] });
  const isHonest = ({ cheat }: Trial): boolean => cheat === null;
  return {
    subjects: subjects.map(({ name }) => name),
    seeds,
    pairs: [...trials].map(([pair, found]) => ({ pair, honest: judge(profile, pair, found.filter(isHonest)) })),
    profile,
    cheats: judgeCheats(profile, all),
    values,
    noise,
  };
}
