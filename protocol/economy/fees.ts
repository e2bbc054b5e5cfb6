/** What becomes of a job's fee: burned, to the auditors, to the worker. FeeLib.sol computes the same. */
import { type Units, type Wei, wei } from '../ids.ts';

/** Parts of 10,000. */
export const BURN_BPS = 500n;
export const AUDITORS_BPS = 1_000n;
const WHOLE_BPS = 10_000n;

export interface FeeSplit {
  readonly burned: Wei;
  readonly auditors: Wei;
  readonly worker: Wei;
}

/** Burn and auditors' part round down; the worker gets the rest. */
export function splitFee(paid: Wei): FeeSplit {
  const burned = (paid * BURN_BPS) / WHOLE_BPS;
  const auditors = (paid * AUDITORS_BPS) / WHOLE_BPS;
  return { burned: wei(burned), auditors: wei(auditors), worker: wei(paid - burned - auditors) };
}

/** A leaf's part of the fee, rounded down; the dust returns to the submitter when the job completes. */
export function feeOfUnits(fee: Wei, part: Units, whole: Units): Wei {
  return wei((fee * part) / whole);
}
