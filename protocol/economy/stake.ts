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

/** Half of a slash is burned, and the odd wei with it; the other half is the bounty of those who said fault. */
export function slashDown(staked: Wei): { readonly burned: Wei; readonly bounty: Wei } {
  const bounty = staked / 2n;
  return { burned: wei(staked - bounty), bounty: wei(bounty) };
}

export interface ProvenBounty {
  /** To whoever showed the wrong sum: 40 % of the slash. */
  readonly challenger: Wei;
  /** To those who had said fault, together: 10 %. */
  readonly auditors: Wei;
  /** The same part where nobody had. */
  readonly burned: Wei;
}

/** What becomes of the bounty where the fault was shown by a proof. AuditCourt.sol convict */
export function splitBounty(bounty: Wei, saidFault: number): ProvenBounty {
  const challenger = (bounty * 4n) / 5n;
  const rest = wei(bounty - challenger);
  const none = wei(0n);
  return {
    challenger: wei(challenger),
    auditors: saidFault === 0 ? none : rest,
    burned: saidFault === 0 ? rest : none,
  };
}
