/** Who decides an audit: members are drawn by weight, and each counts a seat, or its weight where that is more. */
import { binomial } from './majority.ts';
import type { Random } from './random.ts';

/** Equal accounts that together have a part of all weight. */
export interface Side {
  readonly part: number;
  readonly accounts: number;
}

/**
 * The chance that `ours` are more than half of what a committee counts: the exact sum over how many of each side are drawn.
 * @param members expected members of a committee; an account is drawn with chance members x its part, at most 1
 */
export function captureChance(ours: Side, theirs: Side, members: number): number {
  const a = drawnChances(ours, members);
  const b = drawnChances(theirs, members);
  const [weight, other] = [seatOf(ours, members), seatOf(theirs, members)];
  let [sum, below, k] = [0, 0, 0];
  for (const [drawn, chance] of a.entries()) {
    // Ties are no majority; the margin keeps equal weights equal in floats.
    for (; k < b.length && k * other < drawn * weight * (1 - 1e-12); k++) below += b[k] ?? 0;
    sum += chance * below;
  }
  return sum;
}

/** The same by drawing committees. */
export function captureDrawn(
  ours: Side,
  theirs: Side,
  members: number,
  draws: { random: Random; times: number },
): number {
  const [weight, other] = [seatOf(ours, members), seatOf(theirs, members)];
  const chance = ({ part, accounts }: Side) => Math.min(1, (members * part) / accounts);
  let captured = 0;
  for (let i = 0; i < draws.times; i++) {
    const mine = weight * binomial(draws.random, ours.accounts, chance(ours));
    const rest = other * binomial(draws.random, theirs.accounts, chance(theirs));
    if (mine > rest * (1 + 1e-12)) captured++;
  }
  return captured / draws.times;
}

/** What the verdict of one of these accounts counts. SortitionLib.sol seatOf */
const seatOf = ({ part, accounts }: Side, members: number): number => Math.max(part / accounts, 1 / members);

/** Chances of 0, 1, 2, … drawn accounts. */
function drawnChances({ part, accounts }: Side, members: number): number[] {
  const chance = Math.min(1, (members * part) / accounts);
  if (chance === 1) return [...new Array<number>(accounts).fill(0), 1];
  const chances: number[] = [];
  let now = (1 - chance) ** accounts;
  for (let k = 0; k <= accounts && (k < members * 2 || now > 1e-18); k++) {
    chances.push(now);
    now *= ((accounts - k) / (k + 1)) * (chance / (1 - chance));
  }
  return chances;
}

/** The same with a part of the weight in as many accounts as suit it best: many while it is small, one when it is large. */
export function bestChance(part: number, theirs: Side, members: number): number {
  const chances = [1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 64, 128, 256, 1024].map((accounts) =>
    captureChance({ part, accounts }, theirs, members),
  );
  return Math.max(...chances);
}
