/** Does cheating pay? How likely forged work is found, exactly, and DESIGN section 8's inequality with it: R + S + V > f C / q(f). */
import { type Wei, wei } from '../ids.ts';
import { ceilDiv } from './fixed-point.ts';

/** A probability or a share: n of d, 0 <= n <= d, d above 0. Exact, so that a comparison with money is one too. */
export interface Ratio {
  readonly n: bigint;
  readonly d: bigint;
}

/** Who looks at one worker's epoch. */
export interface Jury {
  /** Members of the committee; the draw makes it this many on average, here it is this many. */
  readonly committee: number;
  /** Offsets that each member draws for itself. */
  readonly samples: number;
  /** Share of the committee's weight that says whatever suits the cheat, or does not look. */
  readonly colluding: Ratio;
}

/** What a worker wins by an honest epoch, and what it loses with a fault. */
export interface Exposure {
  /** R: of the epoch in question, paid only if it is accepted. */
  readonly reward: Wei;
  /** S: staked and unbonding. */
  readonly stake: Wei;
  /** V: of the epochs before, not yet claimable. */
  readonly unvested: Wei;
}

const ratio = (n: bigint, d: bigint): Ratio => ({ n, d });
const times = (a: Ratio, b: Ratio): Ratio => ratio(a.n * b.n, a.d * b.d);
const complement = ({ n, d }: Ratio): Ratio => ratio(d - n, d);
const power = ({ n, d }: Ratio, exponent: number): Ratio => ratio(n ** BigInt(exponent), d ** BigInt(exponent));

/** For print only. */
export const asNumber = ({ n, d }: Ratio): number => Number((n * 10n ** 18n) / d) / 1e18;

/** 1 - (1 - f)^samples: one member's samples meet the forged part f of the units. */
export function meets(forged: Ratio, samples: number): Ratio {
  return complement(power(complement(forged), samples));
}

/**
 * q(f) = p (1 - (1 - f)^n)(1 - r^m) of DESIGN section 8: somebody on the committee is honest, and the samples of one such
 * member meet the forged part. It counts one honest member where there are several, so it is less than what the cheat
 * meets. p is 1, as work that nobody audited is not paid.
 */
export function foundByOne(forged: Ratio, jury: Jury): Ratio {
  return times(meets(forged, jury.samples), complement(power(jury.colluding, jury.committee)));
}

/**
 * 1 - (1 - (1 - r)(1 - (1 - f)^n))^m: any of m members is honest and meets the forged part. One is enough: it opens a
 * dispute (docs/disputes.md), and no vote of the others ends that.
 */
export function foundByAny(forged: Ratio, { committee, samples, colluding }: Jury): Ratio {
  return complement(power(complement(times(complement(colluding), meets(forged, samples))), committee));
}

/**
 * The same for the draw: of many small weights the number of members is Poisson, of larger ones it varies less, so
 * 1 - exp(-m (1 - r)(1 - (1 - f)^n)) is the least that any weights give as long as none is above 1 / m. Rounded down.
 * @param epochs of the same conduct, each with a draw of its own
 */
export function foundByDraw(forged: Ratio, { committee, samples, colluding }: Jury, epochs = 1): Ratio {
  const each = times(complement(colluding), meets(forged, samples));
  const mean = ratio(each.n * BigInt(committee * epochs), each.d);
  return complement(expUp(mean));
}

/** Terms of the exponential's series; with 64 it is right to 12 digits for all means up to 30. */
const TERMS = 64;
/** Digits kept of a mean, so that the sums stay small. */
const SCALE = 10n ** 30n;

/** exp(-mean), rounded up: 1 over the first terms of exp(mean). */
function expUp(mean: Ratio): Ratio {
  const x = (mean.n * SCALE) / mean.d;
  let [sum, term] = [0n, SCALE];
  for (let k = 1n; k <= TERMS && term !== 0n; k++) {
    sum += term;
    term = (term * x) / (k * SCALE);
  }
  return ratio(SCALE, sum);
}

const choose = (n: number, k: number): bigint => {
  let ways = 1n;
  for (let i = 0; i < k; i++) ways = (ways * BigInt(n - i)) / BigInt(i + 1);
  return ways;
};

/** Chance that at least `least` of `trials` come true, each with chance `each` and by itself. */
export function atLeast(least: number, trials: number, each: Ratio): Ratio {
  let n = 0n;
  for (let k = Math.max(0, least); k <= trials; k++) {
    n += choose(trials, k) * each.n ** BigInt(k) * (each.d - each.n) ** BigInt(trials - k);
  }
  return ratio(n, each.d ** BigInt(trials));
}

/** Chance that colluders are more than half of one committee: it takes the pay of an epoch from an honest worker. It slashes nobody. */
export function captured({ committee, colluding }: Pick<Jury, 'committee' | 'colluding'>): Ratio {
  return atLeast(Math.floor(committee / 2) + 1, committee, colluding);
}

/** Chance that colluders are more than two thirds of a jury: what has no form on chain is decided as they like. */
export function juryCaptured(jurors: number, colluding: Ratio): Ratio {
  return atLeast(Math.floor((jurors * 2) / 3) + 1, jurors, colluding);
}

/** The part of its own execution that a worker's audits take on average, if its units are in so many equal segments. */
export function auditCost({ committee, samples }: Pick<Jury, 'committee' | 'samples'>, segments: number): Ratio {
  return ratio(BigInt(committee * samples), BigInt(segments));
}

/** The least R + S + V that makes forging this part a loss: just above f C / q. Null where nothing suffices. */
export function exposureNeeded(forged: Ratio, cost: Wei, found: Ratio): Wei | null {
  if (found.n === 0n) return null;
  return wei((forged.n * cost * found.d) / (forged.d * found.n) + 1n);
}

export function atRisk({ reward, stake, unvested }: Exposure): Wei {
  return wei(reward + stake + unvested);
}

/** R + S + V > f C / q, without a division. */
export function deters(exposure: Exposure, forged: Ratio, cost: Wei, found: Ratio): boolean {
  return atRisk(exposure) * forged.d * found.n > forged.n * cost * found.d;
}

/** What forging is worth on average beside an honest epoch: the cost saved, less what is lost; rounded up, in the cheat's favour. */
export function gain(exposure: Exposure, forged: Ratio, cost: Wei, found: Ratio): bigint {
  return ceilDiv(forged.n * cost, forged.d) - (atRisk(exposure) * found.n) / found.d;
}
