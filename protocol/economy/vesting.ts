/** What an account will be able to claim of a settled epoch: the law's shares, before the contract pays them. */
import { type Address, type Wei, wei } from '../ids.ts';
import type { CommitmentView } from '../ports.ts';
import { auditReward, baseReward } from './rewards.ts';

/** What the chain says of one settled epoch. */
export interface SettledEpoch {
  readonly released: Wei;
  readonly commitments: readonly CommitmentView[];
  /** Verdicts that each validator revealed. */
  readonly reveals: ReadonlyMap<Address, number>;
}

/**
 * What vests for the account, at least: what its market work earns follows the fees that are redeemed, and is not counted.
 * A commitment that was convicted after the epoch paid leaves its part unclaimed, so nobody gets less than this says.
 */
export function vestingOf(account: Address, { released, commitments, reveals }: SettledEpoch): Wei {
  const own = commitments.find(({ worker }) => worker === account);
  const totalScore = commitments.reduce((sum, { score }) => sum + score, 0n);
  const totalReveals = [...reveals.values()].reduce((sum, count) => sum + count, 0);
  const work = baseReward(released, { score: own?.score ?? 0n, totalScore });
  const audit = auditReward(released, BigInt(reveals.get(account) ?? 0), BigInt(totalReveals));
  return wei(work + audit);
}
