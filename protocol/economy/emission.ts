/** What an epoch releases: the cap that halves the pool, the high-water mark of the work, and the two parts. EmissionLib.sol is the master. */
import { type Units, units, type Wei, wei } from '../ids.ts';
import { ceilDiv, type Fraction, halvingDown, ONE, powerUp } from './fixed-point.ts';

/** Compute-PoC gets 80 % of what is released, Stake-to-Validate the rest. MiningPool.sol WORK_PERCENT */
export const WORK_PERCENT = 80n;
/** The mark at most doubles in an epoch. EmissionLib.sol RISE */
export const RISE = 2n;
/** Where the mark may rise to from nothing: 2^40 units. EmissionLib.sol START */
export const MARK_START = 1n << 40n;

const YEAR_SECONDS = 31_557_600n;
const POOL_HALVES_IN = 4n * YEAR_SECONDS;
const MARK_HALVES_IN = YEAR_SECONDS;

/** Both in 1e18; Parameters.sol derives them. */
export interface EmissionRates {
  /** Part of the remaining pool that an epoch may release. */
  readonly releaseRate: Fraction;
  /** Factor of the high-water mark from one epoch to the next. */
  readonly decayRate: Fraction;
}

/** DESIGN section 9: the pool halves every four years and the mark every year. Both round in favour of the pool. */
export function emissionRates(epochSeconds: number): EmissionRates {
  const seconds = BigInt(epochSeconds);
  return {
    // 1 - 2^-x, with 2^-x rounded up: less is released.
    releaseRate: ONE - halvingDown(seconds, POOL_HALVES_IN) - 1n,
    // 2^-x rounded up: the mark stays higher.
    decayRate: halvingDown(seconds, MARK_HALVES_IN) + 1n,
  };
}

/** cap(e) = remaining x r */
export function capDown(remaining: Wei, releaseRate: Fraction): Wei {
  return wei((remaining * releaseRate) / ONE);
}

/** The mark after `epochs` of decay, raised to `work` if that is more: R <= 2 x previous R + START. */
export function highWaterUp(mark: Units, decayRate: Fraction, epochs: number, work: Units): Units {
  const decayed = ceilDiv(mark * powerUp(decayRate, BigInt(epochs)), ONE);
  const bound = RISE * mark + MARK_START;
  const reached = work < bound ? work : bound;
  // bigint: Math.max would make floats of them
  if (decayed > reached) return units(decayed);
  return units(reached);
}

/** released = cap x min(W / R, 1) */
export function releasedDown(cap: Wei, work: Units, mark: Units): Wei {
  if (work >= mark) return work === 0n ? wei(0n) : cap;
  return wei((cap * work) / mark);
}

/** The work part rounds down, the auditors' part is the rest. */
export function partsOf(released: Wei): { readonly work: Wei; readonly audit: Wei } {
  const work = (released * WORK_PERCENT) / 100n;
  return { work: wei(work), audit: wei(released - work) };
}
