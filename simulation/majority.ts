/** Who has the majority of a committee: two kinds of members whose numbers are Poisson, as sortition of many small weights gives. */
import type { Random } from './random.ts';

export interface Majority {
  /** The first kind is more than the second, less than it, or as many. */
  readonly more: number;
  readonly less: number;
  readonly even: number;
}

/** The exact sum, up to terms that a float cannot tell from nothing. @param ours,theirs expected members of each kind */
export function majority(ours: number, theirs: number): Majority {
  const [a, b] = [poisson(ours), poisson(theirs)];
  let [more, even, below] = [0, 0, 0];
  for (let k = 0; k < Math.max(a.length, b.length); k++) {
    const chance = a[k] ?? 0;
    more += chance * below;
    even += chance * (b[k] ?? 0);
    below += b[k] ?? 0;
  }
  return { more, even, less: Math.max(0, 1 - more - even) };
}

/** Chances of 0, 1, 2, … */
function poisson(mean: number): number[] {
  const chances: number[] = [];
  let chance = Math.exp(-mean);
  for (let k = 0; k < mean || chance > 1e-18; k++) {
    chances.push(chance);
    chance *= mean / (k + 1);
  }
  return chances;
}

/** How many of `count` are drawn with `chance` each, and who they are is nobody's matter. */
export function binomial(random: Random, count: number, chance: number): number {
  if (chance >= 1) return count;
  if (chance <= 0) return 0;
  // Gaps between drawn ones are geometric: as many turns as are drawn, not as there are candidates.
  const scale = Math.log1p(-chance);
  let [drawn, at] = [0, -1];
  for (;;) {
    at += 1 + Math.floor(Math.log1p(-random.next()) / scale);
    if (at >= count) return drawn;
    drawn++;
  }
}
