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
  /** Share of the committee's weight that says whatever suits the cheat. */
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
 * member meet the forged part. A bound from below for a court in which one true fault is enough. p is 1, as work that
 * nobody audited is not paid.
 */
export function foundByOne(forged: Ratio, jury: Jury): Ratio {
  return times(meets(forged, jury.samples), complement(power(jury.colluding, jury.committee)));
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

/** What a committee of equal weights makes of forged work. */
export interface VoteOutcome {
  /** More than half say fault: everything at stake is lost. */
  readonly fault: Ratio;
  /** Half or more do not say ok: the epoch is not paid. Holds `fault`. */
  readonly unpaid: Ratio;
}

/**
 * AuditCourt.sol as it is: a strict majority decides, and each member looks at samples of its own, so who met the forged
 * part is outvoted by those who honestly did not.
 */
export function foundByVote(forged: Ratio, { committee, samples, colluding }: Jury): VoteOutcome {
  const says = times(complement(colluding), meets(forged, samples));
  return {
    fault: atLeast(Math.floor(committee / 2) + 1, committee, says),
    unpaid: atLeast(Math.ceil(committee / 2), committee, says),
  };
}

/** Chance that colluders are more than half of one committee: it accepts what they like and slashes whom they like. */
export function captured({ committee, colluding }: Jury): Ratio {
  return atLeast(Math.floor(committee / 2) + 1, committee, colluding);
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

/** What forging is worth on average under a vote: the cost saved, less what is lost; rounded up, in the cheat's favour. */
export function gainUnderVote(exposure: Exposure, forged: Ratio, cost: Wei, vote: VoteOutcome): bigint {
  const saved = ceilDiv(forged.n * cost, forged.d);
  const lostToFault = ((exposure.stake + exposure.unvested) * vote.fault.n) / vote.fault.d;
  return saved - lostToFault - (exposure.reward * vote.unpaid.n) / vote.unpaid.d;
}
