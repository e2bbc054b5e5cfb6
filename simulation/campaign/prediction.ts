/** How often a cheat must be found: exactly, from the weights, the draw, its doubling at half time and who looks. No chance in here. */

/** A validator as the court draws it. */
export interface Drawn {
  /** Of all weight but the worker's. */
  readonly part: number;
  /** Does it look, and say what it saw? */
  readonly looks: boolean;
}

export interface Court {
  readonly committee: number;
  readonly samples: number;
}

/** Members on average after half time, and the chance that one of them meets the forged part. */
export interface Prediction {
  readonly found: number;
  readonly members: number;
  /** Of the members, those who look. */
  readonly looking: number;
}

/**
 * Validators answer at once when they are drawn, and at half time in their order while fewer than half a committee has
 * answered. The chance that nobody who looked met anything is summed over how many answered before and after half time.
 */
export function predict(validators: readonly Drawn[], forged: number, court: Court): Prediction {
  const misses = (1 - forged) ** court.samples;
  const total = walk(validators, court, 1);
  const missed = walk(validators, court, misses);
  // Of nothing forged the sum is 1 but for rounding.
  return { found: forged === 0 ? 0 : 1 - missed.weight, members: total.members, looking: total.looking };
}

interface Sums {
  weight: number;
  members: number;
  looking: number;
}

/** Sums over all draws of missed^(members who look), and with missed = 1 the members on average. */
function walk(validators: readonly Drawn[], court: Court, missed: number): Sums {
  const enough = Math.ceil(court.committee / 2);
  const sums = { weight: 0, members: 0, looking: 0 };
  // Enough at once: nobody comes later. Fewer than enough, exactly `early`: the rest up to `enough` may come.
  for (let early = 0; early < enough; early++) add(sums, late(validators, court, { early, enough, missed }));
  add(sums, atOnce(validators, court, { enough, missed }));
  return sums;
}

function add(sums: Sums, more: Sums): void {
  sums.weight += more.weight;
  sums.members += more.members;
  sums.looking += more.looking;
}

const chances = ({ part }: Drawn, { committee }: Court) => ({
  first: Math.min(1, part * committee),
  second: Math.min(1, part * committee * 2),
});

/** Weight, members and lookers of one state of the walk; the latter two are sums weighted like the first. */
interface State extends Sums {}

const nothing = (): State => ({ weight: 0, members: 0, looking: 0 });

function move(to: State, from: State, by: { chance: number; factor: number; joins: boolean; looks: boolean }): void {
  const weight = from.weight * by.chance * by.factor;
  const scale = by.chance * by.factor;
  to.weight += weight;
  to.members += from.members * scale + (by.joins ? weight : 0);
  to.looking += from.looking * scale + (by.joins && by.looks ? weight : 0);
}

function atOnce(
  validators: readonly Drawn[],
  court: Court,
  { enough, missed }: { enough: number; missed: number },
): Sums {
  // States by how many answered, up to `enough` or more.
  let states = Array.from({ length: enough + 1 }, (_, k) => ({ ...nothing(), weight: k === 0 ? 1 : 0 }));
  for (const validator of validators) {
    const { first } = chances(validator, court);
    const factor = validator.looks ? missed : 1;
    const next = states.map(nothing);
    for (const [k, state] of states.entries()) {
      const [stay, join] = [next[k], next[Math.min(enough, k + 1)]];
      if (stay === undefined || join === undefined) continue;
      move(stay, state, { chance: 1 - first, factor: 1, joins: false, looks: validator.looks });
      move(join, state, { chance: first, factor, joins: true, looks: validator.looks });
    }
    states = next;
  }
  return states[enough] ?? nothing();
}

function late(
  validators: readonly Drawn[],
  court: Court,
  { early, enough, missed }: { early: number; enough: number; missed: number },
): Sums {
  const room = enough - early;
  const width = room + 1;
  const size = (early + 1) * width;
  // States by how many answered at once and how many after half time.
  let states = Array.from({ length: size }, (_, k) => ({ ...nothing(), weight: k === 0 ? 1 : 0 }));
  for (const validator of validators) {
    const { first, second } = chances(validator, court);
    const factor = validator.looks ? missed : 1;
    const next = states.map(nothing);
    for (const [k, state] of states.entries()) {
      const [a, b] = [Math.floor(k / width), k % width];
      const here = next[k];
      const sooner = a < early ? next[k + width] : undefined;
      const later = b < room ? next[k + 1] : undefined;
      const looks = validator.looks;
      if (here === undefined) continue;
      move(here, state, { chance: 1 - second, factor: 1, joins: false, looks });
      if (sooner !== undefined) move(sooner, state, { chance: first, factor, joins: true, looks });
      // Whoever comes when there are enough again is not asked.
      if (later === undefined) move(here, state, { chance: second - first, factor: 1, joins: false, looks });
      else move(later, state, { chance: second - first, factor, joins: true, looks });
    }
    states = next;
  }
  const sum = nothing();
  for (let b = 0; b < width; b++) add(sum, states[early * width + b] ?? nothing());
  return sum;
}

/** The least and the most of `trials` that come true in all but a hundredth of all cases, half of it on either side. */
export function interval(trials: number, chance: number, outside = 0.01): readonly [number, number] {
  if (chance <= 0) return [0, 0];
  if (chance >= 1) return [trials, trials];
  const [yes, no] = [Math.log(chance), Math.log1p(-chance)];
  let [log, sum, least] = [trials * no, 0, -1];
  for (let k = 0; k <= trials; k++) {
    sum += Math.exp(log);
    if (least < 0 && sum > outside / 2) least = k;
    if (sum >= 1 - outside / 2) return [least, k];
    log += Math.log((trials - k) / (k + 1)) + yes - no;
  }
  return [Math.max(0, least), trials];
}
