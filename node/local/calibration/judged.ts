/** What a profile makes of trials: who is within it, and by how much the cheats are not. */
import type { Distance } from '#verifier/bounded/distance.ts';
import { checkpointThreshold, type Profile } from '#verifier/bounded/profile.ts';
import { flipAllowance } from '#verifier/bounded/ties.ts';
import type { Trial } from './measure.ts';

const ZERO: Distance = { l2: 0, max: 0 };

/** How far the worst tensor of a trial is from its threshold: above 1 it is withheld. */
export function shareOf(profile: Profile, { found, steps, comparisons }: Trial): number {
  const flips = flipAllowance(comparisons, steps);
  return found.reduce((worst, { slot, distance: { l2, max } }) => {
    const threshold = checkpointThreshold(profile, slot, steps) ?? ZERO;
    const part = (size: number, most: number): number => (size === 0 ? 0 : size / most);
    const share = Math.max(part(l2, threshold.l2 + flips), flips === 0 ? part(max, threshold.max) : 0);
    return Math.max(worst, Number.isNaN(share) ? Number.POSITIVE_INFINITY : share);
  }, 0);
}

/** One computation against the profile. */
export interface Judged {
  readonly name: string;
  readonly trials: number;
  /** Trials outside the profile. */
  readonly outside: number;
  /** The least and the largest distance, in thresholds. */
  readonly least: number;
  readonly most: number;
}

export function judge(profile: Profile, name: string, trials: readonly Trial[]): Judged {
  const shares = trials.map((trial) => shareOf(profile, trial));
  return {
    name,
    trials: trials.length,
    outside: shares.filter((share) => share > 1).length,
    least: shares.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    most: shares.reduce((a, b) => Math.max(a, b), 0),
  };
}

/** Every cheat that was tried, in the order of the first trials. */
export function judgeCheats(profile: Profile, trials: readonly Trial[]): Judged[] {
  const names = [...new Set(trials.flatMap(({ cheat }) => (cheat === null ? [] : [cheat])))];
  return names.map((name) =>
    judge(
      profile,
      name,
      trials.filter(({ cheat }) => cheat === name),
    ),
  );
}
