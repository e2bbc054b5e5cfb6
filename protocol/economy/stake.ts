/** What stake weighs, how much of it market work needs, and who gets what of a slash. StakeRegistry.sol and AuditCourt.sol are the masters. */
import { type Wei, wei } from '../ids.ts';

/** Weights are counted in gwei of CXT. */
export const GWEI = 10n ** 9n;
/** Gwei that every validator weighs. */
export const FLOOR = 1n;
/** The minimum stake is this part of the circulating supply. */
export const MINIMUM_DIVISOR = 1_000n;

/** @param outside CXT that exists and is not the pool's */
export function minimumStakeDown(outside: Wei): Wei {
  return wei(outside / MINIMUM_DIVISOR);
}

/** Weight of a registered validator's stake. */
export function stakeWeight(staked: Wei): bigint {
  return FLOOR + staked / GWEI;
}

export interface Slash {
  readonly burned: Wei;
  /** To whoever proved a wrong sum; nobody where the committee found the fault. */
  readonly challenger: Wei;
  /** To the validators who said fault, together. */
  readonly auditors: Wei;
}

/** Found by the committee: half is burned, and the odd wei with it; half goes to those who said fault. */
export function slashByVerdict(staked: Wei): Slash {
  const auditors = staked / 2n;
  return { burned: wei(staked - auditors), challenger: wei(0n), auditors: wei(auditors) };
}

/** Shown by a proof: 40 % to the challenger, 10 % to those who had said fault; without any, that part is burned too. */
export function slashByProof(staked: Wei, saidFault: number): Slash {
  const bounty = staked / 2n;
  const challenger = (bounty * 4n) / 5n;
  const auditors = saidFault === 0 ? 0n : bounty - challenger;
  return { burned: wei(staked - challenger - auditors), challenger: wei(challenger), auditors: wei(auditors) };
}
